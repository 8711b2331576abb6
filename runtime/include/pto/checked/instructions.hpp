// All instructions, flags and barriers, checked.
#pragma once

#include "bitwise.hpp"
#include "convert.hpp"
#include "elementwise.hpp"
#include "expand_columns.hpp"
#include "expand_rows.hpp"
#include "fill.hpp"
#include "flags.hpp"
#include "load.hpp"
#include "matmul.hpp"
#include "move.hpp"
#include "reduce.hpp"
#include "select.hpp"
#include "store.hpp"
#include "transpose.hpp"
#include "unary.hpp"
#include "view.hpp"
