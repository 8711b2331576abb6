// The way from Python into a program: checks and unpacks the arguments of a launch, then runs the program with the
// interpreter's lock released. A library of its own, compiled once and used for every program.
//
// Only what is plainly right passes here: numpy arrays and torch tensors of the very type, shape and dtype, and exact
// int, float and bool objects. For anything else `ptodsl_launch` returns `kUnfit` with nothing run, and Python finds
// out what it is. The few CPython functions are declared here, as they have stood since 3.10: Python.h costs more to
// read than all the rest, and need not be installed.
#include <cstddef>
#include <cstdint>

#include <ptodsl/pool.hpp>

namespace ptodsl::python {

struct Object;
struct ThreadState;

struct Buffer {
    void* data;
    Object* owner;
    ptrdiff_t bytes;
    ptrdiff_t item_size;
    int read_only;
    int rank;
    char* format;
    ptrdiff_t* shape;
    ptrdiff_t* strides;
    ptrdiff_t* suboffsets;
    void* internal;
};

constexpr int kEqual = 2;
constexpr int kWritable = 0x0001;
constexpr int kFormat = 0x0004;
constexpr int kContiguous = 0x0038;

extern "C" {
int PyObject_GetBuffer(Object*, Buffer*, int);
void PyBuffer_Release(Buffer*);
Object* PyObject_Type(Object*);
Object* PyObject_GetAttr(Object*, Object*);
Object* PyObject_CallMethodObjArgs(Object*, Object*, ...);
int PyObject_RichCompareBool(Object*, Object*, int);
void Py_DecRef(Object*);
ptrdiff_t PyTuple_Size(Object*);
Object* PyTuple_GetItem(Object*, ptrdiff_t);
long long PyLong_AsLongLong(Object*);
void* PyLong_AsVoidPtr(Object*);
double PyFloat_AsDouble(Object*);
Object* PyErr_Occurred();
void PyErr_Clear();
int PyErr_CheckSignals();
ThreadState* PyEval_SaveThread();
void PyEval_RestoreThread(ThreadState*);
}

}  // namespace ptodsl::python

namespace ptodsl::launch {
namespace {

using python::Object;

constexpr int64_t kUnfit = INT64_MIN;
constexpr int kMaxSlots = 64;
constexpr int kMaxRank = 5;

// The four declarations below are mirrored in plan.py.
enum class Kind : int32_t { kTensor, kInteger, kFloat32, kBool, kUnfit };

struct Slot {
    Kind kind;
    int32_t rank;
    int32_t item_size;
    int32_t writes;
    char formats[8];       // the one-letter buffer formats that the dtype has
    int64_t shape[kMaxRank];
    int64_t minimum;
    int64_t maximum;
    Object* extents;       // the shape as a tuple
    Object* stored;        // a numpy dtype that the buffer protocol lacks, else null
    Object* viewed;        // the numpy dtype of the same size that such an array is seen through
    Object* torch_dtype;   // null where torch is not known or has none
};

struct Names {
    Object* array;         // numpy.ndarray
    Object* tensor;        // torch.Tensor, or null where torch is not known
    Object* integer;       // int
    Object* real;          // float
    Object* yes;           // True
    Object* no;            // False
    Object* dtype;         // the strings of that spelling, from here on
    Object* view;
    Object* shape;
    Object* is_cpu;
    Object* is_contiguous;
    Object* is_neg;
    Object* requires_grad;
    Object* data_ptr;
};

struct Plan {
    int64_t (*run)(const int64_t* args, int64_t* error, ptodsl_host* host);
    int64_t threads;
    uint64_t seed;
    Names names;
    int64_t count;
    const Slot* slots;
};

// The bytes of an array; of a scalar only `begin` counts, and is its slot.
struct Range {
    int64_t begin;
    int64_t end;
};

// The buffers of one launch, let go at its end.
struct Buffers {
    python::Buffer views[kMaxSlots];
    int held = 0;

