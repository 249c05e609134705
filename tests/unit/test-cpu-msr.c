/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include "probe/decode/cpu/cpu-msr.h"
#include "probe/decode/cpu/cpuid-encryption.h"

static void decode(uint32_t max, CpuidLeaf leaf, CpuidEncryption *ret) {
        CpuidLeaf leaves[] = { { .leaf = 0x80000000, .eax = max }, leaf };

        cpuid_encryption_decode(&(CpuidTable){ .n = ELEMENTS(leaves), .leaves = leaves }, ret);
}

/* (C-bit, reduction) as counted over public dumps: Naples and Rome 47 and 5, desktop Zen 51 and 5 or 2, Genoa 51 and
 * 6; Cezanne sets SME and SEV with both fields zero. EBX by hand: C-bit | reduction << 6. */
static void test_encryption(void **state) {
        static const struct {
                uint32_t eax, ebx;
                bool sme, sev, sev_es, sev_snp;
                unsigned c_bit, pa_reduction;
        } vectors[] = {
                { 0x0000000f, 0x0000016f, true, true, true, false, 47, 5 },   /* Naples, Rome */
                { 0x0000001f, 0x00000173, true, true, true, true, 51, 5 },    /* Milan */
                { 0x0101fd3f, 0x000041b3, true, true, true, true, 51, 6 },    /* Genoa; EBX[15:12] VMPLs */
                { 0x00000001, 0x000000b3, true, false, false, false, 51, 2 }, /* SME, no SEV */
                { 0x0000000f, 0x00000000, true, true, true, false, 0, 0 },    /* Cezanne */
                { 0x0000001f, 0xfffff1b3, true, true, true, true, 51, 6 },    /* and ones all above */
                { 0x00000000, 0x0000016f, false, false, false, false, 47, 5 },
                { 0x0000001a, 0x00000000, false, true, true, true, 0, 0 }, /* in an SEV-SNP guest */
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                CpuidEncryption e;

                decode(0x8000001f, (CpuidLeaf){ 0x8000001f, 0, vectors[i].eax, vectors[i].ebx, 0x1fd, 1 },
                                &e);
                assert_true(e.known && e.present);
                assert_int_equal(e.sme, vectors[i].sme);
                assert_int_equal(e.sev, vectors[i].sev);
                assert_int_equal(e.sev_es, vectors[i].sev_es);
                assert_int_equal(e.sev_snp, vectors[i].sev_snp);
                assert_int_equal(e.c_bit, vectors[i].c_bit);
                assert_int_equal(e.pa_reduction, vectors[i].pa_reduction);
                assert_int_equal(e.num_encrypted_guests, 509);
                assert_int_equal(e.min_sev_no_es_asid, 1);
        }
}

static void test_encryption_high_bits(void **state) {
        CpuidEncryption e;

        decode(0x8000001f, (CpuidLeaf){ .leaf = 0x8000001f, .eax = 1U << 2 | 1U << 10 | 1U << 23 }, &e);
        assert_true(e.vm_page_flush && e.sme_coherent && e.segmented_rmp);
        assert_false(e.sme || e.sev || e.sev_es || e.sev_snp);
}

static void test_encryption_gated(void **state) {
        CpuidEncryption e;

        /* Beyond the maximum: the CPU has none. */
        decode(0x8000001e, (CpuidLeaf){ 0x8000001f, 0, 0xf, 0x16f, 0, 0 }, &e);
        assert_true(e.known);
        assert_false(e.present || e.sme || e.sev);
        assert_int_equal(e.c_bit, 0);

        /* Below it and not in the table: nobody knows. */
        decode(0x80000021, (CpuidLeaf){ .leaf = 0x80000008, .eax = 0x3030 }, &e);
        assert_false(e.known || e.present);
}

/* arch/x86/kernel/cpu/amd.c early_detect_mem_encrypt(): SME or SEV, and bit 23. */
static void test_syscfg(void **state) {
        CpuidEncryption both = {
                .known = true, .present = true, .sme = true, .sev = true, .pa_reduction = 5
        };
        CpuidEncryption sev = { .known = true, .present = true, .sev = true, .pa_reduction = 6 };
        CpuidEncryption neither = { .known = true, .present = true, .pa_reduction = 5 };

        assert_true(syscfg_mem_encrypt(0x0000000000f40000));  /* bits 18, 20 to 23 */
        assert_false(syscfg_mem_encrypt(0x0000000000740000)); /* without 23 */

        assert_int_equal(syscfg_bits_taken(0xf40000, &both), 5);
        assert_int_equal(syscfg_bits_taken(0xf40000, &sev), 6);
        assert_int_equal(syscfg_bits_taken(0x740000, &both), 0);
        assert_int_equal(syscfg_bits_taken(0xf40000, &neither), 0);
}

