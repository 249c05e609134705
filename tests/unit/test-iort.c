/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdlib.h>

#include "probe/decode/acpi/iort.h"
#include "tests/unit/acpi-build.h"

/* One table with each kind of node (Arm DEN0049E). Where they are:
 *
 *  48 ITS group       72 SMMUv3, mapping at 140        160 SMMUv2, mapping at 236
 * 256 root complex of segment 0, mappings at 296, 316  336 of segment 1, mapping at 372
 * 392 named component, mapping at 432                  452 PMCG
 * 492 RMR, its range at 520, mapping at 540            560 IWB                     592 end */

#define N_NODES 9
#define TABLE_END 592

static void add_node(AcpiBuild *table, uint8_t type, uint8_t revision, uint16_t members, uint32_t mappings) {
        acpi_u8(table, type);
        acpi_u16(table, (uint16_t) (16 + members + 20 * mappings));
        acpi_u8(table, revision);
        acpi_u32(table, 0);
        acpi_u32(table, mappings);
        acpi_u32(table, mappings ? 16U + members : 0);
}

static void add_mapping(AcpiBuild *table, uint32_t input, uint32_t count, uint32_t output, uint32_t to,
                bool single) {
        acpi_u32(table, input);
        acpi_u32(table, count - 1);
        acpi_u32(table, output);
        acpi_u32(table, to);
        acpi_u32(table, single);
}

static void add_units(AcpiBuild *table) {
        add_node(table, 4, 4, 52, 1);
        acpi_u64(table, 0x9050000);
        acpi_u32(table, 0x9); /* coherent, proximity valid */
        acpi_u32(table, 0);
        acpi_u64(table, 0x9060000); /* VATOS */
        acpi_u32(table, 1);         /* model: Hi161x */
        acpi_zero(table, 16);       /* interrupts by message */
        acpi_u32(table, 3);         /* proximity */
        acpi_u32(table, 0);         /* mapping index */
        add_mapping(table, 0, 1, 0x777, 48, true);

        add_node(table, 3, 3, 60, 1);
        acpi_u64(table, 0x2b400000);
        acpi_u64(table, 0x10000);
        acpi_u32(table, 3); /* MMU-500 */
        acpi_u32(table, 0);
        acpi_u32(table, 60); /* global interrupts: 16 bytes */
        acpi_u32(table, 0);
        acpi_u32(table, 76);
        acpi_u32(table, 0);
        acpi_u32(table, 76);
        acpi_zero(table, 16);
        add_mapping(table, 0, 0x10000, 0, 48, false);
}

static void add_root_complexes(AcpiBuild *table) {
        add_node(table, 2, 4, 24, 2);
        acpi_u64(table, 1);    /* cache-coherent */
        acpi_u32(table, 1);    /* ATS */
        acpi_u32(table, 0);    /* segment */
        acpi_u8(table, 40);    /* memory address limit */
        acpi_u16(table, 0x14); /* PASID: 20 bits */
        acpi_u8(table, 0);
        acpi_u32(table, 5); /* flags */
        add_mapping(table, 0, 0x8000, 0, 72, false);
        add_mapping(table, 0x8000, 0x8000, 0x10000, 160, false);

        add_node(table, 2, 1, 20, 1);
        acpi_zero(table, 12);
        acpi_u32(table, 1); /* segment */
        acpi_u8(table, 64);
        acpi_zero(table, 3);
        add_mapping(table, 0, 0x10000, 0, 48, false); /* no SMMU: at once to the ITS */
}

static void build(AcpiBuild *table) {
        acpi_begin(table, "IORT");
        acpi_u32(table, N_NODES);
        acpi_u32(table, 48);
        acpi_u32(table, 0);
        add_node(table, 0, 1, 8, 0);
        acpi_u32(table, 1);
        acpi_u32(table, 7);
        add_units(table);
        add_root_complexes(table);
        add_node(table, 1, 4, 24, 1);
        acpi_u32(table, 2);
        acpi_u64(table, 0);
        acpi_u8(table, 36);
        for (const char *name = "\\_SB.DMA0"; *name; name++)
                acpi_u8(table, (uint8_t) *name);
        acpi_zero(table, 2);
        add_mapping(table, 0, 1, 0x100, 160, true);
        add_node(table, 5, 2, 24, 0);
        acpi_zero(table, 24);
        add_node(table, 6, 3, 32, 1);
        acpi_u32(table, 1); /* remapping permitted */
        acpi_u32(table, 1);
        acpi_u32(table, 28);
        acpi_u64(table, 0x50000000);
        acpi_u64(table, 0x100000);
        acpi_u32(table, 0);
        add_mapping(table, 0, 1, 0x10, 72, true);
        add_node(table, 7, 0, 16, 0);
        acpi_zero(table, 16);
        assert_int_equal(table->n, TABLE_END);
}

