/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probe/decode/memory/range.h"
#include "probe/decode/memory/reserved-regions.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is left of the address space once the regions are taken out touches none of them. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        ReservedRegions regions = {};
        RangeSet reserved = {}, usable = {};
        FaultList faults = {};

        if (reserved_regions_decode((Bytes){ .data = data, .n = size }, &regions, &faults) == 0) {
                for (size_t i = 0; i < regions.n; i++)
                        (void) range_set_add(&reserved, regions.regions[i].start, regions.regions[i].end);
                (void) range_set_add(&usable, 0, UINT64_MAX);
                (void) range_set_subtract(&usable, &reserved);
                for (size_t i = 0; i < regions.n; i++)
                        if (range_set_contains(&usable, regions.regions[i].start) ||
                                        range_set_contains(&usable, regions.regions[i].end))
                                abort();
        }
        reserved_regions_done(&regions);
        range_set_done(&reserved);
        range_set_done(&usable);
        fault_list_done(&faults);
        return 0;
}
