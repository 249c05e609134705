/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/capture/archive-policy.h"
#include "ctl/input/hex-dump.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A name and a target, split at the first newline: what is let through never climbs above the top. The same bytes as a
 * hex dump. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        char *copy = malloc(size + 1);
        ArchiveTotals totals = {};
        size_t n;

        if (!copy)
                return 0;
        if (size)
                memcpy(copy, data, size);
        copy[size] = 0;
        char *newline = strchr(copy, 10);
        if (newline)
                *newline = 0;
        const ArchiveEntry entry = { .type = newline ? ARCHIVE_LINK : ARCHIVE_FILE,
                .path = copy,
                .target = newline ? newline + 1 : NULL };
        if (!archive_refuse(&entry, &totals) &&
                        (copy[0] == 47 || strncmp(copy, "../", 3) == 0 || strstr(copy, "/../")))
                abort();
        if (size)
                memcpy(copy, data, size);
        if (hex_dump_decode((uint8_t *) copy, size, &n) && n > size)
                abort();
        free(copy);
        return 0;
}
