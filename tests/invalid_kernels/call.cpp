// ptodsl check --entry call --out y:16x64:fp32 --schedule program
// error[E1134]: `call` cannot be called as it is described: a parameter of the entry points to another type than its option says
#include <pto/pto-inst.hpp>

__global__ AICORE void call(__gm__ half* y) { *y = half(1.0f); }
