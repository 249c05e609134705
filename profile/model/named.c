/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Made by tools/cpu-models; docs/models.md says from what. */

#include "profile/model/cpu-table.h"

/* family, model */
const CpuNamed cpus_named[] = {
        { "486", CPU_VENDOR_INTEL, 1, { { 4, 8 } } },
        { "Broadwell", CPU_VENDOR_INTEL, 4, { { 6, 61 }, { 6, 71 }, { 6, 79 }, { 6, 86 } } },
        { "Cascadelake-Server", CPU_VENDOR_INTEL, 1, { { 6, 85 } } },
        { "ClearwaterForest", CPU_VENDOR_INTEL, 1, { { 6, 221 } } },
        { "Conroe", CPU_VENDOR_INTEL, 2, { { 6, 15 }, { 6, 22 } } },
        { "Cooperlake", CPU_VENDOR_INTEL, 1, { { 6, 85 } } },
        { "Denverton", CPU_VENDOR_INTEL, 1, { { 6, 95 } } },
        { "Dhyana", CPU_VENDOR_HYGON, 1, { { 24, 0 } } },
        { "DiamondRapids", CPU_VENDOR_INTEL, 1, { { 19, 1 } } },
        { "EPYC", CPU_VENDOR_AMD, 1, { { 23, 1 } } },
        { "EPYC-Genoa", CPU_VENDOR_AMD, 1, { { 25, 17 } } },
        { "EPYC-Milan", CPU_VENDOR_AMD, 1, { { 25, 1 } } },
        { "EPYC-Rome", CPU_VENDOR_AMD, 1, { { 23, 49 } } },
        { "EPYC-Turin", CPU_VENDOR_AMD, 1, { { 26, 0 } } },
        { "GraniteRapids", CPU_VENDOR_INTEL, 1, { { 6, 173 } } },
        { "Haswell", CPU_VENDOR_INTEL, 4, { { 6, 60 }, { 6, 63 }, { 6, 69 }, { 6, 70 } } },
        { "Icelake-Client", CPU_VENDOR_INTEL, 1, { { 6, 126 } } },
        { "Icelake-Server", CPU_VENDOR_INTEL, 1, { { 6, 106 } } },
        { "IvyBridge", CPU_VENDOR_INTEL, 2, { { 6, 58 }, { 6, 62 } } },
        { "KnightsMill", CPU_VENDOR_INTEL, 1, { { 6, 133 } } },
        { "Nehalem", CPU_VENDOR_INTEL, 4, { { 6, 26 }, { 6, 30 }, { 6, 31 }, { 6, 46 } } },
        { "Opteron_G1", CPU_VENDOR_AMD, 1, { { 15, 6 } } },
        { "Opteron_G2", CPU_VENDOR_AMD, 1, { { 15, 6 } } },
        { "Opteron_G3", CPU_VENDOR_AMD, 1, { { 16, 2 } } },
        { "Opteron_G4", CPU_VENDOR_AMD, 1, { { 21, 1 } } },
        { "Opteron_G5", CPU_VENDOR_AMD, 1, { { 21, 2 } } },
        { "Penryn", CPU_VENDOR_INTEL, 2, { { 6, 23 }, { 6, 29 } } },
        { "SandyBridge", CPU_VENDOR_INTEL, 2, { { 6, 42 }, { 6, 45 } } },
        { "SapphireRapids", CPU_VENDOR_INTEL, 1, { { 6, 143 } } },
        { "SierraForest", CPU_VENDOR_INTEL, 1, { { 6, 175 } } },
        { "Skylake-Client", CPU_VENDOR_INTEL, 4, { { 6, 78 }, { 6, 94 }, { 6, 142 }, { 6, 158 } } },
        { "Skylake-Server", CPU_VENDOR_INTEL, 1, { { 6, 85 } } },
        { "Snowridge", CPU_VENDOR_INTEL, 1, { { 6, 134 } } },
        { "Westmere", CPU_VENDOR_INTEL, 3, { { 6, 37 }, { 6, 44 }, { 6, 47 } } },
        { "YongFeng", CPU_VENDOR_CENTAUR, 1, { { 7, 11 } } },
        { "athlon", CPU_VENDOR_AMD, 1, { { 6, 2 } } },
        { "core2duo", CPU_VENDOR_INTEL, 1, { { 6, 15 } } },
        { "coreduo", CPU_VENDOR_INTEL, 1, { { 6, 14 } } },
        { "n270", CPU_VENDOR_INTEL, 1, { { 6, 28 } } },
        { "pentium", CPU_VENDOR_INTEL, 1, { { 5, 4 } } },
        { "pentium2", CPU_VENDOR_INTEL, 1, { { 6, 5 } } },
        { "pentium3", CPU_VENDOR_INTEL, 1, { { 6, 7 } } },
        { "phenom", CPU_VENDOR_AMD, 1, { { 16, 2 } } },
};
const size_t n_cpus_named = ELEMENTS(cpus_named);
