/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <errno.h>

#include "guest/size.h"

#define KIB UINT64_C(1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)
#define TIB (1024 * GIB)

typedef struct Case {
        const char *text, *unit;
        int r;
        uint64_t size;
} Case;

static void check(const Case *c, int r, uint64_t size) {
        if (r != c->r || (r == 0 && size != c->size))
                fail_msg("'%s' '%s': %d, %llu", c->text, c->unit ? c->unit : "", r,
                                (unsigned long long) size);
}

static void test_text(void **state) {
        static const Case cases[] = {
                { "4096", NULL, 0, 4096 },
                { "4096B", NULL, 0, 4096 },
                { "64GiB", NULL, 0, 64 * GIB },
                { "1TiB", NULL, 0, TIB },
                { "4PiB", NULL, 0, 4096 * TIB },
                { "5PiB", NULL, -ERANGE, 0 },
                { "18446744073709551616", NULL, -ERANGE, 0 },
                { "64GB", NULL, -EINVAL, 0 },
                { "64G", NULL, -EINVAL, 0 },
                { "64gib", NULL, -EINVAL, 0 },
                { "-1", NULL, -EINVAL, 0 },
                { " 1", NULL, -EINVAL, 0 },
                { "1.5GiB", NULL, -EINVAL, 0 },
                { "", NULL, -EINVAL, 0 },
                { "GiB", NULL, -EINVAL, 0 },
        };

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                uint64_t size = 0;
                int r = guest_size_from_text(cases[i].text, &size);

                check(&cases[i], r, size);
        }
}

/* docs/formatdomain: bytes, KB and MB of 1000, k or KiB of 1024; any case. */
static void test_libvirt(void **state) {
        static const Case cases[] = {
                { "4", NULL, 0, 4 * KIB },
                { "4", "b", 0, 4 },
                { "4", "bytes", 0, 4 },
                { "4", "KB", 0, 4000 },
                { "4", "k", 0, 4 * KIB },
                { "4", "KiB", 0, 4 * KIB },
                { "4", "MB", 0, 4000000 },
                { "4", "M", 0, 4 * MIB },
                { "4", "mib", 0, 4 * MIB },
                { "4", "GB", 0, 4000000000 },
                { "4", "G", 0, 4 * GIB },
                { "4", "TB", 0, UINT64_C(4000000000000) },
                { "4", "T", 0, 4 * TIB },
                { "4", "E", -ERANGE, 0 },
                { "99999999999999999999", "b", -ERANGE, 0 },
                { "4", "Gb/s", -EINVAL, 0 },
                { "4", "x", -EINVAL, 0 },
                { "-4", "GiB", -EINVAL, 0 },
                { "4.5", "GiB", -EINVAL, 0 },
                { "", "GiB", -EINVAL, 0 },
        };

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                uint64_t size = 0;
                int r = guest_size_from_libvirt(cases[i].text, cases[i].unit, "KiB", &size);

                check(&cases[i], r, size);
        }
}

/* tests/unit/test-cutils.c of QEMU: a letter in either case, fractions, hexadecimal without a letter. */
static void test_qemu(void **state) {
        static const Case cases[] = {
                { "512", NULL, 0, 512 * MIB },
                { "4G", NULL, 0, 4 * GIB },
                { "4g", NULL, 0, 4 * GIB },
                { "4096k", NULL, 0, 4 * MIB },
                { "1b", NULL, 0, 1 },
                { "1.5G", NULL, 0, 3 * GIB / 2 },
                { "0.5T", NULL, 0, TIB / 2 },
                { "2044878M", NULL, 0, 2044878 * MIB },
                { "0x10", NULL, 0, 16 * MIB },
                { "0x10G", NULL, -EINVAL, 0 },
                { "4GiB", NULL, -EINVAL, 0 },
                { "4Q", NULL, -EINVAL, 0 },
                { "-4G", NULL, -EINVAL, 0 },
                { "", NULL, -EINVAL, 0 },
                { "8E", NULL, -ERANGE, 0 },
        };

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                uint64_t size = 0;
                int r = guest_size_from_qemu(cases[i].text, MIB, &size);

                check(&cases[i], r, size);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_text),
                cmocka_unit_test(test_libvirt),
                cmocka_unit_test(test_qemu),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
