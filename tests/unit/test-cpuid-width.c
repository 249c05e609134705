/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include "probe/decode/cpu/cpuid-width.h"

/* Leaf 0 of an Intel CPU: "Genu" "ineI" "ntel"; of an AMD one "Auth" "enti" "cAMD". */
#define INTEL(max) \
        { 0, 0, max, 0x756e6547, 0x6c65746e, 0x49656e69 }
#define AMD(max) \
        { 0, 0, max, 0x68747541, 0x444d4163, 0x69746e65 }
#define LEAF_1(eax, edx) \
        { 1, 0, eax, 0, 0, edx }
#define EXT_MAX(max) \
        { 0x80000000, 0, max, 0, 0, 0 }
#define EXT_1(edx) \
        { 0x80000001, 0, 0, 0, 0, edx }
#define SIZES(eax) \
        { 0x80000008, 0, eax, 0, 0, 0 }
#define PAE (1U << 6)
#define PSE36 (1U << 17)
#define LM (1U << 29)

typedef struct Vector {
        const char *name;
        CpuidLeaf leaves[8];
        size_t n;
        CpuidWidthRule rule;
        Reason reason;
        unsigned physical, linear, guest_raw;
} Vector;

/* Rules: kernel arch/x86/kernel/cpu/common.c get_cpu_address_sizes(), intel.c; leaf values as the SDM and APM lay
 * them out, made by hand. */
static const Vector vectors[] = {
        { "48 bits", { AMD(16), LEAF_1(0xa20f10, PAE), EXT_MAX(0x80000023), EXT_1(LM), SIZES(0x3030) }, 5,
                        CPUID_WIDTH_LEAF, REASON_NONE, 48, 48, 0 },
        { "five levels", { AMD(16), LEAF_1(0xa10f11, PAE), EXT_MAX(0x80000028), EXT_1(LM), SIZES(0x3934) },
                        5, CPUID_WIDTH_LEAF, REASON_NONE, 52, 57, 0 },
        { "in a guest: a third field",
                        { AMD(16), LEAF_1(0xa00f11, PAE), EXT_MAX(0x80000021), EXT_1(LM), SIZES(0x303030) },
                        5, CPUID_WIDTH_LEAF, REASON_NONE, 48, 48, 48 },
        { "Sierra Forest: 52 and 48 for guests",
                        { INTEL(0x23), LEAF_1(0xa06f3, PAE), EXT_MAX(0x80000008), EXT_1(LM),
                                        SIZES(0x303934) },
                        5, CPUID_WIDTH_LEAF, REASON_NONE, 52, 57, 48 },
        { "Prescott F33", { INTEL(5), LEAF_1(0xf33, PAE), EXT_MAX(0x80000008), EXT_1(0), SIZES(0x3028) }, 5,
                        CPUID_WIDTH_PRESCOTT, REASON_NONE, 36, 48, 0 },
        { "Prescott F34", { INTEL(5), LEAF_1(0xf34, PAE), EXT_MAX(0x80000008), EXT_1(0), SIZES(0x2028) }, 5,
                        CPUID_WIDTH_PRESCOTT, REASON_NONE, 36, 32, 0 },
        { "F32 and F41 are as they say",
                        { INTEL(5), LEAF_1(0xf32, PAE), EXT_MAX(0x80000008), EXT_1(0), SIZES(0x3028) }, 5,
                        CPUID_WIDTH_LEAF, REASON_NONE, 40, 48, 0 },
        { "family 15 model 3 of AMD is no Prescott",
                        { AMD(1), LEAF_1(0xf33, PAE), EXT_MAX(0x80000008), EXT_1(LM), SIZES(0x3028) }, 5,
                        CPUID_WIDTH_LEAF, REASON_NONE, 40, 48, 0 },
        { "extended model makes another CPU",
                        { INTEL(5), LEAF_1(0x10f34, PAE), EXT_MAX(0x80000008), EXT_1(LM), SIZES(0x3028) }, 5,
                        CPUID_WIDTH_LEAF, REASON_NONE, 40, 48, 0 },
        { "Celeron D 347: long mode without the leaf",
                        { INTEL(6), LEAF_1(0xf65, PAE), EXT_MAX(0x80000004), EXT_1(LM) }, 4,
                        CPUID_WIDTH_LONG_MODE, REASON_NONE, 36, 48, 0 },
        { "32 bits, PAE", { INTEL(2), LEAF_1(0x6a0, PAE), EXT_MAX(0x80000004), EXT_1(0) }, 4,
                        CPUID_WIDTH_PAE, REASON_NONE, 36, 32, 0 },
        { "32 bits, PSE36 only", { AMD(1), LEAF_1(0x660, PSE36), EXT_MAX(0x80000006), EXT_1(0) }, 4,
                        CPUID_WIDTH_PAE, REASON_NONE, 36, 32, 0 },
        { "32 bits", { AMD(1), LEAF_1(0x580, 0), EXT_MAX(0x80000005), EXT_1(0) }, 4, CPUID_WIDTH_32BIT,
                        REASON_NONE, 32, 32, 0 },
        { "Pentium: no extended leaf was there yet", { INTEL(1), LEAF_1(0x52c, 0x1bf) }, 2,
                        CPUID_WIDTH_32BIT, REASON_NONE, 32, 32, 0 },
        { "Pentium II", { INTEL(2), LEAF_1(0x653, PAE) }, 2, CPUID_WIDTH_PAE, REASON_NONE, 36, 32, 0 },
        { "0x80000000 answers with another leaf's data",
                        { INTEL(2), LEAF_1(0x590, 0), EXT_MAX(0x1), SIZES(0x3030) }, 4, CPUID_WIDTH_32BIT,
                        REASON_NONE, 32, 32, 0 },
        { "0x80000000 answers with garbage above it",
                        { INTEL(2), LEAF_1(0x590, 0), EXT_MAX(0xc0000008), SIZES(0x3030) }, 4,
                        CPUID_WIDTH_32BIT, REASON_NONE, 32, 32, 0 },
        { "the leaf is beyond the maximum",
                        { INTEL(6), LEAF_1(0xf65, PAE), EXT_MAX(0x80000007), EXT_1(LM), SIZES(0x3934) }, 5,
                        CPUID_WIDTH_LONG_MODE, REASON_NONE, 36, 48, 0 },
        { "the table lacks the leaf", { AMD(16), LEAF_1(0xa20f10, PAE), EXT_MAX(0x80000023), EXT_1(LM) }, 4,
                        CPUID_WIDTH_UNKNOWN, REASON_ABSENT, 0, 0, 0 },
        { "the table lacks what decides", { INTEL(6), LEAF_1(0xf65, PAE), EXT_MAX(0x80000004) }, 3,
                        CPUID_WIDTH_UNKNOWN, REASON_ABSENT, 0, 0, 0 },
        { "the table lacks PAE", { INTEL(2), EXT_MAX(0x80000004), EXT_1(0) }, 3, CPUID_WIDTH_UNKNOWN,
                        REASON_ABSENT, 0, 0, 0 },
        { "a modern CPU without extended leaves is a torn table", { INTEL(0x16), LEAF_1(0x906ea, PAE) }, 2,
                        CPUID_WIDTH_UNKNOWN, REASON_ABSENT, 0, 0, 0 },
        { "no maximum: the leaf as it is", { SIZES(0x302e) }, 1, CPUID_WIDTH_LEAF, REASON_NONE, 46, 48, 0 },
        { "nothing", {}, 0, CPUID_WIDTH_UNKNOWN, REASON_ABSENT, 0, 0, 0 },
        { "zeros", { AMD(16), LEAF_1(0xa20f10, PAE), EXT_MAX(0x80000023), EXT_1(LM), SIZES(0) }, 5,
                        CPUID_WIDTH_UNKNOWN, REASON_MALFORMED, 0, 0, 0 },
        { "53 bits", { SIZES(0x3035) }, 1, CPUID_WIDTH_UNKNOWN, REASON_MALFORMED, 0, 0, 0 },
        { "255 bits", { SIZES(0xffffff) }, 1, CPUID_WIDTH_UNKNOWN, REASON_MALFORMED, 0, 0, 255 },
};

