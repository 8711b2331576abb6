// ptodsl check --entry crash --out y:16x64:fp32 --schedule program
// error[E1131]: `crash` crashed under program: SIGSEGV
#include <pto/pto-inst.hpp>

__global__ AICORE void crash(__gm__ float* y) {
    volatile float* nowhere = y - (1 << 30);
    nowhere[0] = 1.0f;
}
