/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probe/decode/memory/iomem.h"
#include "probe/decode/memory/memmap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is left of it reads the same. */
static void check_scrubbed(const uint8_t *data, size_t size, const Iomem *iomem, Reason reason) {
        uint8_t *copy = malloc(size + 1);
        FaultList faults = {};
        Iomem again = {};
        Reason then;

        if (!copy)
                return;
        if (size > 0)
                memcpy(copy, data, size);
        if (iomem_decode((Bytes){ .data = copy, .n = iomem_scrub(copy, size) }, &again, &then, &faults) ==
                                        0 &&
                        reason == REASON_NONE && then == REASON_NONE) {
                if (again.n != iomem->n)
                        abort();
                for (size_t i = 0; i < again.n; i++)
                        if (again.entries[i].start != iomem->entries[i].start ||
                                        again.entries[i].end != iomem->entries[i].end ||
                                        again.entries[i].depth != iomem->entries[i].depth ||
                                        strcmp(again.entries[i].name, iomem->entries[i].name) != 0)
                                abort();
        }
        iomem_done(&again);
        fault_list_done(&faults);
        free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        const Bytes text = { .data = data, .n = size };
        FaultList faults = {};
        IomemEntry entry;
        Iomem iomem = {};
        Reason reason;

        if (iomem_decode(text, &iomem, &reason, &faults) == 0) {
                check_scrubbed(data, size, &iomem, reason);
                for (size_t i = 0; i < iomem.n; i++)
                        if (iomem.entries[i].end < iomem.entries[i].start)
                                abort();
        }
        (void) memmap_entry_decode(text, text, text, &entry);
        iomem_done(&iomem);
        fault_list_done(&faults);
        return 0;
}
