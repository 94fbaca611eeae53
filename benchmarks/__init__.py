"""Benchmarks: how fast the solver is, against the memory of the machine, against textbook code and against peers.

`python -m benchmarks.run` from the root of the repository, with the package importable; `--quick` for a look.
"""
