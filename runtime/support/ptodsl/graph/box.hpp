// Which elements of its base a tensor has.
#pragma once

#include <ptodsl/orchestration.hpp>

#include "common_element.hpp"

namespace ptodsl {

// Positions count elements of the base. A dense box has every element from its first to its last one. A box with
// coordinates is all that lies between `low` and `high` in the grid that the strides make of the base.
struct Box {
    int64_t first;
    int64_t last;
    bool is_dense;
    bool has_coordinates;
    int rank;
    int64_t strides[max_rank];
    int64_t low[max_rank];
    int64_t high[max_rank];

    // Whether the two share an element. Dense boxes and those of one grid are told apart at once; for others it takes a
    // search, and where that would take long they count as sharing one.
    bool meets(const Box& other) const {
        if (first > other.last || other.first > last) return false;
        if (is_dense && other.is_dense) return true;
        if (!has_grid_of(other)) return shares(other);
        for (int dim = 0; dim < rank; ++dim) {
            if (low[dim] >= other.high[dim] || other.low[dim] >= high[dim]) return false;
        }
        return true;
    }

    // Whether it is certain to have every element of the other one.
    bool covers(const Box& other) const {
        if (first > other.first || last < other.last) return false;
        if (is_dense) return true;
        if (!has_grid_of(other)) return false;
        for (int dim = 0; dim < rank; ++dim) {
            if (low[dim] > other.low[dim] || high[dim] < other.high[dim]) return false;
        }
        return true;
    }

    // Takes the first position apart into coordinates. There are none where rows run over the end of the rows below
    // them, as they may after a reshape: then a position has more than one name.
    void find_coordinates(const int64_t* shape) {
        int64_t rest = first;
        bool runs_over = false;
        for (int dim = 0; dim < rank; ++dim) {
            low[dim] = rest < strides[dim] ? 0 : rest / strides[dim];
            high[dim] = low[dim] + shape[dim];
            rest -= low[dim] * strides[dim];
            runs_over |= dim > 0 && high[dim] * strides[dim] > strides[dim - 1];
        }
        has_coordinates = rest == 0 && !runs_over;
    }

private:
    bool has_grid_of(const Box& other) const {
        if (!has_coordinates || !other.has_coordinates || rank != other.rank) return false;
        for (int dim = 0; dim < rank; ++dim) {
            if (strides[dim] != other.strides[dim]) return false;
        }
        return true;
    }

    bool shares(const Box& other) const {
        CommonElement common(other.first - first);
        for (int dim = 0; dim < rank; ++dim) common.add(strides[dim], 0, high[dim] - low[dim] - 1);
        for (int dim = 0; dim < other.rank; ++dim) {
            common.add(other.strides[dim], other.low[dim] - other.high[dim] + 1, 0);
        }
        return common.may_exist();
    }
};

}  // namespace ptodsl
