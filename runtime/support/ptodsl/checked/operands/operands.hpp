// What checked instructions ask before they are issued, and note when they are carried out.
#pragma once

#include "expansions.hpp"
#include "loads.hpp"
#include "maps.hpp"
#include "moves.hpp"
#include "products.hpp"
#include "scalars.hpp"
#include "selections.hpp"
#include "stores.hpp"
#include "turns.hpp"
