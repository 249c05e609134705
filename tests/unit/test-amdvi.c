/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include "probe/decode/amdvi/amdvi-features.h"
#include "probe/decode/amdvi/amdvi-width.h"

/* Registers from public logs; HATS, GATS and PASmax as two other programs decoded them. */
static const struct {
        uint64_t efr;
        unsigned hats, gats, pasmax, snp, host_bits, guest_bits, guest_bits_la57;
} vectors[] = {
        { UINT64_C(0xa5bf732fa2295afe), 2, 1, 15, 1, 64, 47, 56 }, /* server */
        { UINT64_C(0x841f77e022094ace), 2, 0, 0, 1, 64, 0, 0 },    /* EPYC 7R13, no guest translation */
        { UINT64_C(0x206d73ef22254ade), 2, 0, 15, 0, 64, 47, 47 },
        { 0x29d3, 2, 2, 0, 0, 64, 0, 0 }, /* QEMU 7.2: a reserved GATS */
};

static void test_widths(void **state) {
        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                AmdviEfr efr;

                amdvi_efr_decode(vectors[i].efr, &efr);
                assert_int_equal(efr.hats, vectors[i].hats);
                assert_int_equal(efr.gats, vectors[i].gats);
                assert_int_equal(efr.pasmax, vectors[i].pasmax);
                assert_int_equal(efr.snp, vectors[i].snp);
                assert_int_equal(amdvi_host_table_bits(&efr), vectors[i].host_bits);
                assert_int_equal(amdvi_guest_table_bits(&efr, false), vectors[i].guest_bits);
                assert_int_equal(amdvi_guest_table_bits(&efr, true), vectors[i].guest_bits_la57);
                /* Linux takes four levels for a reserved GATS too. */
                assert_int_equal(amdvi_guest_domain_bits(&efr, true), vectors[i].gats == 1 ? 56 : 47);
                assert_int_equal(amdvi_guest_domain_bits(&efr, false), 47);
        }
}

static void test_reserved_hats(void **state) {
        AmdviEfr efr;

        amdvi_efr_decode(3 << 10, &efr);
        assert_int_equal(amdvi_host_levels(&efr), 0);
        assert_int_equal(amdvi_host_table_bits(&efr), 0);
}

/* The three shapes that kernels have printed, and what is none of them. */
static void test_features(void **state) {
        static const struct {
                const char *text;
                Reason reason;
                uint64_t efr, efr2;
                bool has_efr2;
        } texts[] = {
                { "246577efa2254afa", REASON_NONE, UINT64_C(0x246577efa2254afa), 0, false },
                { "10:246577efa2254afa", REASON_NONE, UINT64_C(0x246577efa2254afa), 0x10, true },
                { "246577efa2254afa:10", REASON_NONE, UINT64_C(0x246577efa2254afa), 0x10, true },
                { "0:29d3", REASON_NONE, 0x29d3, 0, true },
                { "0:0", REASON_ABSENT, 0, 0, false },
                { "0", REASON_ABSENT, 0, 0, false },
                { "", REASON_MALFORMED, 0, 0, false },
                { ":", REASON_MALFORMED, 0, 0, false },
                { "12:", REASON_MALFORMED, 0, 0, false },
                { "1:2:3", REASON_MALFORMED, 0, 0, false },
                { "10000000000000000", REASON_MALFORMED, 0, 0, false },
                { "xyz", REASON_MALFORMED, 0, 0, false },
        };

        for (size_t i = 0; i < ELEMENTS(texts); i++) {
                AmdviFeatures features = {};

                assert_int_equal(amdvi_features_decode(
                                                 BYTES(texts[i].text, strlen(texts[i].text)), &features),
                                texts[i].reason);
                assert_true(features.efr == texts[i].efr && features.efr2 == texts[i].efr2);
                assert_int_equal(features.has_efr2, texts[i].has_efr2);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_widths),
                cmocka_unit_test(test_reserved_hats),
                cmocka_unit_test(test_features),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
