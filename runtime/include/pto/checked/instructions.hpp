// All instructions, flags and barriers, checked.
#pragma once

#include "flags.hpp"
namespace pto { using namespace isa; }
