/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdlib.h>

#include "probe/decode/acpi/dmar.h"
#include "tests/unit/acpi-build.h"

/* Header fields of a DMAR: width less one, flags, ten reserved bytes. */
static void begin_dmar(AcpiBuild *table, uint8_t width, uint8_t flags) {
        acpi_begin(table, "DMAR");
        acpi_u8(table, (uint8_t) (width - 1));
        acpi_u8(table, flags);
        acpi_zero(table, 10);
}

static void add_drhd(AcpiBuild *table, uint64_t base) {
        acpi_u16(table, 0);
        acpi_u16(table, 16);
        acpi_u8(table, 1);
        acpi_zero(table, 3);
        acpi_u64(table, base);
}

static void add_rmrr(AcpiBuild *table, uint64_t base, uint64_t limit) {
        acpi_u16(table, 1);
        acpi_u16(table, 24);
        acpi_zero(table, 4);
        acpi_u64(table, base);
        acpi_u64(table, limit);
}

static bool has_fault(const FaultList *faults, const char *rule) {
        for (size_t i = 0; i < faults->n; i++)
                if (strcmp(faults->faults[i].rule, rule) == 0)
                        return true;
        return false;
}

/* Ends the table and decodes it: exactly `rule` (NULL: nothing) must be found. */
static void expect(AcpiBuild *table, const char *rule, bool refuses, size_t units, size_t regions) {
        FaultList faults = {};
        Dmar dmar = {};

        acpi_end(table);
        assert_int_equal(dmar_decode(BYTES(table->data, table->n), &dmar, &faults), 0);
        if (rule && !has_fault(&faults, rule))
                print_error("no fault %s\n", rule);
        assert_true(rule ? has_fault(&faults, rule) : faults.n == 0);
        assert_int_equal(dmar.linux_refuses, refuses);
        assert_int_equal(dmar.n_units, units);
        assert_int_equal(dmar.n_regions, regions);
        dmar_done(&dmar);
        fault_list_done(&faults);
}

static void test_good(void **state) {
        AcpiBuild table;

        begin_dmar(&table, 39, 5);
        add_drhd(&table, 0xfed91000);
        add_rmrr(&table, 0x7b800000, 0x7fffffff);
        expect(&table, NULL, false, 1, 1);
}

/* What Linux makes of each fault of firmware (drivers/iommu/intel/dmar.c, iommu.c). */
static void test_refusals(void **state) {
        AcpiBuild table;

        begin_dmar(&table, 11, 1);
        add_drhd(&table, 0xfed91000);
        expect(&table, "host-address-width", true, 1, 0);

        begin_dmar(&table, 39, 1);
        expect(&table, "no-unit", true, 0, 0);

        begin_dmar(&table, 39, 1);
        add_drhd(&table, 0);
        expect(&table, "unit-base-zero", true, 1, 0);

        begin_dmar(&table, 39, 1);
        add_drhd(&table, 0xfed91000);
        acpi_u16(&table, 1);
        acpi_u16(&table, 400);
        expect(&table, "structure-past-end", true, 1, 0);

        begin_dmar(&table, 39, 1);
        add_drhd(&table, 0xfed91000);
        acpi_u16(&table, 4); /* ANDD whose name has no end */
        acpi_u16(&table, 10);
        acpi_zero(&table, 4);
        acpi_u16(&table, 0x4241);
        expect(&table, "name-unterminated", true, 1, 0);
}

/* Faults that Linux lives with: what is there stays. */
static void test_tolerated(void **state) {
        AcpiBuild table;

        begin_dmar(&table, 39, 1);
        add_drhd(&table, 0xfed91000);
        acpi_zero(&table, 8);
        expect(&table, "structure-length", false, 1, 0);

        begin_dmar(&table, 39, 1);
        add_drhd(&table, 0xfed91000);
        acpi_u16(&table, 9);
        acpi_u16(&table, 6);
        acpi_u16(&table, 0);
        add_rmrr(&table, 0x7b800000, 0x7fffffff);
        expect(&table, "structure-type", false, 1, 1);

        /* Real ones: nothing at all, unaligned, ending where it begins. All are kept. */
        begin_dmar(&table, 39, 1);
        add_drhd(&table, 0xfed91000);
        add_rmrr(&table, 0, 0);
        add_rmrr(&table, 0xe4000, 0xe8bff);
        add_rmrr(&table, 0xbf7dc000, 0xbf7dbfff);
        expect(&table, "region-empty", false, 1, 3);

        begin_dmar(&table, 39, 1);
        add_drhd(&table, 0xfed91000);
        acpi_u16(&table, 3); /* RHSA for a unit that is not there */
        acpi_u16(&table, 20);
        acpi_zero(&table, 4);
        acpi_u64(&table, 0xfed92000);
        acpi_zero(&table, 4);
        expect(&table, "affinity-unknown-unit", false, 1, 0);

        /* Linux takes the second one for the first (dmar_find_dmaru()). */
        begin_dmar(&table, 39, 1);
        add_drhd(&table, 0xfed91000);
        add_drhd(&table, 0xfed92000);
        add_drhd(&table, 0xfed91000);
        expect(&table, "unit-base-repeated", false, 3, 0);
}

