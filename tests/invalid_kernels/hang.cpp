// ptodsl check --entry hang --out y:16x64:fp32 --schedule program --timeout 1
// error[E1132]: `hang` did not end under program within 1 seconds
#include <pto/pto-inst.hpp>

__global__ AICORE void hang(__gm__ float* y) {
    volatile float* first = y;
    for (int step = 0; *first != 1.0f; step ^= 1) *first = 2.0f;
}