/* arch/x86/kernel/cpu/intel.c detect_tme_early(): locked and enabled, then all of bits 35:32. */
static void test_tme_activate(void **state) {
        static const struct {
                uint64_t value;
                bool locked, enabled;
                unsigned keyid_bits, tdx_keyid_bits, taken;
        } vectors[] = {
                { 0x0000000000000000, false, false, 0, 0, 0 },
                { 0x0001000000000003, true, true, 0, 0, 0 },  /* TME alone */
                { 0x0001000600000003, true, true, 6, 0, 6 },  /* MKTME */
                { 0x0005005600000003, true, true, 6, 5, 6 },  /* TDX has 5 of the 6: not taken twice */
                { 0x0001000600000002, false, true, 6, 0, 0 }, /* not locked */
                { 0x0001000600000001, true, false, 6, 0, 0 }, /* not enabled */
                { UINT64_MAX, true, true, 15, 15, 15 },
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                TmeActivate tme;

                tme_activate_decode(vectors[i].value, &tme);
                assert_int_equal(tme.locked, vectors[i].locked);
                assert_int_equal(tme.enabled, vectors[i].enabled);
                assert_int_equal(tme.keyid_bits, vectors[i].keyid_bits);
                assert_int_equal(tme.tdx_keyid_bits, vectors[i].tdx_keyid_bits);
                assert_int_equal(tme_bits_taken(&tme), vectors[i].taken);
        }
}

/* arch/x86/kernel/cpu/feat_ctl.c; APM 2, 15.30.1. */
static void test_firmware_lock(void **state) {
        assert_false(feat_ctl_vmx_off(0x5)); /* locked, outside SMX: as firmware leaves it mostly */
        assert_false(feat_ctl_vmx_off(0x0)); /* not locked: the kernel sets it */
        assert_true(feat_ctl_vmx_off(0x1));  /* locked without */
        assert_true(feat_ctl_vmx_off(0x3));  /* inside SMX only */
        assert_true(vm_cr_svm_off(0x18));
        assert_true(vm_cr_svm_off(0x10));
        assert_false(vm_cr_svm_off(0x8));
}

/* Registers as servers of several generations report them; fields by SDM 3D, appendix A.10, by hand. */
static void test_ept(void **state) {
        static const struct {
                uint64_t value;
                unsigned levels;
                bool page_2m, page_1g, accessed_dirty;
        } vectors[] = {
                { 0x00000f0106734141, 4, true, true, true }, /* Haswell to Cascade Lake */
                { 0x00000f01067341c1, 5, true, true, true }, /* the same with bit 7 */
                { 0x00000f0106514141, 4, true, false, false },
                { 0x00000f0106734101, 0, true, true, true }, /* no walk length */
                { 0, 0, false, false, false },
                { UINT64_C(1) << 7, 5, false, false, false },
                { UINT64_C(1) << 16, 0, true, false, false },
                { UINT64_C(1) << 17, 0, false, true, false },
                { UINT64_C(1) << 21, 0, false, false, true },
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                VmxEpt ept;

                vmx_ept_decode(vectors[i].value, i & 1, &ept);
                assert_int_equal(ept.nested_values, i & 1);
                assert_int_equal(ept.levels, vectors[i].levels);
                assert_int_equal(ept.page_2m, vectors[i].page_2m);
                assert_int_equal(ept.page_1g, vectors[i].page_1g);
                assert_int_equal(ept.accessed_dirty, vectors[i].accessed_dirty);
        }
}

/* SDM 3D, appendix A.3: the high half is what may be 1; secondary controls are bit 31 of the primary ones. */
static void test_ept_control(void **state) {
        uint64_t ctls = 0xfff9fffe0401e172, ctls2 = 0x00553cfe00000000;

        assert_true(vmx_has_ept(ctls, ctls2));
        assert_false(vmx_has_ept(ctls, ctls2 & ~(UINT64_C(1) << 33)));
        assert_false(vmx_has_ept(ctls & ~(UINT64_C(1) << 63), ctls2));
        assert_false(vmx_has_ept(ctls, UINT64_C(1) << 1)); /* the low half is what must be 1 */
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_encryption),
                cmocka_unit_test(test_encryption_high_bits),
                cmocka_unit_test(test_encryption_gated),
                cmocka_unit_test(test_syscfg),
                cmocka_unit_test(test_tme_activate),
                cmocka_unit_test(test_firmware_lock),
                cmocka_unit_test(test_ept),
                cmocka_unit_test(test_ept_control),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