/* A device scope of length zero would make a trusting walker loop for ever. */
static void test_scope_lengths(void **state) {
        static const uint8_t lengths[] = { 0, 1, 5, 9, 255 };

        for (size_t i = 0; i < ELEMENTS(lengths); i++) {
                AcpiBuild table;

                begin_dmar(&table, 39, 1);
                acpi_u16(&table, 0);
                acpi_u16(&table, 24);
                acpi_zero(&table, 4);
                acpi_u64(&table, 0xfed90000);
                acpi_u8(&table, 1);
                acpi_u8(&table, lengths[i]);
                acpi_zero(&table, 6);
                expect(&table, "scope-length", false, 1, 0);
        }
}

static void test_checksum(void **state) {
        FaultList faults = {};
        AcpiBuild table;
        Dmar dmar = {};

        begin_dmar(&table, 39, 1);
        add_drhd(&table, 0xfed91000);
        acpi_end(&table);
        table.data[9] ^= 1;
        assert_int_equal(dmar_decode(BYTES(table.data, table.n), &dmar, &faults), 0);
        assert_true(has_fault(&faults, "checksum"));
        assert_false(dmar.checksum_valid);
        assert_false(dmar.linux_refuses);
        assert_int_equal(dmar.n_units, 1);
        dmar_done(&dmar);
        fault_list_done(&faults);
}

static void test_not_a_dmar(void **state) {
        Dmar dmar = {};

        assert_int_equal(dmar_decode(BYTES("DMAR", 4), &dmar, NULL), -EBADMSG);
        assert_int_equal(dmar_decode(BYTES(NULL, 0), &dmar, NULL), -EBADMSG);
}

/* As a PV dom0 of Xen 4.17 has it: the letters reversed, all else as it was. */
static void test_renamed_by_xen(void **state) {
        AcpiBuild table;
        Dmar dmar = {};
        FaultList faults = {};

        begin_dmar(&table, 39, 1);
        add_drhd(&table, 0xfed90000);
        acpi_end(&table);
        memcpy(table.data, "RMAD", 4);
        assert_int_equal(dmar_decode(BYTES(table.data, table.n), &dmar, &faults), 0);
        assert_int_equal(faults.n, 0);
        assert_true(dmar.checksum_valid && dmar.n_units == 1);
        dmar_done(&dmar);
        fault_list_done(&faults);
}

/* Every prefix, each in memory of its own size so that a sanitizer sees a byte too far. */
static void test_truncated(void **state) {
        AcpiBuild table;

        begin_dmar(&table, 39, 1);
        add_drhd(&table, 0xfed91000);
        add_rmrr(&table, 0x7b800000, 0x7fffffff);
        acpi_end(&table);
        for (size_t n = 0; n < table.n; n++) {
                uint8_t *copy = malloc(n ? n : 1);
                FaultList faults = {};
                Dmar dmar = {};

                memcpy(copy, table.data, n);
                int r = dmar_decode(BYTES(copy, n), &dmar, &faults);
                assert_int_equal(r, n < 36 ? -EBADMSG : 0);
                assert_true(r < 0 || has_fault(&faults, "table-truncated"));
                dmar_done(&dmar);
                fault_list_done(&faults);
                free(copy);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_good),
                cmocka_unit_test(test_refusals),
                cmocka_unit_test(test_tolerated),
                cmocka_unit_test(test_scope_lengths),
                cmocka_unit_test(test_checksum),
                cmocka_unit_test(test_not_a_dmar),
                cmocka_unit_test(test_renamed_by_xen),
                cmocka_unit_test(test_truncated),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
