/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include "tests/unit/json-document.h"

/* The SMMU of tests/fuzz/json-read/whole. */
static void test_smmu(void **state) {
        _cleanup_(profile_done) Profile profile = {};
        const ProfileIommu *unit;
        JsonError error = {};

        assert_int_equal(profile_json_read(*state, &profile, &error), 0);
        unit = &profile.iommus[2];
        assert_int_equal(unit->kind, IOMMU_ARM_SMMU_V3);
        assert_int_equal(unit->stages, SMMU_STAGES_BOTH);
        assert_int_equal(unit->features.value, 0x88705);
        assert_string_equal(unit->features.source, "s1");
        assert_int_equal(unit->oas.value, 44);
        assert_int_equal(unit->oas.provenance, PROVENANCE_MEASURED);
        assert_int_equal(unit->bits.value, 48);
        /* Other kinds of units do not have these members. */
        for (size_t i = 0; i < 2; i++) {
                assert_int_equal(profile.iommus[i].stages, SMMU_STAGES_UNKNOWN);
                assert_false(fact_known(&profile.iommus[i].oas));
                assert_int_equal(profile.iommus[i].features.reason, REASON_ABSENT);
        }
}

int main(int argc, char **argv) {
        json_t *document = json_document_load(argc > 1 ? argv[1] : "");
        const struct CMUnitTest tests[] = { cmocka_unit_test_prestate(test_smmu, document) };
        int failed = document ? cmocka_run_group_tests(tests, NULL, NULL) : 1;

        json_decref(document);
        return failed;
}
