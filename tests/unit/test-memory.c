/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "probe/decode/memory/memmap.h"
#include "probe/decode/memory/reserved-regions.h"

#define TEXT(s) BYTES((s), strlen(s))

static void test_regions(void **state) {
        static const char text[] = "0x000000007b800000 0x000000007fffffff direct\n"
                                   "0x0000000000000000 0x0000000000ffffff direct-relaxable\n"
                                   "0x00000000fee00000 0x00000000feefffff msi\n"
                                   "0x000000fd00000000 0x000000ffffffffff reserved\n"
                                   "0x0000000000000000 0xffffffffffffffff word-of-newer-kernel";
        static const ReservedType types[] = { RESERVED_DIRECT, RESERVED_DIRECT_RELAXABLE, RESERVED_MSI,
                RESERVED_RESERVED, RESERVED_OTHER };
        ReservedRegions regions = {};
        FaultList faults = {};

        assert_int_equal(reserved_regions_decode(TEXT(text), &regions, &faults), 0);
        assert_int_equal(faults.n, 0);
        assert_int_equal(regions.n, ELEMENTS(types));
        for (size_t i = 0; i < ELEMENTS(types); i++)
                assert_int_equal(regions.regions[i].type, types[i]);
        assert_true(regions.regions[4].end == UINT64_MAX);
        assert_string_equal(regions.regions[4].word, "word-of-newer-kernel");
        reserved_regions_done(&regions);
}

/* What does not parse is named by its line; the rest stays. */
static void test_regions_wrong(void **state) {
        static const char *const lines[] = { "0x2 0x1 msi", "0x1 0x2", "1 2 msi", "0x1 0x2 msi more",
                "0x1 -0x2 msi", "0x1ffffffffffffffff 0x2 msi", "\x01\x02\xff",
                "0x1 0x2 a-word-that-is-far-too-long-to-be-one" };

        for (size_t i = 0; i < ELEMENTS(lines); i++) {
                ReservedRegions regions = {};
                FaultList faults = {};
                char text[256];

                snprintf(text, sizeof(text), "0x1 0x2 msi\n%s\n0x3 0x4 msi\n", lines[i]);
                assert_int_equal(reserved_regions_decode(TEXT(text), &regions, &faults), 0);
                assert_int_equal(regions.n, 2);
                assert_int_equal(faults.n, 1);
                assert_int_equal(faults.faults[0].offset, 2);
                reserved_regions_done(&regions);
                fault_list_done(&faults);
        }
}

static void test_iomem(void **state) {
        static const char text[] = "00000000-00000fff : Reserved\n"
                                   "00100000-bfffffff : System RAM\n"
                                   "  01000000-02209987 : Kernel code\n"
                                   "c0000000-febfffff : PCI Bus 0000:00\n"
                                   "  c0000000-c00fffff : PCI Bus 0000:01\n"
                                   "    c0000000-c00fffff : 0000:01:00.0\n"
                                   "e0000000-efffffff : PCI MMCONFIG 0000 [bus 00-ff]\n"
                                   "100000000-14fffffff : System RAM\n";
        static const IomemKind kinds[] = { IOMEM_RESERVED, IOMEM_SYSTEM_RAM, IOMEM_PCI_WINDOW,
                IOMEM_PCI_WINDOW, IOMEM_PCI_ECAM, IOMEM_SYSTEM_RAM };
        FaultList faults = {};
        Iomem iomem = {};
        Reason reason;

        assert_int_equal(iomem_decode(TEXT(text), &iomem, &reason, &faults), 0);
        assert_int_equal(reason, REASON_NONE);
        assert_int_equal(faults.n, 0);
        assert_int_equal(iomem.n, ELEMENTS(kinds));
        for (size_t i = 0; i < ELEMENTS(kinds); i++)
                assert_int_equal(iomem.entries[i].kind, kinds[i]);
        assert_int_equal(iomem.entries[3].depth, 1);
        assert_true(iomem.entries[5].end == UINT64_C(0x14fffffff));
        iomem_done(&iomem);
}

/* Who may not see gets zeros, and that is not a map of one byte. */
static void test_iomem_hidden(void **state) {
        Iomem iomem = {};
        Reason reason;

        assert_int_equal(
                        iomem_decode(TEXT("00000000-00000000 : System RAM\n  00000000-00000000 : Kernel code\n"),
                                        &iomem, &reason, NULL),
                        0);
        assert_int_equal(reason, REASON_HIDDEN);
        assert_int_equal(iomem.n, 0);
        assert_int_equal(iomem_decode(TEXT("noise\n"), &iomem, &reason, NULL), 0);
        assert_int_equal(reason, REASON_MALFORMED);
}

static void test_memmap(void **state) {
        IomemEntry entry;

        assert_true(memmap_entry_decode(
                        TEXT("0x100000\n"), TEXT("0xbfffffff\n"), TEXT("System RAM\n"), &entry));
        assert_int_equal(entry.kind, IOMEM_SYSTEM_RAM);
        /* The ABI document writes it small, the code large. */
        assert_true(memmap_entry_decode(TEXT("0x0"), TEXT("0xfff"), TEXT("reserved"), &entry));
        assert_int_equal(entry.kind, IOMEM_RESERVED);
        assert_false(memmap_entry_decode(TEXT("0x2\n"), TEXT("0x1\n"), TEXT("System RAM\n"), &entry));
        assert_false(memmap_entry_decode(
                        TEXT("100000\n"), TEXT("0xbfffffff\n"), TEXT("System RAM\n"), &entry));
        assert_false(memmap_entry_decode(TEXT("0x1\n0x2\n"), TEXT("0xf\n"), TEXT("System RAM\n"), &entry));
        assert_false(memmap_entry_decode(TEXT(""), TEXT("0xf\n"), TEXT("System RAM\n"), &entry));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_regions),
                cmocka_unit_test(test_regions_wrong),
                cmocka_unit_test(test_iomem),
                cmocka_unit_test(test_iomem_hidden),
                cmocka_unit_test(test_memmap),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
