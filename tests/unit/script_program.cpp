// A program that does what a script says, for the tests of the task graph. Its meaning in Python: task_graphs.py.
#include <cstddef>
#include <cstdint>
#include <ptodsl/entry.hpp>
#include <ptodsl/orchestration.hpp>

struct ptodsl_error {
    int64_t values[8];
};

namespace script_program {

using ptodsl::Access;
using ptodsl::Orchestration;
using ptodsl::Tensor;

constexpr int64_t rows = 12, columns = 16;
constexpr int most_tensors = 10;
constexpr int part_slots = 6;

int64_t* integers(int64_t slot) { return reinterpret_cast<int64_t*>(slot); }

// A window that a task takes: six of its slots.
struct Part {
    int64_t* data;
    int64_t stride, rows, columns, reads, writes;
};

template <typename Action>
void each(const int64_t* slots, int64_t parts, Action action) {
    for (int64_t i = 0; i < parts; ++i, slots += part_slots) {
        const Part part = {integers(slots[0]), slots[1], slots[2], slots[3], slots[4], slots[5]};
        for (int64_t n = 0; n < part.rows * part.columns; ++n) {
            action(part, part.data[n / part.columns * part.stride + n % part.columns], n);
        }
    }
}

// Slots: number, log, spins, count of parts, parts. Of all that it reads a number comes to be, and of that all that it
// writes. The log counts moments in its first place, and holds those of the beginning and of the end of each task.
extern "C" void mix_task(const int64_t* args) {
    int64_t* log = integers(args[1]);
    log[1 + 2 * args[0]] = __atomic_add_fetch(log, 1, __ATOMIC_SEQ_CST);
    for (int64_t i = 0; i < args[2]; ++i) asm volatile("");
    int64_t sum = args[0];
    each(args + 4, args[3], [&](const Part& part, int64_t& x, int64_t) {
        if (part.reads) sum = sum * 31 + x;
    });
    each(args + 4, args[3], [&](const Part& part, int64_t& x, int64_t n) {
        if (part.writes) x = sum + n * n;
    });
    log[2 + 2 * args[0]] = __atomic_add_fetch(log, 1, __ATOMIC_SEQ_CST);
}

class Script {
public:
    Script(Orchestration& run, const int64_t* at, int64_t* log) : run_(run), at_(at), log_(log) {}

    // What the program returns.
    int64_t follow(const int64_t* args) {
        tensors_[0] = run_.argument<int64_t>(args[0], {rows, columns});
        tensors_[1] = run_.argument<int64_t>(args[1], {rows, columns});
        tensors_[2] = ptodsl::input<int64_t>(args[2], {rows, columns});
        for (int64_t reads = 0;;) {
            const int64_t word = next();
            if (word == 0) return run_.finish();
            if (word == 1) tensors_[next()] = run_.create_tensor<int64_t>({rows, columns});
            if (word == 2) tensors_[next()] = Tensor();
            if (word == 3) integers(args[5])[reads++] = read();
            if (word == 4) write();
            if (word == 5 && !submit()) return run_.fault(1);
        }
    }

private:
    int64_t next() { return *at_++; }

    int64_t read() {
        const int64_t tensor = next(), row = next(), column = next();
        return run_.read<int64_t>(tensors_[tensor], {row, column});
    }

    void write() {
        const int64_t tensor = next(), row = next(), column = next();
        run_.write(tensors_[tensor], {row, column}, next());
    }

    bool submit() {
        const int64_t number = next(), spins = next();
        switch (next()) {
            case 1: return submit<1>(number, spins);
            case 2: return submit<2>(number, spins);
            case 3: return submit<3>(number, spins);
            case 4: return submit<4>(number, spins);
            default: return submit<8>(number, spins);
        }
    }

    // A part in the script: tensor, grid, row, column, rows, columns, reads, writes.
    template <int Parts>
    bool submit(int64_t number, int64_t spins) {
        int64_t slots[4 + part_slots * Parts] = {number, reinterpret_cast<int64_t>(log_), spins, Parts};
        Tensor windows[Parts];
        Access accesses[Parts];
        for (int i = 0; i < Parts; ++i, at_ += 8) {
            const Tensor& whole = tensors_[at_[0]];
            const Tensor base = at_[1] != 0 ? whole.reshape({columns, rows}) : whole;
            windows[i] = base.view({at_[2], at_[3]}, {at_[4], at_[5]});
            accesses[i] = {&windows[i], at_[7] != 0};
            const int64_t part[part_slots] = {windows[i].slot(), windows[i].stride(0), at_[4], at_[5], at_[6], at_[7]};
            __builtin_memcpy(slots + 4 + part_slots * i, part, sizeof part);
        }
        return run_.submit(mix_task, slots, accesses);
    }

    Orchestration& run_;
    const int64_t* at_;
    int64_t* log_;
    Tensor tensors_[most_tensors];
};

// Slots: two tensors that may be written and one that is read, the script, the log, the elements that it has read.
extern "C" int64_t ptodsl_run(const int64_t* args, ptodsl_error*) {
    Orchestration run;
    return Script(run, integers(args[3]), integers(args[4])).follow(args);
}

}  // namespace script_program
