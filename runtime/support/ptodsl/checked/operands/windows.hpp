// Windows of global memory: their shapes against valid shapes, and the pieces that a tile is evenly spaced in.
#pragma once

#include "layouts.hpp"
#include "rules.hpp"

namespace pto::checked {

// Shape against valid shape, at run time: a line's length, and how many lines all planes have.
inline void agree_window(Call& call, const char* operand, const Operand& tile, const Global& window) {
    const bool is_nz = window.layout == Layout::NZ, is_dn = window.layout == Layout::DN;
    const int64_t rows = is_nz ? window.shape[2] * 16 : (is_dn ? 1 : window.planes()) * window.shape[3];
    const int64_t cols = is_nz ? window.shape[0] * window.shape[1] * window.shape[4]
                               : (is_dn ? window.planes() : 1) * window.shape[4];
    agree(call, operand, rows, tile.rows, "the window's rows are the tile's valid rows");
    agree(call, operand, cols, tile.cols, "the window's columns are the tile's valid columns");
}

// Calls body(row, col, block, cells) for each piece of a tile that is evenly spaced in the window, whose shadow begins
// at `first`: the planes of ND and DN windows, the lines of 32 bytes (16 elements of an accumulator) of NZ.
template <typename Body>
void each_piece(const Operand& tile, const Global& window, unsigned char* first, Body body) {
    const int64_t(&shape)[5] = window.shape, (&pitch)[5] = window.stride;
    if (window.layout == Layout::NZ) {
        for (int64_t i = 0; i < shape[0] * shape[1]; ++i)
            for (int64_t row = 0; row < tile.rows; ++row) {
                unsigned char* line = first + i / shape[1] * pitch[0] + i % shape[1] * pitch[1] + row / 16 * pitch[2] +
                                      row % 16 * pitch[3];
                body(row, i * shape[4], Block{1, shape[4]}, Cells{line, 0, window.size, window.size});
            }
        return;
    }
    const bool is_dn = window.layout == Layout::DN;
    const int64_t below = is_dn ? 0 : shape[3], beside = is_dn ? shape[4] : 0;
    for (int64_t plane = 0; plane < window.planes(); ++plane) {
        const int64_t i = plane / (shape[1] * shape[2]), j = plane / shape[2] % shape[1], k = plane % shape[2];
        body(plane * below, plane * beside, Block{shape[3], shape[4]},
             Cells{first + i * pitch[0] + j * pitch[1] + k * pitch[2], pitch[3], pitch[4], window.size});
    }
}

}  // namespace pto::checked
