"""Random programs, each of which must be refused or mean the same wherever it runs.

`kinds` gives the program of a seed: `writing` has the well-typed ones, `mutations` what is done to them. `campaign`
tries some: `judging` compiles them, runs them and compares. What fails is made small (`shrink`) and written as a file
(`reproducer`, `report`). `long_run` tries thousands, `chunk` by `chunk`, with a `journal`; `coverage` counts what they
consist of. `regressions` are programs that once failed.
"""
