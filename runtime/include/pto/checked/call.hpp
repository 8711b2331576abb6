// One instruction on its way to the engine: what is wrong with it is said, what it touches is collected, and then its
// work is handed over, unless it would touch what it must not.
#pragma once

#include "defined.hpp"
#include "machine.hpp"

namespace pto::checked {

inline Field text(const char* name, const char* value) { return {name, value, 0}; }
inline Field number(const char* name, int64_t value) { return {name, nullptr, value}; }

constexpr const char* space_name(Space space) { return machine::space_names[static_cast<int>(space)]; }

constexpr bool is_same_text(const char* a, const char* b) {
    while (*a && *a == *b) ++a, ++b;
    return *a == *b;
}

inline int64_t capacity_of(Space space) { return static_cast<int64_t>(machine::capacity[static_cast<int>(space)]); }

// What two operands of an instruction must not do.
inline const char* overlap_rule(const Touch& written, const Touch& other) {
    const bool has_scratch = is_same_text(written.operand, "tmp") || is_same_text(other.operand, "tmp");
    return has_scratch ? "a temporary has bytes of its own"
                       : "a result has bytes of its own, or takes over an operand's element for element";
}

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
        const Region region = region_of(tile, window, line);
        if (takes(operand, tile, region)) touches(operand, Effect::Read, region);
    }
    template <typename Tile>
    void writes(const char* operand, const Tile& tile, Window window, int64_t line = 1) {
        const Region region = region_of(tile, window, line);
        if (!takes(operand, tile, region)) return;
        touches(operand, Effect::Write, region);
        result_ = {tile.data(), reach_of(region)};
        use(space_of<Tile>, start_of(tile) + detail::least<int64_t>(physical_bytes<Tile>, capacity_of(space_of<Tile>)));
    }
    template <typename Tile>
    void reads(const char* operand, const Tile& tile) {
        reads(operand, tile, valid_window(tile));
    }
    template <typename Tile>
    void writes(const char* operand, const Tile& tile) {
        writes(operand, tile, valid_window(tile));
    }

    // The operand read last may be the result's own bytes.
    void shares_bytes() { shared_ |= 1u << (instruction_.count - 1); }

    // The first bytes of a temporary.
    template <typename Tile>
    void scratch(const Tile& tile, int64_t bytes) {
        constexpr Space space = space_of<Tile>;
        if (!is_placed("tmp", tile.data(), space, start_of(tile), bytes, 32)) return;
        touches("tmp", Effect::Write, {space, static_cast<uint64_t>(start_of(tile)), bytes});
        use(space, start_of(tile) + bytes);
    }

    template <typename Work>
    RecordEvent carries_out(Work work) {
        if (!is_refused_) find_overlaps();
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

    // Whether a tile lies where its memory has bytes, and has a valid shape. An empty one is wrong, but does no harm.
    template <typename Tile>
    bool takes(const char* operand, const Tile& tile, const Region& region) {
        constexpr int space = static_cast<int>(space_of<Tile>);
        constexpr bool is_row = Tile::Loc == TileType::Mat && !Tile::isBoxedLayout;
        constexpr int64_t alignment = is_row ? 32 : static_cast<int64_t>(machine::alignment[space]);
        const int64_t start = start_of(tile), end = static_cast<int64_t>(region.start) + reach_of(region);
        const bool lies_well = is_placed(operand, tile.data(), space_of<Tile>, start, end - start, alignment);
        return has_valid_shape(operand, tile.GetValidRow(), tile.GetValidCol(), Tile::Rows, Tile::Cols) && lies_well;
    }

    bool has_valid_shape(const char* operand, int64_t rows, int64_t cols, int64_t most_rows, int64_t most_cols) {
        if (rows > 0 && rows <= most_rows && cols > 0 && cols <= most_cols) return true;
        if (rows > most_rows || cols > most_cols) is_not_carried_out();
        finds("shape-refused", {text("operand", operand), number("rows", rows), number("cols", cols),
                                text("rule", "a valid shape has at least one row and one column, and lies within the "
                                             "tile")});
        return false;
    }

    // Whoever writes bytes that another operand has, but for those that it may take over.
    void find_overlaps() {
        for (int i = 0; i < instruction_.count; ++i)
            for (int j = 0; j < instruction_.count; ++j) {
                const Touch &written = instruction_.touches[i], &other = instruction_.touches[j];
                const bool is_pair = written.effect == Effect::Write && (other.effect == Effect::Read || i < j);
                if (is_pair && !(shared_ >> j & 1) && written.region.space == other.region.space &&
                    share_bytes(written.region, other.region))
                    finds("operands-overlap", {text("operand", written.operand), text("other_operand", other.operand),
                                               text("rule", overlap_rule(written, other))});
            }
    }

    bool is_placed(const char* operand, const void* data, Space space, int64_t start, int64_t bytes, int64_t alignment) {
        const int64_t capacity = capacity_of(space);
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
    unsigned shared_ = 0;  // a bit for each touch whose bytes the result may take over
    bool is_refused_ = false;
};

}  // namespace pto::checked
