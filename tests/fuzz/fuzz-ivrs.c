/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"
#include "probe/decode/acpi/ivrs.h"
#include "profile/decoded/decode-ivrs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Units are blocks, entries lie inside what was decoded, and the document can be made. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        FaultList faults = {};
        size_t used = 0;
        Ivrs ivrs = {};

        if (ivrs_decode((Bytes){ .data = data, .n = size }, &ivrs, &faults) == 0) {
                for (size_t i = 0; i < ivrs.n_blocks; i++) {
                        used += ivrs.blocks[i].used;
                        if (ivrs.blocks[i].first_entry + ivrs.blocks[i].n_entries > ivrs.n_entries)
                                abort();
                }
                if (used != ivrs.n_units)
                        abort();
                json_t *document = decode_ivrs_json(&ivrs, &faults);
                if (!document)
                        abort();
                json_decref(document);
        }
        ivrs_done(&ivrs);
        fault_list_done(&faults);
        return 0;
}
