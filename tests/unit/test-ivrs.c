/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdlib.h>

#include "probe/decode/acpi/ivrs.h"
#include "tests/unit/acpi-build.h"

static void begin_ivrs(AcpiBuild *table) {
        acpi_begin(table, "IVRS");
        /* 0x203043: VASize 64, PASize 48, GVASize 2, EFRSup; the commonest of real ones. */
        acpi_u16(table, 0x3043);
        acpi_u16(table, 0x20);
        acpi_zero(table, 8);
}

static void add_ivhd(AcpiBuild *table, uint8_t type, uint16_t device, uint64_t base) {
        acpi_u8(table, type);
        acpi_u8(table, 0xb0);
        acpi_u16(table, type == 0x10 ? 28 : 44);
        acpi_u16(table, device);
        acpi_u16(table, 0x40);
        acpi_u64(table, base);
        acpi_zero(table, type == 0x10 ? 8 : 24);
        acpi_u8(table, 2); /* one device: 01:00.0 */
        acpi_u16(table, 0x100);
        acpi_u8(table, 0);
}

static void add_ivmd(AcpiBuild *table, uint8_t flags, uint16_t device, uint64_t start, uint64_t length) {
        acpi_u8(table, 0x21);
        acpi_u8(table, flags);
        acpi_u16(table, 32);
        acpi_u16(table, device);
        acpi_zero(table, 10);
        acpi_u64(table, start);
        acpi_u64(table, length);
}

static void decode(AcpiBuild *table, Ivrs *ret, FaultList *faults) {
        acpi_end(table);
        assert_int_equal(ivrs_decode(BYTES(table->data, table->n), ret, faults), 0);
}

static void test_info(void **state) {
        AcpiBuild table;
        Ivrs ivrs = {};

        begin_ivrs(&table);
        add_ivhd(&table, 0x11, 2, 0xfeb80000);
        decode(&table, &ivrs, NULL);
        assert_int_equal(ivrs.info.raw, 0x203043);
        assert_int_equal(ivrs.info.physical_bits, 48);
        assert_int_equal(ivrs.info.virtual_bits, 64);
        assert_int_equal(ivrs.info.gva_size, 2);
        assert_true(ivrs.info.efr_supported && ivrs.info.dma_remapping);
        ivrs_done(&ivrs);
}

/* The same unit three times: Linux takes the last type up to 40h that names the first block's device again. */
static void test_units(void **state) {
        static const struct {
                uint8_t types[4];
                uint8_t used;
        } orders[] = {
                { { 0x10, 0x11, 0x40 }, 0x40 }, { { 0x10, 0x11 }, 0x11 }, { { 0x10 }, 0x10 },
                { { 0x10, 0x11, 0x51, 0x40 }, 0x11 }, /* a type above 40h ends the search */
        };

        for (size_t i = 0; i < ELEMENTS(orders); i++) {
                AcpiBuild table;
                Ivrs ivrs = {};

                begin_ivrs(&table);
                for (size_t j = 0; j < 4 && orders[i].types[j]; j++)
                        add_ivhd(&table, orders[i].types[j], 2, 0xfeb80000);
                decode(&table, &ivrs, NULL);
                assert_int_equal(ivrs.n_units, 1);
                for (size_t j = 0; j < ivrs.n_blocks; j++)
                        assert_int_equal(ivrs.blocks[j].used, ivrs.blocks[j].type == orders[i].used);
                ivrs_done(&ivrs);
        }
}

/* Eight blocks for four units. */
static void test_four_units(void **state) {
        AcpiBuild table;
        Ivrs ivrs = {};

        begin_ivrs(&table);
        for (uint16_t i = 0; i < 8; i++)
                add_ivhd(&table, i < 4 ? 0x10 : 0x11, (uint16_t) (2 + 0x2000 * (i % 4)),
                                0xfeb80000 + 0x100000U * (i % 4));
        decode(&table, &ivrs, NULL);
        assert_int_equal(ivrs.n_blocks, 8);
        assert_int_equal(ivrs.n_units, 4);
        ivrs_done(&ivrs);
}

