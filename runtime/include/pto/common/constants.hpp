// Kept for sources that include it: everything is in pto-inst.hpp.
#pragma once

#include "../pto-inst.hpp"
