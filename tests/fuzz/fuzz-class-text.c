/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/class.h"
#include "probe/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds) {
        if (!holds)
                abort();
}

/* Reads the text of a class and writes it again; false: it is none. */
static bool again(const char *text, size_t n, char **ret, size_t *ret_n) {
        HostClass class = {};
        char pool[CLASS_KEY_SIZE];
        int r = host_class_unpack(text, n, &class);

        if (r < 0) {
                check(r == -EINVAL);
                return false;
        }
        (void) host_class_pool(&class, pool);
        check(host_class_pack(&class.profile, ret, ret_n) == 0);
        host_class_done(&class);
        return true;
}

/* What is written of a text is in order, without what a class does not have; so it is read, and written as it is. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_free_ char *first = NULL, *second = NULL;
        size_t n, m;

        if (!again((const char *) data, size, &first, &n))
                return 0;
        check(again(first, n, &second, &m) && n == m && memcmp(first, second, n) == 0);
        return 0;
}
