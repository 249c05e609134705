/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One entry of /sys/firmware/memmap: three files with one line each, "0x%llx", "0x%llx" (inclusive), a name
 * (Documentation/ABI/testing/sysfs-firmware-memmap). */

#include "probe/decode/memory/iomem.h"

/* Returns false if a file does not parse or the range is inverted. */
bool memmap_entry_decode(Bytes start, Bytes end, Bytes type, IomemEntry *ret);
