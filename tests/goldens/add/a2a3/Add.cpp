// Add for a2a3, written by ptodsl 0.1.0.
#include <cstddef>
#include <cstdint>

#include <pto/pto-inst.hpp>

struct ptodsl_error {
  int64_t values[8];
};

namespace Add_program {

using namespace pto;

AICORE void add(__gm__ float* a, __gm__ float* b, __gm__ float* c) {
#if defined(__DAV_VEC__)
  using UbFp32_16x64 = Tile<TileType::Vec, float, 16, 64, BLayout::RowMajor, 16, 64>;
  using WindowFp32_16x64 = GlobalTensor<float, pto::Shape<1, 1, 1, 16, 64>, pto::Stride<1024, 1024, 1024, 64, 1>>;
  UbFp32_16x64 ta;
  UbFp32_16x64 tb;
  UbFp32_16x64 t_add;
  TASSIGN(ta, 0x0);
  TASSIGN(tb, 0x1000);
  TASSIGN(t_add, 0x0);
  set_mask_norm();
  set_vector_mask(-1, -1);
  WindowFp32_16x64 a_window(a);  // test_worked_example.py:22
  TLOAD(ta, a_window);  // test_worked_example.py:22
  WindowFp32_16x64 b_window(b);  // test_worked_example.py:23
  TLOAD(tb, b_window);  // test_worked_example.py:23
  set_flag(PIPE_MTE2, PIPE_V, EVENT_ID1);  // test_worked_example.py:23
  wait_flag(PIPE_MTE2, PIPE_V, EVENT_ID1);  // test_worked_example.py:24
  TADD(t_add, ta, tb);  // test_worked_example.py:24
  set_flag(PIPE_V, PIPE_MTE3, EVENT_ID0);  // test_worked_example.py:24
  wait_flag(PIPE_V, PIPE_MTE3, EVENT_ID0);  // test_worked_example.py:24
  WindowFp32_16x64 c_window(c);  // test_worked_example.py:24
  TSTORE(c_window, t_add);  // test_worked_example.py:24
  pipe_barrier(PIPE_ALL);  // test_worked_example.py:24
#endif
}

extern "C" void add_task(const int64_t* args) {
  add(
      reinterpret_cast<__gm__ float*>(args[0]),
      reinterpret_cast<__gm__ float*>(args[1]),
      reinterpret_cast<__gm__ float*>(args[2]));
}

extern "C" int64_t ptodsl_run(const int64_t* args, ptodsl_error* error) {
  const int64_t add_slots[] = {args[0], args[1], args[2]};  // test_worked_example.py:28
  add_task(add_slots);  // test_worked_example.py:28
  static_cast<void>(error);
  return 0;
}

}  // namespace Add_program
