// A program that makes views of views of every rank and submits tasks on them, as a script says: for the tests of the task
// graph. Its meaning in Python: view_scripts.py.
#include <cstddef>
#include <cstdint>
#include <ptodsl/entry.hpp>
#include <ptodsl/orchestration.hpp>

struct ptodsl_error {
    int64_t values[8];
};

namespace view_program {

using ptodsl::Access;
using ptodsl::max_rank;
using ptodsl::Orchestration;
using ptodsl::Tensor;

constexpr int64_t elements = 720;
constexpr int most_handles = 64;
constexpr int part_slots = 4 + 2 * max_rank;

int64_t* integers(int64_t slot) { return reinterpret_cast<int64_t*>(slot); }

// A window that a task takes: its slots are data, reads, writes, rank, shape, strides.
template <typename Action>
void each(const int64_t* part, Action action) {
    const int64_t rank = part[3], *shape = part + 4, *strides = shape + max_rank;
    int64_t count = 1;
    for (int64_t dim = 0; dim < rank; ++dim) count *= shape[dim];
    for (int64_t n = 0; n < count; ++n) {
        int64_t rest = n, position = 0;
        for (int64_t dim = rank; dim-- > 0; rest /= shape[dim]) position += rest % shape[dim] * strides[dim];
        action(integers(part[0])[position], n);
    }
}

// Slots: number, log, spins, count of parts, parts. Of all that it reads a number comes to be, and of that all that it
// writes. The log counts moments in its first place, and holds those of the beginning and of the end of each task.
extern "C" void mix_task(const int64_t* args) {
    int64_t* log = integers(args[1]);
    log[1 + 2 * args[0]] = __atomic_add_fetch(log, 1, __ATOMIC_SEQ_CST);
    for (int64_t i = 0; i < args[2]; ++i) asm volatile("");
    int64_t sum = args[0];
    for (int64_t i = 0; i < args[3]; ++i) {
        const int64_t* part = args + 4 + part_slots * i;
        if (part[1] != 0) each(part, [&](int64_t& x, int64_t) { sum = sum * 31 + x; });
    }
    for (int64_t i = 0; i < args[3]; ++i) {
        const int64_t* part = args + 4 + part_slots * i;
        if (part[2] != 0) each(part, [&](int64_t& x, int64_t n) { x = sum + n * n; });
    }
    log[2 + 2 * args[0]] = __atomic_add_fetch(log, 1, __ATOMIC_SEQ_CST);
}

class Script {
public:
    Script(Orchestration& run, const int64_t* args)
        : run_(run), args_(args), at_(integers(args[3])), log_(integers(args[4])), seen_(integers(args[5])) {}

    // What the program returns.
    int64_t follow() {
        while (true) {
            switch (next()) {
                case 0: return run_.finish();
                case 1: base(); break;
                case 2: ranked([this](auto rank) { view<decltype(rank)::value>(); }); break;
                case 3: ranked([this](auto rank) { reshape<decltype(rank)::value>(); }); break;
                case 4: handles_[next()] = Tensor(); break;
                case 5:
                    if (!submit()) return run_.fault(1);
                    break;
                case 6: ranked([this](auto rank) { read<decltype(rank)::value>(); }); break;
                case 7: ranked([this](auto rank) { write<decltype(rank)::value>(); }); break;
                default: *seen_++ = __atomic_load_n(log_, __ATOMIC_SEQ_CST);
            }
        }
    }

private:
    template <int Rank>
    struct Ranked {
        static constexpr int value = Rank;
    };

    // Each of these begins with the rank of what it is about.
    template <typename Action>
    void ranked(Action action) {
        switch (next()) {
            case 1: return action(Ranked<1>());
            case 2: return action(Ranked<2>());
            case 3: return action(Ranked<3>());
            case 4: return action(Ranked<4>());
            default: return action(Ranked<5>());
        }
    }

    int64_t next() { return *at_++; }

    template <int Rank>
    void take(int64_t (&numbers)[Rank]) {
        for (int64_t& number : numbers) number = next();
    }

    // handle, which: an argument that may be written (0, 1), one that is only read (2), one that is created (3).
    void base() {
        Tensor& handle = handles_[next()];
        const int64_t which = next();
        if (which == 2) handle = ptodsl::input<int64_t>(args_[2], {elements});
        if (which < 2) handle = run_.argument<int64_t>(args_[which], {elements});
        if (which == 3) handle = run_.create_tensor<int64_t>({elements});
    }

    template <int Rank>
    void view() {
        Tensor& target = handles_[next()];
        const Tensor source = handles_[next()];
        int64_t offsets[Rank], sizes[Rank];
        take(offsets);
        take(sizes);
        target = source.view(offsets, sizes);
    }

    template <int Rank>
    void reshape() {
        Tensor& target = handles_[next()];
        const Tensor source = handles_[next()];
        int64_t shape[Rank];
        take(shape);
        target = source.reshape(shape);
    }

    template <int Rank>
    void read() {
        const Tensor& handle = handles_[next()];
        int64_t indices[Rank];
        take(indices);
        *seen_++ = run_.read<int64_t>(handle, indices);
    }

    template <int Rank>
    void write() {
        const Tensor& handle = handles_[next()];
        int64_t indices[Rank];
        take(indices);
        run_.write(handle, indices, next());
    }

    bool submit() {
        const int64_t number = next(), spins = next();
        switch (next()) {
            case 1: return submit<1>(number, spins);
            case 2: return submit<2>(number, spins);
            case 3: return submit<3>(number, spins);
            default: return submit<7>(number, spins);
        }
    }

    // A part in the script: handle, reads, writes.
    template <int Parts>
    bool submit(int64_t number, int64_t spins) {
        int64_t slots[4 + part_slots * Parts] = {number, reinterpret_cast<int64_t>(log_), spins, Parts};
        Access accesses[Parts];
        for (int i = 0; i < Parts; ++i, at_ += 3) {
            const Tensor& handle = handles_[at_[0]];
            accesses[i] = {&handle, at_[2] != 0};
            int64_t* part = slots + 4 + part_slots * i;
            part[0] = handle.slot();
            part[1] = at_[1];
            part[2] = at_[2];
            part[3] = handle.rank();
            for (int dim = 0; dim < handle.rank(); ++dim) {
                part[4 + dim] = handle.dim(dim);
                part[4 + max_rank + dim] = handle.stride(dim);
            }
        }
        return run_.submit(mix_task, slots, accesses);
    }

    Orchestration& run_;
    const int64_t* args_;
    const int64_t* at_;
    int64_t* log_;
    int64_t* seen_;
    Tensor handles_[most_handles];
};

// Slots: two tensors that may be written and one that is read, the script, the log, the elements that it has read.
extern "C" int64_t ptodsl_run(const int64_t* args, ptodsl_error*) {
    Orchestration run;
    return Script(run, args).follow();
}

}  // namespace view_program
