/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include "probe/decode/vtd/vtd-width.h"

/* Values from public boot logs; the fields were computed from them by another program, the widths by the rule of the
 * specification (the narrower of MGAW and SAGAW). */
static const struct {
        uint64_t cap, ecap;
        unsigned sagaw, mgaw, second, first, domains;
} vectors[] = {
        { UINT64_C(0x19ed008c40780c66), UINT64_C(0x3ee9e86f050df), 0xc, 57, 57, 56,
                        65536 },                                          /* Sapphire Rapids */
        { UINT64_C(0x8d2078c106f0466), 0xf020df, 0x4, 48, 48, 0, 65536 }, /* Skylake server */
        { UINT64_C(0xd2008c40660462), 0xf050da, 0x4, 39, 39, 0, 256 },    /* client, main unit */
        { UINT64_C(0x1c0000c40660462), UINT64_C(0x29a00f0505e), 0x4, 39, 39, 0, 256 }, /* client, graphics */
        { UINT64_C(0xc9008020660262), 0xf010da, 0x2, 39, 39, 0, 256 }, /* Sandy Bridge client */
        { UINT64_C(0x9ed008c40780466), UINT64_C(0x3ee9e86f050df), 0x4, 57, 48, 47,
                        65536 }, /* MGAW above SAGAW */
        { UINT64_C(0xc9de008cee690462), UINT64_C(0x12ca9a00f0ef5e), 0x4, 42, 42, 41, 256 },
        { UINT64_C(0xc9008020e30272), 0x1000, 0x2, 36, 36, 0, 256 },
};

static void test_widths(void **state) {
        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                VtdEcap ecap;
                VtdCap cap;

                vtd_cap_decode(vectors[i].cap, &cap);
                vtd_ecap_decode(vectors[i].ecap, &ecap);
                assert_int_equal(cap.sagaw, vectors[i].sagaw);
                assert_int_equal(vtd_mgaw_bits(&cap), vectors[i].mgaw);
                assert_int_equal(vtd_second_stage_bits(&cap), vectors[i].second);
                assert_int_equal(vtd_first_stage_bits(&cap, &ecap), vectors[i].first);
                assert_int_equal(vtd_domains(&cap), vectors[i].domains);
        }
}

/* Beside a first stage only its depths count: 48 bits, and 57 with FS5LP (60). */
static void test_scalable(void **state) {
        static const struct {
                uint64_t cap;
                unsigned bits;
        } cases[] = {
                { UINT64_C(0x19ed008c40780c66), 57 }, /* SAGAW 48 and 57, FS5LP */
                { UINT64_C(0x9ed008c40780c66), 48 },  /* the same without FS5LP */
                { UINT64_C(0x8d2078c106f0466), 48 }, { UINT64_C(0xd2008c40660462), 39 }, /* MGAW 39 */
                { UINT64_C(0xc9008020660262), 0 },                                       /* SAGAW 39 only */
        };

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                VtdCap cap;

                vtd_cap_decode(cases[i].cap, &cap);
                assert_int_equal(vtd_second_stage_bits_scalable(&cap), cases[i].bits);
        }
}

static void test_nothing_usable(void **state) {
        VtdCap cap;

        vtd_cap_decode(0, &cap);
        assert_int_equal(vtd_sagaw_bits(&cap), 0);
        assert_int_equal(vtd_second_stage_bits(&cap), 0);
        /* SAGAW bits 0 and 4 are legacy and used by nobody. */
        vtd_cap_decode(0x1100 | UINT64_C(47) << 16, &cap);
        assert_int_equal(vtd_second_stage_bits(&cap), 0);
        vtd_cap_decode(7, &cap);
        assert_int_equal(vtd_domains(&cap), 0);
}

/* Each field lies where its row says, and no two overlap. */
static void check_fields(const RegisterField *fields, size_t n) {
        uint64_t seen = 0;

        for (size_t i = 0; i < n; i++) {
                uint64_t mask = bits(UINT64_MAX, fields[i].high, fields[i].low) << fields[i].low;

                assert_true(fields[i].high >= fields[i].low && fields[i].high < 64);
                assert_int_equal(seen & mask, 0);
                seen |= mask;
        }
}

static void test_fields(void **state) {
        check_fields(vtd_cap_fields, vtd_cap_n_fields);
        check_fields(vtd_ecap_fields, vtd_ecap_n_fields);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_widths),
                cmocka_unit_test(test_scalable),
                cmocka_unit_test(test_nothing_usable),
                cmocka_unit_test(test_fields),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
