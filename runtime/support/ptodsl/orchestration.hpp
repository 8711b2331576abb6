// What an emitted orchestration is written in: tensors in global memory, intermediates, and tasks.
//
//   ptodsl::Orchestration run;
//   const ptodsl::Tensor a = ptodsl::input<float>(args[0], {16, 64});
//   const ptodsl::Tensor t = run.create_tensor<float>({16, 64});
//   if (!run.submit(scale_task, {a.slot(), t.slot()}, {ptodsl::reads(a), ptodsl::writes(t)})) return run.fault(1);
//   return run.finish();
//
// Tasks run when those that they wait for are done, on the calling thread and on others that its host has. What they
// read and write tells which that are. What is more than a line is in orchestration.cpp, compiled once and linked in.
#pragma once

// Where the tile library of this project is at hand, its instructions are told what will be read soon.
#if __has_include(<pto/base/ahead.hpp>)
#include <pto/base/ahead.hpp>
#else
struct pto_ahead;
#endif

#include <cstddef>
#include <cstdint>

namespace ptodsl {

constexpr int max_rank = 5;

// What `ptodsl_run` returns where tasks were not run; what a program itself reports counts from 1.
constexpr int64_t out_of_memory = -1;
constexpr int64_t interrupted = -2;

// Whether intermediates start as bytes that no computation takes for a number.
#if defined(PTODSL_POISON)
constexpr bool poisoned = true;
#else
constexpr bool poisoned = false;
#endif

// A task entry: pointers, strides and scalars in 8-byte slots.
using Task = void (*)(const int64_t* slots);

// A line of the program's text: by default that of the call.
struct Place {
    const char* file;
    int line;

    constexpr Place(const char* file = __builtin_FILE(), int line = __builtin_LINE()) : file(file), line(line) {}
};

class Graph;
struct Block;  // the memory of a tensor
struct Box;

// Elements in global memory: a whole tensor or a window of one. Copies share the memory, and an intermediate lives as
// long as one of them does. Offsets and strides count elements.
class Tensor {
public:
    Tensor() = default;
    Tensor(void* base, int64_t element_size, int rank, const int64_t* shape, Block* block);
    Tensor(const Tensor& other);
    Tensor& operator=(const Tensor& other);
    ~Tensor() {
        if (block_ != nullptr) drop();
    }

    int rank() const { return rank_; }
    int64_t dim(int index) const { return shape_[index]; }
    int64_t stride(int index) const { return strides_[index]; }

    // The address of the first element, as a task takes it.
    int64_t slot() const { return static_cast<int64_t>(reinterpret_cast<uintptr_t>(at(offset_))); }

    // Whether there is an element at these indices.
    template <int Rank>
    bool contains(const int64_t (&indices)[Rank]) const {
        return holds(indices, nullptr);
    }

    // Whether a window of this many elements from these offsets lies inside.
    template <int Rank>
    bool contains(const int64_t (&offsets)[Rank], const int64_t (&sizes)[Rank]) const {
        return holds(offsets, sizes);
    }

    // The window of `sizes` elements from `offsets`, of the same rank.
    template <int Rank>
    Tensor view(const int64_t (&offsets)[Rank], const int64_t (&sizes)[Rank]) const {
        return window(offsets, sizes);
    }

    // The same elements in another shape: of a tensor without gaps, else only dims of one element come and go.
    template <int Rank>
    Tensor reshape(const int64_t (&shape)[Rank]) const {
        static_assert(Rank <= max_rank, "a tensor has up to five dims");
        return shaped(Rank, shape);
    }

    // Whether two tensors have a byte in common; true also where views of very different strides make that long to find
    // out. Tensors with different bases have none.
    bool meets(const Tensor& other) const;

private:
    friend class Graph;
    friend class Orchestration;

    Box box() const;
    void* at(int64_t position) const { return base_ + position * element_size_; }
    int64_t position(const int64_t* indices) const;
    int64_t last() const;
    bool holds(const int64_t* offsets, const int64_t* sizes) const;
    Tensor window(const int64_t* offsets, const int64_t* sizes) const;
    Tensor shaped(int rank, const int64_t* shape) const;
    void keep_strides(const Tensor& source);
    bool is_contiguous() const;
    void drop();

