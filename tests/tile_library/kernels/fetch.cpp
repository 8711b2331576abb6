// A product while something is announced, and what of it is left.
#include "matmul.cpp"

extern "C" __attribute__((visibility("default"))) void fetching(float* a, float* b, float* c, pto_ahead* ahead) {
    pto_current_ahead = *ahead;
    product<float, float, float, 16, 64, 48, 16, 64, 48>(a, b, c, __builtin_nanf(""));
    *ahead = pto_current_ahead;
    pto_current_ahead.next = pto_current_ahead.count = 0;
}
