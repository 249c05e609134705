/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probe/decode/memory/iomem.h"
#include "probe/decode/memory/memmap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        const Bytes text = { .data = data, .n = size };
        FaultList faults = {};
        IomemEntry entry;
        Iomem iomem = {};
        Reason reason;

        if (iomem_decode(text, &iomem, &reason, &faults) == 0)
                for (size_t i = 0; i < iomem.n; i++)
                        if (iomem.entries[i].end < iomem.entries[i].start)
                                abort();
        (void) memmap_entry_decode(text, text, text, &entry);
        iomem_done(&iomem);
        fault_list_done(&faults);
        return 0;
}
