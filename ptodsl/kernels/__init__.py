"""Kernels that ship with ptodsl, each built for the shapes and the dtype at hand."""
