import ptodsl.language as pl

tile = pl.exp(3.0)
#^^^^^^^^^^^^^^^^^ error[E0112]: `pl.exp` was called by Python: it has meaning only where a kernel or orchestration is compiled
