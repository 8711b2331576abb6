// One instruction on its way to the engine: what is wrong with it is said, what it touches is collected, and then its
// work is handed over, unless it would touch what it must not.
#pragma once

#include "defined.hpp"
#include "machine.hpp"

namespace pto::checked {

inline Field text(const char* name, const char* value) { return {name, value, 0}; }
inline Field number(const char* name, int64_t value) { return {name, nullptr, value}; }

constexpr const char* space_name(Space space) { return machine::space_names[static_cast<int>(space)]; }

// Work that is compiled once, wherever it is called from.
template <typename Work>
struct Outlined {
    Work work;
    __attribute__((noinline)) void operator()() { work(); }
};

class Call {
public:
    Call(const char* op, Site site, pipe_t pipe = PIPE_V) : instruction_{} {
        instruction_.name = op;
        instruction_.site = site;
        instruction_.pipe = pipe;
    }

    bool is_refused() const { return is_refused_; }
    void is_not_carried_out() { is_refused_ = true; }
    const char* op() const { return instruction_.name; }
    Site site() const { return instruction_.site; }
    Call& elementwise() {
        instruction_.is_elementwise = true;
        return *this;
    }
    Call& with_hidden_flags() {
        instruction_.has_hidden_flags = true;
        return *this;
    }
    void accumulates(int64_t fractals) { instruction_.fractals = static_cast<int>(fractals); }

    template <int Count>
    void finds(const char* kind, const Field (&fields)[Count]) {
        Field all[Count + 1] = {text("op", op())};
        for (int i = 0; i < Count; ++i) all[i + 1] = fields[i];
        report(kind, site(), all, Count + 1);
    }
    template <int Count>
    void refuses(const char* kind, const Field (&fields)[Count]) {
        is_not_carried_out();
        finds(kind, fields);
    }

    void touches(const char* operand, Effect effect, const Region& region) {
        instruction_.touches[instruction_.count++] = {operand, effect, region};
    }

    // Operands in a memory on chip. The window is what is touched of them, rows of UB rounded up to `line` bytes.
    template <typename Tile>
    void reads(const char* operand, const Tile& tile, Window window, int64_t line = 1) {
        if (takes(operand, tile)) touches(operand, Effect::Read, region_of(tile, window, line));
    }
    template <typename Tile>
    void writes(const char* operand, const Tile& tile, Window window, int64_t line = 1) {
        if (!takes(operand, tile)) return;
        touches(operand, Effect::Write, region_of(tile, window, line));
        result_ = {tile.data(), physical_bytes<Tile>};
        use(space_of<Tile>, start_of(tile) + physical_bytes<Tile>);
    }
    template <typename Tile>
    void reads(const char* operand, const Tile& tile) {
        reads(operand, tile, valid_window(tile));
    }
    template <typename Tile>
    void writes(const char* operand, const Tile& tile) {
        writes(operand, tile, valid_window(tile));
    }

    // The first bytes of a temporary.
    template <typename Tile>
    void scratch(const Tile& tile, int64_t bytes) {
        constexpr Space space = space_of<Tile>;
        if (!is_placed("tmp", tile.data(), space, start_of(tile), physical_bytes<Tile>, 32)) return;
        touches("tmp", Effect::Write, {space, static_cast<uint64_t>(start_of(tile)), bytes});
        use(space, start_of(tile) + bytes);
    }

    template <typename Work>
    RecordEvent carries_out(Work work) {
        if (!is_refused_) return issue(instruction_, Outlined<Work>{work});
        // What was refused is reported once: its result does not count as undefined as well.
        if (result_.data) __builtin_memset(shadow_of(result_.data), is_defined, static_cast<size_t>(result_.bytes));
        return {};
    }

private:
    struct Result {
        const void* data;
        int64_t bytes;
    };

    // Whether a tile lies where its memory has bytes, and has a valid shape.
    template <typename Tile>
    bool takes(const char* operand, const Tile& tile) {
        constexpr int space = static_cast<int>(space_of<Tile>);
        constexpr int64_t alignment = Tile::Loc == TileType::Mat && !Tile::isBoxedLayout ? 32 : static_cast<int64_t>(machine::alignment[space]);
        const bool lies_well = is_placed(operand, tile.data(), space_of<Tile>, start_of(tile), physical_bytes<Tile>,
                                         alignment);
        const int64_t rows = tile.GetValidRow(), cols = tile.GetValidCol();
        const bool is_valid = rows > 0 && rows <= Tile::Rows && cols > 0 && cols <= Tile::Cols;
        if (!is_valid)
            refuses("shape-refused", {text("operand", operand), number("rows", rows), number("cols", cols),
                                      text("rule", "a valid shape has at least one row and one column, and lies within "
                                                   "the tile")});
        return lies_well && is_valid;
    }

    bool is_placed(const char* operand, const void* data, Space space, int64_t start, int64_t bytes, int64_t alignment) {
        const int64_t capacity = static_cast<int64_t>(machine::capacity[static_cast<int>(space)]);
        const int64_t given = static_cast<int64_t>(reinterpret_cast<uintptr_t>(data));
        if (given < int64_t{1} << 30) start = given;  // an offset that lies in no memory
        if (data && start >= 0 && start + bytes <= capacity && start % alignment == 0) return true;
        if (!data) {
            refuses("unassigned", {text("operand", operand)});
        } else if (start < 0 || start + bytes > capacity) {
            refuses("out-of-capacity", {text("operand", operand), text("memory", space_name(space)),
                                        number("start", start), number("end", start + bytes),
                                        number("capacity", capacity)});
        } else {
            refuses("misaligned", {text("operand", operand), text("memory", space_name(space)), number("start", start),
                                   number("end", start + bytes), number("alignment", alignment)});
        }
        return false;
    }

    Instruction instruction_;
    Result result_{};
    bool is_refused_ = false;
};

}  // namespace pto::checked