/* Linux rounds start and length up, each for itself. */
static void test_memory(void **state) {
        static const struct {
                uint64_t start, length, first, last;
                bool ok;
        } ranges[] = {
                { 0xccd3d000, 0x26000, 0xccd3d000, 0xccd62fff, true },
                { 0xccd3d001, 1, 0xccd3e000, 0xccd3efff, true },
                { 0xccd3d000, 1, 0xccd3d000, 0xccd3dfff, true },
                { 0xccd3d000, 0, 0, 0, false },
                { UINT64_C(0xfffffffffffff000), 0x1000, UINT64_C(0xfffffffffffff000), UINT64_MAX, true },
                { UINT64_C(0xfffffffffffff000), 0x2000, 0, 0, false },
                { UINT64_MAX, 1, 0, 0, false },
        };
        AcpiBuild table;
        Ivrs ivrs = {};

        begin_ivrs(&table);
        add_ivhd(&table, 0x11, 2, 0xfeb80000);
        for (size_t i = 0; i < ELEMENTS(ranges); i++)
                add_ivmd(&table, IVMD_EXCLUSION, 0x300, ranges[i].start, ranges[i].length);
        decode(&table, &ivrs, NULL);
        assert_int_equal(ivrs.n_memory, ELEMENTS(ranges));
        for (size_t i = 0; i < ELEMENTS(ranges); i++) {
                uint64_t first = 0, last = 0;

                assert_int_equal(ivrs_memory_linux_range(&ivrs.memory[i], &first, &last), ranges[i].ok);
                assert_true(first == ranges[i].first && last == ranges[i].last);
        }
        ivrs_done(&ivrs);
}

/* Stricter than for a DMAR: a wrong checksum and the IOMMU stays off. */
/* Two units cannot have the same registers, and a memory block has 32 bytes. */
static void test_faults(void **state) {
        AcpiBuild table;
        FaultList faults = {};
        Ivrs ivrs = {};

        begin_ivrs(&table);
        add_ivhd(&table, 0x11, 2, 0xfeb80000);
        add_ivhd(&table, 0x11, 3, 0xfeb80000);
        decode(&table, &ivrs, &faults);
        assert_int_equal(faults.n, 1);
        assert_string_equal(faults.faults[0].rule, "unit-base-repeated");
        /* The register base of the second block: after the headers of 48 bytes, and the first block of 44. */
        assert_int_equal(faults.faults[0].offset, 48 + 44 + 8);
        ivrs_done(&ivrs);
        fault_list_done(&faults);

        begin_ivrs(&table);
        add_ivhd(&table, 0x11, 2, 0xfeb80000);
        acpi_u8(&table, 0x21);
        acpi_u8(&table, 8);
        acpi_u16(&table, 20);
        acpi_zero(&table, 16);
        decode(&table, &ivrs, &faults);
        assert_int_equal(faults.n, 1);
        assert_string_equal(faults.faults[0].rule, "block-short");
        assert_int_equal(ivrs.n_units, 1);
        ivrs_done(&ivrs);
        fault_list_done(&faults);
}

static void test_checksum(void **state) {
        AcpiBuild table;
        Ivrs ivrs = {};

        begin_ivrs(&table);
        add_ivhd(&table, 0x11, 2, 0xfeb80000);
        acpi_end(&table);
        table.data[9] ^= 0x80;
        assert_int_equal(ivrs_decode(BYTES(table.data, table.n), &ivrs, NULL), 0);
        assert_true(ivrs.linux_refuses);
        assert_int_equal(ivrs.n_units, 1);
        ivrs_done(&ivrs);
}

static void test_bad_lengths(void **state) {
        static const uint16_t lengths[] = { 0, 1, 5, 23, 1000 };

        for (size_t i = 0; i < ELEMENTS(lengths); i++) {
                FaultList faults = {};
                AcpiBuild table;
                Ivrs ivrs = {};

                begin_ivrs(&table);
                add_ivhd(&table, 0x10, 2, 0xfeb80000);
                acpi_u8(&table, 0x10);
                acpi_u8(&table, 0);
                acpi_u16(&table, lengths[i]);
                acpi_zero(&table, 24);
                decode(&table, &ivrs, &faults);
                assert_true(faults.n > 0);
                assert_int_equal(ivrs.n_units, 1);
                ivrs_done(&ivrs);
                fault_list_done(&faults);
        }
}

static void test_truncated(void **state) {
        AcpiBuild table;

        begin_ivrs(&table);
        add_ivhd(&table, 0x11, 2, 0xfeb80000);
        add_ivmd(&table, IVMD_UNITY, 0x60, 0x7d8f0000, 0x100000);
        acpi_end(&table);
        for (size_t n = 0; n < table.n; n++) {
                uint8_t *copy = malloc(n ? n : 1);
                Ivrs ivrs = {};

                memcpy(copy, table.data, n);
                assert_int_equal(ivrs_decode(BYTES(copy, n), &ivrs, NULL), n < 36 ? -EBADMSG : 0);
                ivrs_done(&ivrs);
                free(copy);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_info),
                cmocka_unit_test(test_units),
                cmocka_unit_test(test_four_units),
                cmocka_unit_test(test_memory),
                cmocka_unit_test(test_faults),
                cmocka_unit_test(test_checksum),
                cmocka_unit_test(test_bad_lengths),
                cmocka_unit_test(test_truncated),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
