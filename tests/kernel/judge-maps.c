/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "judge.h"

const char *outcome(int r) {
        return r < 0 ? strerrorname_np(errno) : "ok";
}

static void add(Addresses *addresses, uint64_t address) {
        address &= ~(PAGE - 1);
        for (size_t i = 0; i < addresses->n; i++)
                if (addresses->list[i] == address)
                        return;
        if (addresses->n < ADDRESSES_MAX)
                addresses->list[addresses->n++] = address;
}

void print_range(size_t i, uint64_t start, uint64_t end, Addresses *addresses) {
        printf("%s[%" PRIu64 ", %" PRIu64 "]", i ? ", " : "", start, end);
        add(addresses, start);
        add(addresses, end);
        if (start > 0)
                add(addresses, start - 1);
        if (end < UINT64_MAX)
                add(addresses, end + 1);
}

void print_maps(const Space *space, Addresses *addresses) {
        void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1,
                        0);

        if (page == MAP_FAILED)
                return;
        for (unsigned bits = 32; bits < 64; bits++) {
                add(addresses, (UINT64_C(1) << bits) - 1);
                add(addresses, UINT64_C(1) << bits);
        }
        printf(", \"maps\": {");
        for (size_t i = 0; i < addresses->n; i++) {
                int r = space->map(space, page, addresses->list[i]);

                printf("%s\"%" PRIu64 "\": \"%s\"", i ? ", " : "", addresses->list[i], outcome(r));
                if (r >= 0)
                        (void) space->unmap(space, addresses->list[i]);
        }
        printf("}");
        (void) munmap(page, PAGE);
}
