/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "probe/decode/cpu/cmdline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool b) {
        if (!b)
                abort();
}

/* What a capture keeps says the same as what was read, fits, and stays as it is when filtered again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        char *filtered = malloc(size + 1), *again = malloc(size + 1);
        Cmdline whole = {}, kept = {};
        FaultList faults = {};

        if (!filtered || !again)
                abort();
        require(cmdline_decode((Bytes){ .data = data, .n = size }, &whole, &faults) == 0);
        size_t n = cmdline_filter((Bytes){ .data = data, .n = size }, filtered, size + 1);
        require(n <= size && strlen(filtered) == n);

        Bytes text = { .data = (const uint8_t *) filtered, .n = n };
        cmdline_decode(text, &kept, NULL);
        require(memcmp(&whole, &kept, sizeof(kept)) == 0);
        require(cmdline_filter(text, again, size + 1) == n && strcmp(filtered, again) == 0);
        for (size_t i = 0; i < n; i++)
                require(filtered[i] >= 0x20 && filtered[i] <= 0x7e);

        require(cmdline_filter((Bytes){ .data = data, .n = size }, again, size / 2 + 1) <= size / 2);
        free(filtered);
        free(again);
        fault_list_done(&faults);
        return 0;
}
