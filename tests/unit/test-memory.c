/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "probe/decode/memory/group-type.h"
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

/* A reader of what is left reads the same, faults by line included; where the kernel lies is not in it. */
static void test_iomem_scrub(void **state) {
        static const char left[] = "00000000-00000fff : Reserved\n"
                                   "00100000-bfffffff : System RAM\r\n"
                                   "\r\n"
                                   "\n"
                                   "noise\n"
                                   "c0000000-febfffff : PCI Bus 0000:00\n"
                                   "  c0000000-c00fffff : PCI Bus 0000:01\n"
                                   "\n"
                                   "100000000-14fffffff : System RAM\n";
        char text[] = "00000000-00000fff : Reserved\n"
                      "00100000-bfffffff : System RAM\r\n"
                      "  01000000-02209987 : Kernel code\r\n"
                      "  02400000-03209987 : Kernel rodata\n"
                      "noise\n"
                      "c0000000-febfffff : PCI Bus 0000:00\n"
                      "  c0000000-c00fffff : PCI Bus 0000:01\n"
                      "    c0000000-c00fffff : 0000:01:00.0\n"
                      "100000000-14fffffff : System RAM\n"
                      "  120000000-120ffffff : Kernel bss";
        size_t n = iomem_scrub((uint8_t *) text, strlen(text));

        assert_int_equal(n, strlen(left));
        assert_memory_equal(text, left, n);
        assert_int_equal(iomem_scrub((uint8_t *) text, n), n);
        assert_int_equal(iomem_scrub((uint8_t *) text, 0), 0);
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

/* Documentation/ABI/testing/sysfs-kernel-iommu_groups; case and blanks matter, a newer word is unknown. */
static void test_group_type(void **state) {
        static const struct {
                const char *word;
                GroupType type;
        } vectors[] = {
                { "DMA", GROUP_TYPE_DMA },
                { "DMA-FQ", GROUP_TYPE_DMA_FQ },
                { "identity", GROUP_TYPE_IDENTITY },
                { "blocked", GROUP_TYPE_BLOCKED },
                { "unmanaged", GROUP_TYPE_UNMANAGED },
                { "unknown", GROUP_TYPE_UNKNOWN },
                { "DMA-XX", GROUP_TYPE_UNKNOWN },
                { "dma", GROUP_TYPE_UNKNOWN },
                { "DMA ", GROUP_TYPE_UNKNOWN },
                { "", GROUP_TYPE_UNKNOWN },
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++)
                assert_int_equal(group_type_decode(vectors[i].word), vectors[i].type);
}

/* Names of facts as kernel/resource.c and e820 print them. */
static void test_iomem_kinds(void **state) {
        static const struct {
                const char *name;
                IomemKind kind;
        } vectors[] = {
                { "System RAM", IOMEM_SYSTEM_RAM },
                { "System RAM (kmem)", IOMEM_SYSTEM_RAM },
                { "ACPI Tables", IOMEM_ACPI_TABLES },
                { "ACPI Non-volatile Storage", IOMEM_ACPI_NVS },
                { "Unusable memory", IOMEM_UNUSABLE },
                { "Persistent Memory", IOMEM_PERSISTENT },
                { "Persistent Memory (legacy)", IOMEM_PERSISTENT },
                { "Soft Reserved", IOMEM_SOFT_RESERVED },
                { "soft reserved", IOMEM_SOFT_RESERVED },
                { "PCI Bus 0000:00", IOMEM_PCI_WINDOW },
                { "PCI ECAM 0000 [bus 00-ff]", IOMEM_PCI_ECAM },
                { "PCI MMCONFIG 0000 [bus 00-ff]", IOMEM_PCI_ECAM },
                { "pcie@10000000", IOMEM_PCI_WINDOW },
                { "pcie@1000110000", IOMEM_PCI_WINDOW },
                { "pci@fd0e0000", IOMEM_PCI_WINDOW },
                { "pcie@", IOMEM_OTHER },
                { "pcie@1,0", IOMEM_OTHER },
                { "pcie@10000000 config", IOMEM_OTHER },
                { "1000110000.pcie pcie@1000110000", IOMEM_OTHER },
                { "pcie-phy@10000000", IOMEM_OTHER },
                { "pl011@9000000", IOMEM_OTHER },
                { "Reserved by firmware", IOMEM_OTHER },
                { "IOAPIC 0", IOMEM_OTHER },
                { "System", IOMEM_OTHER },
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++)
                assert_int_equal(iomem_kind(TEXT(vectors[i].name)), vectors[i].kind);
}

/* Lines that do not parse are named; the map around them stays. */
static void test_iomem_wrong(void **state) {
        static const char *const lines[] = { "noise", "2-1 : Reserved", "1-2", "1-2 :", "1-2 Reserved",
                "1 : Reserved", "-2 : Reserved", "1- : Reserved", "1-10000000000000000 : Reserved",
                "\t1-2 : Reserved", "\xff\x1b[2J" };

        for (size_t i = 0; i < ELEMENTS(lines); i++) {
                Iomem iomem = {};
                FaultList faults = {};
                Reason reason;
                char text[128];

                snprintf(text, sizeof(text), "1000-1fff : System RAM\n%s\n3000-3fff : Reserved\n", lines[i]);
                assert_int_equal(iomem_decode(TEXT(text), &iomem, &reason, &faults), 0);
                assert_int_equal(reason, REASON_NONE);
                assert_int_equal(iomem.n, 2);
                assert_int_equal(faults.n, 1);
                assert_int_equal(faults.faults[0].offset, 2);
                iomem_done(&iomem);
                fault_list_done(&faults);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_regions),
                cmocka_unit_test(test_regions_wrong),
                cmocka_unit_test(test_iomem),
                cmocka_unit_test(test_iomem_scrub),
                cmocka_unit_test(test_iomem_hidden),
                cmocka_unit_test(test_memmap),
                cmocka_unit_test(test_group_type),
                cmocka_unit_test(test_iomem_kinds),
                cmocka_unit_test(test_iomem_wrong),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
