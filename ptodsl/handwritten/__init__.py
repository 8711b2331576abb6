"""Kernels that people wrote in C++: described by options, built with a harness, run in a process of their own."""
