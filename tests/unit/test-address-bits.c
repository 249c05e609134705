/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <string.h>

#include "probe/decode/kernel/address-bits.h"

#define K4 4096
#define K16 16384
#define K64 65536
/* Debian's Linux 6.12 with pages of 16 KiB (VA_BITS 52), in QEMU with -cpu cortex-a76, which has no LPA2, and with
 * -cpu max, which has it. A kernel with VA_BITS 47 has the first, too: 2^46 less 2^38 and 3 GiB and 8 MiB. */
#define VMALLOC_47 "MemTotal:        1001472 kB\nVmallocTotal:   68447887360 kB\nVmallocUsed:  3408 kB\n"
#define VMALLOC_52 "VmallocTotal:   51804889088 kB\n"

static void test_address_bits(void **state) {
        static const struct {
                uint64_t page_size, top;
                const char *meminfo;
                uint8_t bits;
        } vectors[] = {
                { K4, 0xffffd1e21a58, "", 48 },
                { K4, 0xffff80000000, "", 48 },
                { K64, 0xffffd5e3f8a8, "", 48 },
                { K4, 0x7ffffff000, "", 39 },
                { K4, 0x7fc0000000, "", 39 },
                { K64, 0x3ffd5e3f8a8, "", 42 },
                { K16, 0xfd5e3f8a8, "", 36 },
                { K16, 0xffffd5e3f8a8, VMALLOC_47, 48 },
                { K4, 0xfffffd5e3f8a8, "", 52 },
                /* 47 of 52 bits. What does not tell that leaves 47. */
                { K16, 0x7fffd11d2778, VMALLOC_47, 47 },
                { K16, 0x7ffff43d61c8, VMALLOC_52, 52 },
                { K16, 0x7fffd5e3f8a8, "", 47 },
                { K16, 0x7fffd5e3f8a8, "VmallocTotal: 0 kB\n", 47 },
                { K16, 0x7fffd5e3f8a8, "VmallocTotal:\n", 47 },
                { K16, 0x7fffd5e3f8a8, "VmallocTotal: x kB\n", 47 },
                { K16, 0x7fffd5e3f8a8, "VmallocTotal: 18446744073709551615 kB\n", 47 },
                { K16, 0x7fffd5e3f8a8, "XVmallocTotal: 51538558976 kB\n", 47 },
                { K4, 0x7fffd5e3f8a8, VMALLOC_52, 47 },
                /* Not an arm64 kernel's: a 32-bit program, user emulation, nothing. */
                { K4, 0xfffef000, "", 0 },
                { K4, 0x5500800000, "", 39 },
                { K4, 0x40007fffff, "", 39 },
                { K4, 0xffffffffffff0000, "", 0 },
                { K4, 0, "", 0 },
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                uint8_t bits = kernel_address_bits(vectors[i].page_size, vectors[i].top,
                                BYTES(vectors[i].meminfo, strlen(vectors[i].meminfo)));

                if (bits != vectors[i].bits)
                        fail_msg("vector %zu: %u", i, (unsigned) bits);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = { cmocka_unit_test(test_address_bits) };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