static bool has_fault(const FaultList *faults, const char *rule, size_t offset) {
        for (size_t i = 0; i < faults->n; i++)
                if (strcmp(faults->faults[i].rule, rule) == 0 && faults->faults[i].offset == offset)
                        return true;
        return false;
}

static void decode(AcpiBuild *table, Iort *ret, FaultList *faults) {
        acpi_end(table);
        assert_int_equal(iort_decode(BYTES(table->data, table->n), ret, faults), 0);
}

static void put(AcpiBuild *table, size_t offset, unsigned size, uint64_t value) {
        for (unsigned i = 0; i < size; i++)
                table->data[offset + i] = (uint8_t) (value >> 8 * i);
}

static void test_nodes(void **state) {
        FaultList faults = {};
        AcpiBuild table;
        Iort iort = {};

        build(&table);
        decode(&table, &iort, &faults);
        for (size_t i = 0; i < faults.n; i++)
                print_error("byte %zu: %s\n", faults.faults[i].offset, faults.faults[i].rule);
        assert_int_equal(faults.n, 0);
        assert_true(iort.checksum_valid);
        assert_int_equal(iort.n_nodes, N_NODES);
        assert_int_equal(iort.n_counter_groups, 1);
        assert_int_equal(iort.n_wire_bridges, 1);
        assert_int_equal(iort.n_unknown, 0);

        assert_int_equal(iort.n_its_groups, 1);
        assert_int_equal(iort.its_groups[0].n_ids, 1);
        assert_int_equal(iort.its_groups[0].ids[0].id, 7);

        assert_int_equal(iort.n_units, 2);
        assert_true(iort.units[0].type == IORT_SMMU_V3 && iort.units[0].base == 0x9050000);
        assert_true(iort.units[0].flags == 9 && iort.units[0].vatos == 0x9060000);
        assert_true(iort.units[0].has_proximity && iort.units[0].proximity == 3);
        assert_string_equal(iort_unit_model(&iort.units[0]), "HiSilicon Hi161x");
        assert_int_equal(iort.units[0].mappings[0].its_group, 0);
        assert_true(iort.units[1].type == IORT_SMMU && iort.units[1].base == 0x2b400000);
        assert_int_equal(iort.units[1].span, 0x10000);
        assert_string_equal(iort_unit_model(&iort.units[1]), "Arm MMU-500");

        assert_int_equal(iort.n_components, 1);
        assert_string_equal(iort.components[0].name, "\\_SB.DMA0");
        assert_int_equal(iort.components[0].memory_address_limit, 36);
        assert_int_equal(iort.components[0].mappings[0].unit, 1);

        assert_int_equal(iort.n_reserved, 1);
        assert_true(iort.reserved[0].remappable);
        assert_int_equal(iort.reserved[0].n_ranges, 1);
        assert_int_equal(iort.reserved[0].ranges[0].start, 0x50000000);
        assert_int_equal(iort.reserved[0].ranges[0].end, 0x500fffff);
        assert_true(iort.reserved[0].mappings[0].unit == 0 &&
                        iort.reserved[0].mappings[0].output_base == 0x10);
        iort_done(&iort);
        fault_list_done(&faults);
}

static void test_root_complexes(void **state) {
        AcpiBuild table;
        Iort iort = {};

        build(&table);
        decode(&table, &iort, NULL);
        assert_int_equal(iort.n_root_complexes, 2);
        assert_true(iort.root_complexes[0].ats && !iort.root_complexes[1].ats);
        assert_int_equal(iort.root_complexes[0].pasid_capabilities, 0x14);
        assert_int_equal(iort.root_complexes[0].flags, 5);
        assert_int_equal(iort.root_complexes[1].pasid_capabilities, 0); /* not in revision 1 */
        assert_int_equal(iort.root_complexes[0].mappings[1].count, 0x8000);

        assert_int_equal(iort_root_complex(&iort, 0)->memory_address_limit, 40);
        assert_int_equal(iort_root_complex(&iort, 1)->memory_address_limit, 64);
        assert_null(iort_root_complex(&iort, 2));
        assert_int_equal(iort_unit_of(&iort, 0, 0), 0);
        assert_int_equal(iort_unit_of(&iort, 0, 0x7fff), 0);
        assert_int_equal(iort_unit_of(&iort, 0, 0x8000), 1);
        assert_int_equal(iort_unit_of(&iort, 0, 0xffff), 1);
        assert_int_equal(iort_unit_of(&iort, 1, 0x10), -1);
        assert_int_equal(iort_unit_of(&iort, 2, 0x10), -1);
        iort_done(&iort);
}

/* What Linux makes of it: revision 0 has no limit; a single mapping takes every id; a count that was written
 * without "minus one" yields to the range that starts there. */