    Buffers() {}
    Buffers(const Buffers&) = delete;
    ~Buffers() {
        while (held > 0) python::PyBuffer_Release(&views[--held]);
    }
};

// What the last launch of a thread left, for Python to look at.
struct Outcome {
    int64_t fault_values[8];
    int64_t tasks;
    int64_t allocated;
};

thread_local Outcome outcome;

pthread_t main_thread;  // Python's: the one that it delivers signals on

// Lets go of an object and says whether it is the expected one; null, from a call that failed, never is.
bool consume(Object* value, Object* expected) {
    if (value == nullptr) return false;
    python::Py_DecRef(value);
    return value == expected;
}

bool is_of(Object* value, Object* type) {
    return consume(python::PyObject_Type(value), type);
}

bool has(Object* value, Object* attribute, Object* expected) {
    return consume(python::PyObject_GetAttr(value, attribute), expected);
}

Object* call(Object* value, Object* method, Object* argument = nullptr) {
    Object* end = nullptr;
    return python::PyObject_CallMethodObjArgs(value, method, argument, end);
}

bool has_format(const char* format, const char* formats) {
    if (format == nullptr || format[0] == 0 || format[1] != 0) return false;
    while (*formats != 0 && *formats != format[0]) ++formats;
    return *formats != 0;
}

bool fits(const python::Buffer& buffer, const Slot& slot) {
    if (buffer.rank != slot.rank || buffer.item_size != slot.item_size) return false;
    if (!has_format(buffer.format, slot.formats)) return false;
    for (int dim = 0; dim < slot.rank; ++dim) {
        if (buffer.shape[dim] != slot.shape[dim]) return false;
    }
    return true;
}

bool cover(const void* data, const Slot& slot, Range& range) {
    range.begin = static_cast<int64_t>(reinterpret_cast<uintptr_t>(data));
    int64_t bytes = slot.item_size;
    for (int dim = 0; dim < slot.rank; ++dim) bytes *= slot.shape[dim];
    range.end = range.begin + bytes;
    return range.begin % slot.item_size == 0;
}

bool unpack_buffer(Object* array, const Slot& slot, Buffers& buffers, Range& range) {
    const int flags = python::kFormat | python::kContiguous | (slot.writes ? python::kWritable : 0);
    python::Buffer& buffer = buffers.views[buffers.held];
    if (python::PyObject_GetBuffer(array, &buffer, flags) != 0) return false;
    ++buffers.held;
    return fits(buffer, slot) && cover(buffer.data, slot, range);
}

// An array whose dtype has no buffer format, through an array of the same bytes whose dtype has one.
bool unpack_viewed(Object* array, const Slot& slot, const Names& names, Buffers& buffers, Range& range) {
    if (!has(array, names.dtype, slot.stored)) return false;
    Object* viewed = call(array, names.view, slot.viewed);
    if (viewed == nullptr) return false;
    const bool good = unpack_buffer(viewed, slot, buffers, range);
    python::Py_DecRef(viewed);
    return good;
}

bool has_extents(Object* tensor, const Slot& slot, const Names& names) {
    Object* shape = python::PyObject_GetAttr(tensor, names.shape);
    if (shape == nullptr) return false;
    const int equal = python::PyObject_RichCompareBool(shape, slot.extents, python::kEqual);
    python::Py_DecRef(shape);
    return equal == 1;
}

bool unpack_torch(Object* tensor, const Slot& slot, const Names& names, Range& range) {
    const bool good = has(tensor, names.dtype, slot.torch_dtype) && has_extents(tensor, slot, names) &&
                      has(tensor, names.is_cpu, names.yes) && has(tensor, names.requires_grad, names.no) &&
                      consume(call(tensor, names.is_contiguous), names.yes) &&
                      consume(call(tensor, names.is_neg), names.no);
    Object* address = good ? call(tensor, names.data_ptr) : nullptr;  // fails where there is no storage
    if (address == nullptr) return false;
    const void* data = python::PyLong_AsVoidPtr(address);
    python::Py_DecRef(address);
    return data != nullptr && cover(data, slot, range);  // null where the storage was freed
}

bool unpack_tensor(Object* value, const Slot& slot, const Names& names, Buffers& buffers, Range& range) {
    if (names.tensor != nullptr && is_of(value, names.tensor)) return unpack_torch(value, slot, names, range);
    if (!is_of(value, names.array)) return false;
    return slot.stored == nullptr ? unpack_buffer(value, slot, buffers, range)
                                  : unpack_viewed(value, slot, names, buffers, range);
}

bool unpack_integer(Object* value, const Slot& slot, const Names& names, int64_t& bits) {
    if (!is_of(value, names.integer)) return false;
    bits = python::PyLong_AsLongLong(value);
    if (bits == -1 && python::PyErr_Occurred() != nullptr) return false;
    return slot.minimum <= bits && bits <= slot.maximum;
}

bool unpack_float32(Object* value, const Names& names, int64_t& bits) {
    if (!is_of(value, names.real)) return false;
    const double wide = python::PyFloat_AsDouble(value);
    const float narrow = static_cast<float>(wide);
    const bool overflowed = __builtin_isinf(narrow) && !__builtin_isinf(wide);
    if (overflowed || wide != wide) return false;
    uint32_t low;
    __builtin_memcpy(&low, &narrow, sizeof low);
    bits = low;
    return true;
}

bool unpack_bool(Object* value, const Names& names, int64_t& bits) {
    bits = value == names.yes;
    return bits != 0 || value == names.no;
}

bool unpack(Object* value, const Slot& slot, const Names& names, Buffers& buffers, Range& range) {
    switch (slot.kind) {
        case Kind::kTensor: return unpack_tensor(value, slot, names, buffers, range);
        case Kind::kInteger: return unpack_integer(value, slot, names, range.begin);
        case Kind::kFloat32: return unpack_float32(value, names, range.begin);
        case Kind::kBool: return unpack_bool(value, names, range.begin);
        case Kind::kUnfit: return false;
    }
    return false;
}

// Whether bytes that the program writes belong to a second argument.
bool overlaps(const Plan& plan, const Range* ranges) {
    for (int64_t i = 0; i < plan.count; ++i) {
        if (plan.slots[i].kind != Kind::kTensor || !plan.slots[i].writes) continue;
        for (int64_t j = 0; j < plan.count; ++j) {
            if (j == i || plan.slots[j].kind != Kind::kTensor) continue;
            if (ranges[i].begin < ranges[j].end && ranges[j].begin < ranges[i].end) return true;
        }
    }
    return false;
}

bool unpack_all(const Plan& plan, Object* arguments, Buffers& buffers, int64_t* slots) {
    if (plan.count > kMaxSlots || python::PyTuple_Size(arguments) != plan.count) return false;
    Range ranges[kMaxSlots];
    for (int64_t i = 0; i < plan.count; ++i) {
        if (!unpack(python::PyTuple_GetItem(arguments, i), plan.slots[i], plan.names, buffers, ranges[i])) return false;
        slots[i] = ranges[i].begin;
    }
    return !overlaps(plan, ranges);
}

// A launch while the interpreter's lock is released. Taken again now and then on the main thread, so that Ctrl-C is heard.
class Released : public Guest {
public:
    explicit Released(const Plan& plan) : Guest(plan.threads, plan.seed), state_(python::PyEval_SaveThread()) {
        interrupted = has_signal;
    }
    ~Released() { python::PyEval_RestoreThread(state_); }

private:
    // Whether a signal's handler has raised; the exception is left for the caller of the launch.
    static bool has_signal(ptodsl_host* host) {
        if (pthread_equal(pthread_self(), main_thread) == 0) return false;
        python::ThreadState*& state = static_cast<Released*>(host)->state_;
        python::PyEval_RestoreThread(state);
        const bool raised = python::PyErr_CheckSignals() != 0;
        state = python::PyEval_SaveThread();
        return raised;
    }

