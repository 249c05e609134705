/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/model/arm-parts.h"

#include <stddef.h>

#include "probe/cleanup.h"

enum {
        ARM = 0x41,
        BROADCOM = 0x42,
        CAVIUM = 0x43,
        FUJITSU = 0x46,
        HISILICON = 0x48,
        INFINEON = 0x49,
        FREESCALE = 0x4d,
        NVIDIA = 0x4e,
        APPLIED_MICRO = 0x50,
        QUALCOMM = 0x51,
        SAMSUNG = 0x53,
        MARVELL = 0x56,
        APPLE = 0x61,
        INTEL = 0x69,
        MICROSOFT = 0x6d,
        PHYTIUM = 0x70,
        AMPERE = 0xc0,
};

static const struct {
        uint8_t implementer;
        const char *name;
} implementers[] = {
        { ARM, "ARM" },
        { BROADCOM, "Broadcom" },
        { CAVIUM, "Cavium" },
        { FUJITSU, "Fujitsu" },
        { HISILICON, "HiSilicon" },
        { INFINEON, "Infineon" },
        { FREESCALE, "Freescale" },
        { NVIDIA, "NVIDIA" },
        { APPLIED_MICRO, "Applied Micro" },
        { QUALCOMM, "Qualcomm" },
        { SAMSUNG, "Samsung" },
        { MARVELL, "Marvell" },
        { APPLE, "Apple" },
        { INTEL, "Intel" },
        { MICROSOFT, "Microsoft" },
        { PHYTIUM, "Phytium" },
        { AMPERE, "Ampere" },
};

static const struct {
        uint8_t implementer;
        uint16_t part;
        const char *name;
} parts[] = {
        { ARM, 0xd02, "Cortex-A34" },
        { ARM, 0xd03, "Cortex-A53" },
        { ARM, 0xd04, "Cortex-A35" },
        { ARM, 0xd05, "Cortex-A55" },
        { ARM, 0xd06, "Cortex-A65" },
        { ARM, 0xd07, "Cortex-A57" },
        { ARM, 0xd08, "Cortex-A72" },
        { ARM, 0xd09, "Cortex-A73" },
        { ARM, 0xd0a, "Cortex-A75" },
        { ARM, 0xd0b, "Cortex-A76" },
        { ARM, 0xd0c, "Neoverse N1" },
        { ARM, 0xd0d, "Cortex-A77" },
        { ARM, 0xd0e, "Cortex-A76AE" },
        { ARM, 0xd40, "Neoverse V1" },
        { ARM, 0xd41, "Cortex-A78" },
        { ARM, 0xd42, "Cortex-A78AE" },
        { ARM, 0xd43, "Cortex-A65AE" },
        { ARM, 0xd44, "Cortex-X1" },
        { ARM, 0xd46, "Cortex-A510" },
        { ARM, 0xd47, "Cortex-A710" },
        { ARM, 0xd48, "Cortex-X2" },
        { ARM, 0xd49, "Neoverse N2" },
        { ARM, 0xd4a, "Neoverse E1" },
        { ARM, 0xd4b, "Cortex-A78C" },
        { ARM, 0xd4c, "Cortex-X1C" },
        { ARM, 0xd4d, "Cortex-A715" },
        { ARM, 0xd4e, "Cortex-X3" },
        { ARM, 0xd4f, "Neoverse V2" },
        { ARM, 0xd80, "Cortex-A520" },
        { ARM, 0xd81, "Cortex-A720" },
        { ARM, 0xd82, "Cortex-X4" },
        { ARM, 0xd83, "Neoverse V3AE" },
        { ARM, 0xd84, "Neoverse V3" },
        { ARM, 0xd85, "Cortex-X925" },
        { ARM, 0xd87, "Cortex-A725" },
        { ARM, 0xd88, "Cortex-A520AE" },
        { ARM, 0xd89, "Cortex-A720AE" },
        { ARM, 0xd8e, "Neoverse N3" },
        { BROADCOM, 0x516, "ThunderX2" },
        { CAVIUM, 0x0a1, "ThunderX" },
        { CAVIUM, 0x0af, "ThunderX2" },
        { FUJITSU, 0x001, "A64FX" },
        { HISILICON, 0xd01, "TaiShan v110" },
        { NVIDIA, 0x003, "Denver 2" },
        { NVIDIA, 0x004, "Carmel" },
        { NVIDIA, 0x010, "Olympus" },
        { APPLIED_MICRO, 0x000, "X-Gene" },
        { QUALCOMM, 0x001, "Oryon" },
        { QUALCOMM, 0xc00, "Falkor" },
        { APPLE, 0x022, "M1 Icestorm" },
        { APPLE, 0x023, "M1 Firestorm" },
        { APPLE, 0x024, "M1 Pro Icestorm" },
        { APPLE, 0x025, "M1 Pro Firestorm" },
        { APPLE, 0x028, "M1 Max Icestorm" },
        { APPLE, 0x029, "M1 Max Firestorm" },
        { APPLE, 0x032, "M2 Blizzard" },
        { APPLE, 0x033, "M2 Avalanche" },
        { APPLE, 0x034, "M2 Pro Blizzard" },
        { APPLE, 0x035, "M2 Pro Avalanche" },
        { APPLE, 0x038, "M2 Max Blizzard" },
        { APPLE, 0x039, "M2 Max Avalanche" },
        { MICROSOFT, 0xd49, "Azure Cobalt 100" },
        { AMPERE, 0xac3, "AmpereOne" },
        { AMPERE, 0xac4, "AmpereOne AC04" },
};

const char *arm_implementer_name(uint8_t implementer) {
        for (size_t i = 0; i < ELEMENTS(implementers); i++)
                if (implementers[i].implementer == implementer)
                        return implementers[i].name;
        return NULL;
}

const char *arm_part_name(uint8_t implementer, uint16_t part) {
        for (size_t i = 0; i < ELEMENTS(parts); i++)
                if (parts[i].implementer == implementer && parts[i].part == part)
                        return parts[i].name;
        return NULL;
}