static void test_readings(void **state) {
        AcpiBuild table;
        Iort iort = {};

        build(&table);
        put(&table, 256 + 3, 1, 0);
        put(&table, 296 + 4, 4, 0x8000); /* input 0 to 0x8000 */
        decode(&table, &iort, NULL);
        assert_int_equal(iort_root_complex(&iort, 0)->memory_address_limit, 0);
        assert_int_equal(iort_unit_of(&iort, 0, 0x7fff), 0);
        assert_int_equal(iort_unit_of(&iort, 0, 0x8000), 1);
        iort_done(&iort);

        put(&table, 316, 4, 0x9000); /* nothing starts at 0x8000 */
        decode(&table, &iort, NULL);
        assert_int_equal(iort_unit_of(&iort, 0, 0x8000), 0);
        assert_int_equal(iort_unit_of(&iort, 0, 0x8001), -1);
        iort_done(&iort);

        put(&table, 296 + 16, 4, 1);
        decode(&table, &iort, NULL);
        assert_int_equal(iort_unit_of(&iort, 0, 0x8001), 0);
        iort_done(&iort);
}

/* Each way to be wrong: `size` bytes at `at` become `value`, and the decoder names the rule and the byte. */
static const struct {
        uint16_t at;
        uint8_t size;
        uint64_t value;
        const char *rule;
        uint16_t offset;
} wrong[] = {
        { 36, 4, N_NODES + 1, "node-count", 36 }, { 36, 4, UINT32_MAX, "node-count", 36 },
        { 36, 4, N_NODES - 1, "nodes-left", 560 }, { 40, 4, 0, "node-offset", 40 },
        { 40, 4, 47, "node-offset", 40 }, { 40, 4, TABLE_END + 1, "node-offset", 40 },
        { 40, 4, UINT32_MAX, "node-offset", 40 }, { 40, 4, TABLE_END - 8, "node-truncated", TABLE_END - 8 },
        { 73, 2, 0, "node-length", 73 }, { 73, 2, 15, "node-length", 73 },
        { 73, 2, 0xffff, "node-past-end", 73 }, { 561, 2, 33, "node-past-end", 561 },
        { 560, 1, 8, "node-type", 560 }, { 73, 2, 59, "node-short", 73 }, { 257, 2, 31, "node-short", 257 },
        { 64, 4, 0, "its-count", 64 }, { 64, 4, 2, "its-count", 64 }, { 64, 4, UINT32_MAX, "its-count", 64 },
        { 80, 4, 2, "mapping-count", 80 }, { 80, 4, UINT32_MAX, "mapping-count", 80 },
        { 84, 4, 8, "mapping-offset", 84 }, { 84, 4, 89, "mapping-offset", 84 },
        { 84, 4, UINT32_MAX, "mapping-offset", 84 },
        { 84, 4, 64, "node-short", 73 }, /* the mappings start before the index of revision 1 */
        { 88, 8, 0, "unit-base-zero", 88 }, { 88, 8, 0x9050001, "unit-base-unaligned", 88 },
        { 88, 8, 0x2b400000, "unit-base-repeated", 176 }, { 136, 4, 1, "mapping-index", 136 },
        { 152, 4, 0, "mapping-reference", 152 }, { 152, 4, 49, "mapping-reference", 152 },
        { 152, 4, UINT32_MAX, "mapping-reference", 152 }, { 152, 4, 72, "mapping-target", 152 }, /* itself */
        { 152, 4, 160, "mapping-target", 152 }, { 184, 8, 0, "unit-span", 184 },
        { 184, 8, UINT64_MAX, "unit-span", 184 }, { 200, 4, 81, "interrupts", 200 },
        { 200, 4, UINT32_MAX, "interrupts", 200 }, { 204, 4, 4, "interrupts", 208 },
        { 204, 4, UINT32_MAX, "interrupts", 208 }, { 212, 4, 1U << 31, "interrupts", 216 },
        { 252, 4, 1, "mapping-single", 252 }, { 284, 4, 0x10000, "segment", 284 },
        { 364, 4, 0, "segment-repeated", 364 }, { 288, 1, 0, "memory-address-limit", 288 },
        { 288, 1, 65, "memory-address-limit", 288 }, { 420, 1, 0, "memory-address-limit", 420 },
        { 268, 4, 32, "node-short", 257 }, /* no limit before the mappings */
        { 296, 4, UINT32_MAX, "mapping-input", 300 }, { 300, 4, UINT32_MAX, "mapping-overlap", 316 },
        { 324, 4, UINT32_MAX, "mapping-output", 324 }, { 316, 4, 0x7fff, "mapping-overlap", 316 },
        { 308, 4, 492, "mapping-target", 308 }, /* an RMR */
        { 308, 4, 256, "mapping-target", 308 }, { 308, 4, 560, "mapping-target", 308 },
        { 430, 2, 0x4141, "name-unterminated", 421 }, { 404, 4, 29, "name-unterminated", 421 },
        { 500, 4, 0, "region-without-device", 500 }, { 512, 4, 0, "region-count", 512 },
        { 512, 4, 2, "region-count", 512 }, { 512, 4, UINT32_MAX, "region-count", 512 },
        { 516, 4, 27, "region-count", 512 }, { 516, 4, 69, "region-count", 512 },
        { 516, 4, UINT32_MAX, "region-count", 512 }, { 528, 8, 0, "region-range", 520 },
        { 528, 8, UINT64_MAX, "region-range", 520 }, { 520, 8, 0x50000800, "region-unaligned", 520 },
        { 552, 4, 48, "mapping-target", 552 }, /* an RMR's mapping leads to a unit */
};