    unsigned char* base_ = nullptr;
    Block* block_ = nullptr;
    int64_t offset_ = 0;
    int64_t element_size_ = 1;
    int64_t shape_[max_rank] = {};
    int64_t strides_[max_rank] = {};
    int rank_ = 0;
};

// A tensor that the caller of the program passed and nothing in the program writes.
template <typename T, int Rank>
Tensor input(int64_t slot, const int64_t (&shape)[Rank]) {
    static_assert(Rank <= max_rank, "a tensor has up to five dims");
    return Tensor(reinterpret_cast<void*>(static_cast<uintptr_t>(slot)), sizeof(T), Rank, shape, nullptr);
}

// What a task does with a tensor.
struct Access {
    const Tensor* tensor;
    bool writes;
};

inline Access reads(const Tensor& tensor) { return {&tensor, false}; }
inline Access writes(const Tensor& tensor) { return {&tensor, true}; }

// One launch of a program. It stands before all tensors of the launch, so that it goes after them.
class Orchestration {
public:
#if __has_include(<pto/base/ahead.hpp>)
    Orchestration() : Orchestration([] { return &pto_current_ahead; }) {}
#else
    Orchestration() : Orchestration(nullptr) {}
#endif
    Orchestration(const Orchestration&) = delete;
    Orchestration& operator=(const Orchestration&) = delete;
    ~Orchestration();  // not before all tasks have run that were submitted

    // A tensor that the caller of the program passed, and that the program may write.
    template <typename T, int Rank>
    Tensor argument(int64_t slot, const int64_t (&shape)[Rank]) {
        static_assert(Rank <= max_rank, "a tensor has up to five dims");
        return pass(reinterpret_cast<void*>(static_cast<uintptr_t>(slot)), sizeof(T), Rank, shape);
    }

    // An intermediate with undefined contents. Where there is no memory for it, no task runs from then on.
    template <typename T, int Rank>
    Tensor create_tensor(const int64_t (&shape)[Rank]) {
        static_assert(Rank <= max_rank, "a tensor has up to five dims");
        return create(sizeof(T), Rank, shape, poisoned);
    }

    // Takes a task, to be run when those are done that use the same bytes, where one of the two writes them. False if it
    // will not run: bytes that it writes belong to a second one of its tensors, or `fault` knows another reason.
    template <int Slots, int Tensors>
    bool submit(Task task, const int64_t (&slots)[Slots], const Access (&accesses)[Tensors]) {
        return run(task, slots, Slots, accesses, Tensors);
    }

    // The value of an element, once the tasks are done that write it; zero where no task runs any more.
    template <typename T, int Rank>
    T read(const Tensor& tensor, const int64_t (&indices)[Rank], Place place = {}) {
        T value{};
        if (const void* element = settle(tensor, indices, false, place)) __builtin_memcpy(&value, element, sizeof value);
        return value;
    }

    // Sets an element, once the tasks are done that read or write it.
    template <typename T, int Rank>
    void write(const Tensor& tensor, const int64_t (&indices)[Rank], T value, Place place = {}) {
        if (void* element = settle(tensor, indices, true, place)) __builtin_memcpy(element, &value, sizeof value);
    }

    // What `ptodsl_run` returns for a task that was not taken: the message, or why no task runs any more.
    int64_t fault(int64_t message) const;

    // Runs what has been submitted; gives what `ptodsl_run` returns then.
    int64_t finish();

private:
    explicit Orchestration(pto_ahead* (*ahead)());

    Tensor create(int64_t element_size, int rank, const int64_t* shape, bool poisoned);
    Tensor pass(void* base, int64_t element_size, int rank, const int64_t* shape);
    Block* take(size_t bytes);
    bool run(Task task, const int64_t* slots, int slot_count, const Access* accesses, int tensors);
    void* settle(const Tensor& tensor, const int64_t* indices, bool to_write, const Place& place);

    Graph* graph_;
};

}  // namespace ptodsl
