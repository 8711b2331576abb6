"""The pipeline's steps from IR to IR, a module each."""
