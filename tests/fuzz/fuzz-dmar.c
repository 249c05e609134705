/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"
#include "probe/decode/acpi/dmar.h"
#include "profile/decoded/decode-dmar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever the table holds, everything it gives lies inside what was decoded, and its document can be made. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        FaultList faults = {};
        Dmar dmar = {};

        if (dmar_decode((Bytes){ .data = data, .n = size }, &dmar, &faults) == 0) {
                for (size_t i = 0; i < dmar.n_scopes; i++)
                        if (dmar.scopes[i].first_path + dmar.scopes[i].n_path > dmar.n_paths)
                                abort();
                for (size_t i = 0; i < dmar.n_units; i++)
                        if (dmar.units[i].scopes.first + dmar.units[i].scopes.n > dmar.n_scopes)
                                abort();
                json_t *document = decode_dmar_json(&dmar, &faults);
                if (!document)
                        abort();
                json_decref(document);
        }
        dmar_done(&dmar);
        fault_list_done(&faults);
        return 0;
}