static void decode(const Vector *vector, CpuidWidth *ret) {
        CpuidLeaf leaves[ELEMENTS(vector->leaves)];
        const CpuidTable table = { .n = vector->n, .leaves = leaves };
        CpuidFeature feature;

        memcpy(leaves, vector->leaves, sizeof(leaves));
        cpuid_feature_decode(&table, &feature);
        cpuid_width_decode(&table, &feature, ret);
}

static void test_vectors(void **state) {
        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                const Vector *v = &vectors[i];
                CpuidWidth width;

                decode(v, &width);
                if (width.rule != v->rule)
                        print_message("%s\n", v->name);
                assert_int_equal(width.rule, v->rule);
                assert_int_equal(width.reason, v->reason);
                assert_int_equal(width.physical_bits, v->physical);
                assert_int_equal(width.linear_bits, v->linear);
                assert_int_equal(width.guest_phys_addr_size, v->guest_raw);
        }
}

/* What the leaf says stays readable beside the quirk. */
static void test_prescott_keeps_the_leaf(void **state) {
        CpuidWidth width;

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                if (vectors[i].rule != CPUID_WIDTH_PRESCOTT)
                        continue;
                decode(&vectors[i], &width);
                assert_true(width.leaf_present);
                assert_int_equal(width.phys_addr_size, 40);
        }
}

static void test_rule_text(void **state) {
        for (CpuidWidthRule rule = 0; rule <= _CPUID_WIDTH_RULE_MAX; rule++)
                assert_true(strlen(cpuid_width_rule_text(rule)) > 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_vectors),
                cmocka_unit_test(test_prescott_keeps_the_leaf),
                cmocka_unit_test(test_rule_text),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
