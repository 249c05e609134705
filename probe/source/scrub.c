/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/source/scrub.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/decode/cpu/cmdline.h"
#include "probe/decode/memory/iomem.h"

int scrub_file(const char *path, Bytes content, uint8_t **ret, size_t *ret_n) {
        uint8_t *copy = malloc(content.n + 1);
        size_t n = content.n;

        if (!copy)
                return -ENOMEM;
        if (n > 0)
                memcpy(copy, content.data, n);
        copy[n] = 0;
        if (strcmp(path, "proc/iomem") == 0)
                n = iomem_scrub(copy, n);
        else if (strcmp(path, "proc/cmdline") == 0)
                n = cmdline_filter(content, (char *) copy, content.n + 1);
        *ret = copy;
        *ret_n = n;
        return 0;
}
