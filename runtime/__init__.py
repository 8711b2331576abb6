"""From C++ text to a library that runs: toolchains, cache, loading, launching."""
