// The closed sets of the tile ISA. Order and values are the interface's own: they appear in text forms and attributes.
#pragma once

#include "language.hpp"

namespace pto {

enum class TileType { Vec, Mat, Left, Right, Acc, Bias, Scaling, ScaleLeft, ScaleRight, Ctrl };

enum class BLayout { RowMajor = 0, ColMajor = 1 };

enum class SLayout { NoneBox = 0, RowMajor = 1, ColMajor = 2 };

enum class Layout {
    ND,
    DN,
    NZ,
    SCALE,
    MX_A_ND,
    MX_A_DN,
    MX_A_ZZ,
    MX_B_ND,
    MX_B_DN,
    MX_B_NN,
    HIF4_A_ZZ,
    HIF4_B_NN,
    NC1HWC0,
    GNC1HWC0,
    NCHW,
    GNCHW,
    NHWC,
    NDC1HWC0,
    NCDHW,
    FRACTAL_Z,
    FRACTAL_Z_S16S8,
    FRACTAL_Z_3D,
    MAX,
};

enum class PadValue : uint64_t { Null = 0, Zero = 1, Max = 2, Min = 3, CustomBase = 0x100000000ULL };

enum class CompactMode { Null, Normal, RowPlusOne, RowAlignedPadding };

enum class CmpMode : uint8_t { EQ = 0, NE = 1, LT = 2, LE = 3, GT = 4, GE = 5 };

enum class RoundMode : uint8_t {
    CAST_NONE = 0,
    CAST_RINT = 1,   // to nearest, ties to even
    CAST_ROUND = 2,  // to nearest, ties away from zero
    CAST_FLOOR = 3,
    CAST_CEIL = 4,
    CAST_TRUNC = 5,
    CAST_ODD = 6,  // towards zero, then the last bit is set if anything was lost
};

enum class SaturationMode : uint8_t { ON = 0, OFF = 1 };

enum class AtomicType : uint8_t { AtomicNone = 0, AtomicAdd = 1 };

enum class ReluPreMode : uint8_t { NoRelu = 0, NormalRelu = 1 };

enum class STPhase : uint8_t { Unspecified = 0, Partial = 2, Final = 3 };

enum class AccPhase : uint8_t { Unspecified = 0, Unknown = Unspecified, Partial = 2, Final = 3 };

enum class AccToVecMode : uint8_t { SingleModeVec0 = 0, SingleModeVec1 = 1, DualModeSplitM = 2, DualModeSplitN = 3 };

enum class TFillPadMode : uint8_t { Normal = 0, InPlace = 1, Expand = 2 };

enum class PowAlgorithm : uint8_t { DEFAULT, HIGH_PRECISION };
enum class DivAlgorithm : uint8_t { DEFAULT, HIGH_PRECISION };
enum class SqrtAlgorithm : uint8_t { DEFAULT, HIGH_PRECISION };
enum class RsqrtAlgorithm : uint8_t { DEFAULT, HIGH_PRECISION };
enum class RecipAlgorithm : uint8_t { DEFAULT, HIGH_PRECISION };
enum class ExpAlgorithm : uint8_t { DEFAULT, HIGH_PRECISION };
enum class LogAlgorithm : uint8_t { DEFAULT, HIGH_PRECISION };

}  // namespace pto
