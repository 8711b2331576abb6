"""What keeps the pages true: their Python is run, their output written from the run, their tables from the code."""