    python::ThreadState* state_;
};

int64_t run(const Plan& plan, const int64_t* slots) {
    Released host(plan);
    const int64_t code = plan.run(slots, outcome.fault_values, &host);
    outcome.tasks = host.tasks;
    outcome.allocated = host.allocated;
    return code;
}

// The thread that forked is the child's main one.
void become_main() { main_thread = pthread_self(); }

}  // namespace
}  // namespace ptodsl::launch

extern "C" {

// Once, before the first launch.
__attribute__((visibility("default"))) void ptodsl_begin(uintptr_t main_thread) {
    ptodsl::launch::main_thread = (pthread_t)main_thread;
    pthread_atfork(nullptr, nullptr, ptodsl::launch::become_main);
}

// Runs the program on `arguments`, a tuple of one object per slot: its return code, or `kUnfit` where nothing has run.
__attribute__((visibility("default"))) int64_t ptodsl_launch(const ptodsl::launch::Plan* plan,
                                                             ptodsl::python::Object* arguments) {
    using namespace ptodsl;
    launch::Buffers buffers;
    int64_t slots[launch::kMaxSlots];
    if (!launch::unpack_all(*plan, arguments, buffers, slots)) {
        python::PyErr_Clear();
        return launch::kUnfit;
    }
    return launch::run(*plan, slots);
}

// The same for arguments that are slots already.
__attribute__((visibility("default"))) int64_t ptodsl_launch_slots(const ptodsl::launch::Plan* plan,
                                                                   const int64_t* slots) {
    return ptodsl::launch::run(*plan, slots);
}

// What the last launch of this thread left.
__attribute__((visibility("default"))) const void* ptodsl_outcome() {
    return &ptodsl::launch::outcome;
}

}  // extern "C"
