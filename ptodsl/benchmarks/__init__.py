"""What `ptodsl bench` measures: ratios against named baselines, both sides timed in one run, the least of many."""
