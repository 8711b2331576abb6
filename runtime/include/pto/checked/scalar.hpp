// What a tile in UB says when the scalar unit reads or writes an element of it.
#pragma once

#include "site.hpp"

#include <stdint.h>

namespace pto::checked {

// Whether the element may be read, or written: it lies in UB, and no other pipe is at it. A tile has no address yet
// where its data are null.
bool may_read(const void* tile, int64_t offset, int64_t bytes, Site site);
bool may_write(const void* tile, int64_t offset, int64_t bytes, Site site);

}  // namespace pto::checked
