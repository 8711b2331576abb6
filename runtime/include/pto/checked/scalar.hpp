// What a tile in UB says when the scalar unit reads or writes an element of it.
#pragma once

#include "site.hpp"

#include <stdint.h>

namespace pto::checked {

// A tile has no address yet where its data are null; elements outside of UB are reported, and neither read nor written.
bool may_read(const void* tile, int64_t offset, int64_t bytes, Site site);
void write_element(void* tile, int64_t offset, const void* value, int64_t bytes, Site site);

}  // namespace pto::checked
