"""Whether mistakes are noticed: in the product, by its tests; in what the compiler makes, by its verifiers.

`python -m tests.mutate` plants each fault of `faults` in a copy of the project (`workspace`) and looks which test turns
red. `python -m tests.mutate.table` mutates placed kernels (`corpus`, `sync_mutants`, `placement_mutants`) and task
graphs (`graphs`), leaves out what is no other program (`equivalents`), and looks which judge reports each (`trials`,
`judges`, `verdicts`), as one table (`tally`).
"""
