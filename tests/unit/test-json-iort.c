/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include "profile/field/json-read.h"
#include "tests/unit/json-document.h"

/* A document written by hand; see test-json-read.c. */
static const char *document_path;

static void read_document(json_t *document, Profile *ret) {
        JsonError error = {};

        if (profile_json_read(document, ret, &error) < 0)
                fail_msg("%s", error.text);
}

static void test_read(void **state) {
        json_t *document = json_document_load(document_path);
        Profile profile = {};
        const Iort *iort = &profile.firmware.iort;

        assert_non_null(document);
        read_document(document, &profile);
        assert_int_equal(profile.firmware.iort_reason, REASON_NONE);
        assert_true(iort->n_units == 1 && iort->units[0].type == IORT_SMMU_V3);
        assert_true(iort->units[0].base == 0x9050000 && iort->units[0].proximity == 3);
        assert_true(iort->n_root_complexes == 1 && iort->root_complexes[0].pasid_capabilities == 20);
        assert_int_equal(iort_root_complex(iort, 2)->memory_address_limit, 40);
        assert_null(iort_root_complex(iort, 0));
        assert_int_equal(iort_unit_of(iort, 2, 0xffff), 0);
        assert_int_equal(iort->root_complexes[0].mappings[0].its_group, -1);
        assert_string_equal(iort->components[0].name, "\\_SB.DMA0");
        assert_int_equal(iort->components[0].memory_address_limit, 0);
        assert_true(iort->reserved[0].remappable && iort->reserved[0].ranges[0].end == 0x500fffff);
        assert_int_equal(iort->its_groups[0].ids[0].id, 7);
        profile_done(&profile);
        json_decref(document);
}

/* Documents of older versions and of x86 hosts: there is no table, rather than one without nodes. */
static void test_missing(void **state) {
        json_t *document = json_document_load(document_path);
        Profile profile = {};

        assert_true(json_document_set(document, "firmware.iort", NULL));
        read_document(document, &profile);
        assert_int_equal(profile.firmware.iort_reason, REASON_ABSENT);
        profile_done(&profile);
        json_decref(document);
}

static void test_device_tree(void **state) {
        json_t *document = json_document_load(document_path);
        Profile profile = {};
        const DeviceTree *tree = &profile.firmware.device_tree;

        read_document(document, &profile);
        assert_int_equal(tree->n_bridges, 2);
        assert_int_equal(tree->bridges[0].segment, 1);
        assert_int_equal(tree->bridges[0].dma_bits, 37);
        assert_int_equal(tree->bridges[0].n_windows, 1);
        assert_true(tree->bridges[0].windows[0].space == DEVICE_TREE_MEMORY64);
        assert_true(tree->bridges[0].windows[0].bus == UINT64_C(0x400000000));
        assert_true(tree->bridges[0].windows[0].end == UINT64_C(0x1affffffff));
        assert_int_equal(tree->bridges[1].segment, -1);
        assert_int_equal(tree->bridges[1].dma_bits, 0);
        assert_int_equal(tree->bridges[0].n_dma_ranges, 1);
        assert_true(tree->bridges[0].dma_ranges[0].end == UINT64_C(0x1fffffffff));
        assert_int_equal(tree->bridges[1].dma_reason, REASON_MALFORMED);
        assert_int_equal(tree->n_units, 1);
        assert_string_equal(tree->units[0].compatible, "arm,smmu-v3");
        profile_done(&profile);

        assert_true(json_document_set(document, "firmware.deviceTree", NULL));
        read_document(document, &profile);
        assert_int_equal(profile.firmware.device_tree_reason, REASON_ABSENT);
        profile_done(&profile);
        json_decref(document);
}

int main(int argc, char **argv) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_read),
                cmocka_unit_test(test_missing),
                cmocka_unit_test(test_device_tree),
        };

        if (argc != 2)
                return EXIT_FAILURE;
        document_path = argv[1];
        return cmocka_run_group_tests(tests, NULL, NULL);
}
