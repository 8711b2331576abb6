// The bytes at the top of UB that some instructions use as scratch behind the caller's back: what a kernel keeps there is
// overwritten, whatever the order. It shows when what was overwritten is read.
#pragma once

#include <cstring>
#include <vector>

#include "accesses.hpp"
#include "findings.hpp"

namespace pto::checked {

class HiddenScratch {
public:
    void clear() { tiles_.clear(); }

    void touch(const Access& access, Findings& findings) {
        if (std::strcmp(access.operand, "hidden scratch") == 0) overwrite(access);
        else if (!access.box.bytes.meets(range)) return;
        else if (access.effect == Effect::Read) read(access, findings);
        else write(access);
    }

private:
    static constexpr Bytes range{machine::hidden_scratch_start, machine::hidden_scratch_end};

    struct Tile {
        Access written;
        const char* overwritten_by;  // null while its bytes are what was written
        Site site;
    };

    void write(const Access& access) {
        for (size_t i = 0; i < tiles_.size();) {
            if (!covers(access.box, tiles_[i].written.box)) {
                ++i;
                continue;
            }
            tiles_[i] = tiles_.back();
            tiles_.pop_back();
        }
        tiles_.push_back({access, nullptr, {nullptr, 0}});
    }

    void overwrite(const Access& access) {
        for (Tile& tile : tiles_) {
            if (tile.overwritten_by || common(tile.written.box, access.box).empty()) continue;
            tile.overwritten_by = access.op;
            tile.site = access.site;
        }
    }

    void read(const Access& access, Findings& findings) {
        for (const Tile& tile : tiles_) {
            if (!tile.overwritten_by) continue;
            const Bytes bytes = common(tile.written.box, access.box).common(range);
            if (bytes.empty()) continue;
            const Field fields[] = {{"op", tile.overwritten_by, 0},
                                    {"start", nullptr, static_cast<int64_t>(bytes.start)},
                                    {"end", nullptr, static_cast<int64_t>(bytes.end)}};
            findings.add("hidden-scratch", tile.site, fields, 3, tile.written.site);
        }
    }

    std::vector<Tile> tiles_;
};

}  // namespace pto::checked
