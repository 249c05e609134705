/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include "probe/decode/cpu/vmx-ept.h"

/* Registers as servers of several generations report them; fields by SDM 3D, appendix A.10, by hand. */
static void test_capability(void **state) {
        static const struct {
                uint64_t value;
                unsigned levels;
                bool page_1g, accessed_dirty, usable;
        } vectors[] = {
                { 0x00000f0106734141, 4, true, true, true }, /* Haswell to Cascade Lake */
                { 0x00000f01067341c1, 5, true, true, true }, /* the same with bit 7 */
                { 0x00000f0106514141, 4, false, false, true },
                { 0x00000f0102734141, 4, true, true, false }, /* no all-context INVEPT */
                { 0x00000f0106730141, 4, true, true, false }, /* no write-back */
                { 0x00000f0106734101, 0, true, true, false }, /* no walk length */
                { 0, 0, false, false, false },
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                VmxEpt ept;

                vmx_ept_decode(vectors[i].value, false, &ept);
                assert_false(ept.nested_values);
                assert_int_equal(ept.levels, vectors[i].levels);
                assert_int_equal(ept.page_1g, vectors[i].page_1g);
                assert_int_equal(ept.accessed_dirty, vectors[i].accessed_dirty);
                assert_int_equal(vmx_ept_usable(&ept), vectors[i].usable);
        }
}

/* Bit by bit: nothing else follows it. */
static void test_bits(void **state) {
        static const struct {
                unsigned bit;
                size_t offset;
        } vectors[] = {
                { 0, offsetof(VmxEpt, execute_only) },
                { 6, offsetof(VmxEpt, walk_length_4) },
                { 7, offsetof(VmxEpt, walk_length_5) },
                { 8, offsetof(VmxEpt, uc) },
                { 14, offsetof(VmxEpt, wb) },
                { 16, offsetof(VmxEpt, page_2m) },
                { 17, offsetof(VmxEpt, page_1g) },
                { 20, offsetof(VmxEpt, invept) },
                { 21, offsetof(VmxEpt, accessed_dirty) },
                { 22, offsetof(VmxEpt, advanced_exit_info) },
                { 25, offsetof(VmxEpt, invept_single) },
                { 26, offsetof(VmxEpt, invept_global) },
                { 32, offsetof(VmxEpt, invvpid) },
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                uint64_t one = UINT64_C(1) << vectors[i].bit;
                VmxEpt ept;

                vmx_ept_decode(one, true, &ept);
                assert_true(ept.nested_values);
                assert_true(*(bool *) ((char *) &ept + vectors[i].offset));
                vmx_ept_decode(~one, false, &ept);
                assert_false(*(bool *) ((char *) &ept + vectors[i].offset));
        }
}

/* SDM 3D, appendix A.3: the high half is what may be 1; secondary controls are bit 31 of the primary ones. */
static void test_controls(void **state) {
        uint64_t ctls = 0xfff9fffe0401e172, ctls2 = 0x00553cfe00000000;

        assert_true(vmx_has_ept(ctls, ctls2));
        assert_true(vmx_has_vpid(ctls, ctls2));
        assert_true(vmx_has_unrestricted_guest(ctls, ctls2));
        assert_false(vmx_has_ept(ctls, ctls2 & ~(UINT64_C(1) << 33)));
        assert_false(vmx_has_vpid(ctls, ctls2 & ~(UINT64_C(1) << 37)));
        assert_false(vmx_has_unrestricted_guest(ctls, ctls2 & ~(UINT64_C(1) << 39)));
        assert_false(vmx_has_ept(ctls & ~(UINT64_C(1) << 63), ctls2));
        assert_false(vmx_has_ept(ctls, UINT64_C(1) << 1)); /* the low half is what must be 1 */
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_capability),
                cmocka_unit_test(test_bits),
                cmocka_unit_test(test_controls),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