static void test_wrong(void **state) {
        for (size_t i = 0; i < ELEMENTS(wrong); i++) {
                FaultList faults = {};
                AcpiBuild table;
                Iort iort = {};

                build(&table);
                put(&table, wrong[i].at, wrong[i].size, wrong[i].value);
                decode(&table, &iort, &faults);
                if (!has_fault(&faults, wrong[i].rule, wrong[i].offset)) {
                        for (size_t j = 0; j < faults.n; j++)
                                print_error("%s at %zu\n", faults.faults[j].rule, faults.faults[j].offset);
                        fail_msg("row %zu: no %s at byte %u", i, wrong[i].rule, wrong[i].offset);
                }
                iort_done(&iort);
                fault_list_done(&faults);
        }
}

/* What is wrong is unknown afterwards, not zero or wide. */
static void test_left_out(void **state) {
        AcpiBuild table;
        Iort iort = {};

        build(&table);
        put(&table, 288, 1, 255);        /* limit */
        put(&table, 308, 4, 256);        /* the first range leads to the root complex itself */
        put(&table, 528, 8, 0);          /* an empty region */
        put(&table, 552, 4, UINT32_MAX); /* an RMR of no unit */
        decode(&table, &iort, NULL);
        assert_int_equal(iort_root_complex(&iort, 0)->memory_address_limit, 0);
        assert_int_equal(iort_unit_of(&iort, 0, 0x10), -1);
        assert_int_equal(iort_unit_of(&iort, 0, 0x8000), 1);
        assert_int_equal(iort.reserved[0].n_ranges, 0);
        assert_int_equal(iort.reserved[0].mappings[0].unit, -1);
        iort_done(&iort);

        /* To a node that is too short to be a unit. */
        build(&table);
        put(&table, 161, 2, 96);
        put(&table, 160, 1, 0xff);
        decode(&table, &iort, NULL);
        assert_int_equal(iort.n_unknown, 1);
        assert_int_equal(iort_unit_of(&iort, 0, 0x8000), -1);
        iort_done(&iort);
}

/* The pages that a region touches, and the last byte of all. */
static void test_ranges(void **state) {
        static const struct {
                uint64_t base, length, start, end;
        } rows[] = {
                { 0x50000800, 0x1000, 0x50000000, 0x50001fff },
                { 0x50000fff, 1, 0x50000000, 0x50000fff },
                { UINT64_C(0xffffffffffff0000), 0x10000, UINT64_C(0xffffffffffff0000), UINT64_MAX },
                { 0, UINT64_MAX, 0, UINT64_MAX },
        };

        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                AcpiBuild table;
                Iort iort = {};

                build(&table);
                put(&table, 520, 8, rows[i].base);
                put(&table, 528, 8, rows[i].length);
                decode(&table, &iort, NULL);
                assert_int_equal(iort.reserved[0].n_ranges, 1);
                assert_true(iort.reserved[0].ranges[0].start == rows[i].start);
                assert_true(iort.reserved[0].ranges[0].end == rows[i].end);
                iort_done(&iort);
        }
}

static void test_truncated(void **state) {
        AcpiBuild table;

        build(&table);
        acpi_end(&table);
        for (size_t n = 0; n < table.n; n++) {
                uint8_t *copy = malloc(n ? n : 1);
                Iort iort = {};

                memcpy(copy, table.data, n);
                assert_int_equal(iort_decode(BYTES(copy, n), &iort, NULL), n < 36 ? -EBADMSG : 0);
                iort_done(&iort);
                free(copy);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_nodes),
                cmocka_unit_test(test_root_complexes),
                cmocka_unit_test(test_readings),
                cmocka_unit_test(test_wrong),
                cmocka_unit_test(test_left_out),
                cmocka_unit_test(test_ranges),
                cmocka_unit_test(test_truncated),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
