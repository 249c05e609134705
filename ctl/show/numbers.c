/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/show/numbers.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };

char *number_reach(uint64_t bits, char *ret, size_t size) {
        unsigned unit = bits > 69 ? 6 : (unsigned) bits / 10;

        snprintf(ret, size, "%u %s", 1U << ((unsigned) bits - 10 * unit), units[unit]);
        return ret;
}

char *number_bytes(uint64_t bytes, char *ret, size_t size) {
        unsigned unit = 0;

        while (unit < 6 && bytes >> 10 * (unit + 1))
                unit++;
        uint64_t whole = bytes >> 10 * unit, rest = bytes & ((UINT64_C(1) << 10 * unit) - 1);

        if (rest == 0)
                snprintf(ret, size, "%" PRIu64 " %s", whole, units[unit]);
        else
                snprintf(ret, size, "%.1f %s", (double) bytes / (double) (UINT64_C(1) << 10 * unit),
                                units[unit]);
        return ret;
}

char *number_address(uint64_t address, char *ret, size_t size) {
        snprintf(ret, size, "0x%" PRIx64, address);
        return ret;
}

char *number_count(uint64_t count, char *ret, size_t size) {
        char digits[NUMBER_TEXT_MAX];
        int n = snprintf(digits, sizeof(digits), "%" PRIu64, count);
        size_t used = 0;

        for (int i = 0; i < n && used + 2 < size; i++) {
                if (i > 0 && (n - i) % 3 == 0)
                        ret[used++] = ',';
                ret[used++] = digits[i];
        }
        ret[used] = 0;
        return ret;
}
