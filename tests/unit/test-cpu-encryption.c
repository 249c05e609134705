/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include "probe/decode/cpu/cpuid-encryption.h"
#include "probe/decode/cpu/firmware-lock.h"
#include "probe/decode/cpu/syscfg.h"
#include "probe/decode/cpu/tme.h"

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
        assert_true(syscfg_mfdm(UINT64_C(1) << 19));
        assert_true(syscfg_snp(UINT64_C(1) << 24));
        assert_true(syscfg_vmpl(UINT64_C(1) << 25));
        assert_false(syscfg_snp(~(UINT64_C(1) << 24)));
        assert_true(hwcr_smm_lock(0x1));
        assert_false(hwcr_smm_lock(~UINT64_C(1)));

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

static void test_tme_others(void **state) {
        TmePartitioning partitioning;
        TmeCapability capability;
        TmeActivate activate;

        tme_activate_decode(0x0005000080000020, &activate);
        assert_int_equal(activate.policy, 2);
        assert_true(activate.bypass);
        assert_int_equal(activate.crypto_algs, 5);

        /* 63 keys in 6 bits, AES-XTS-128 and -256, bypass. */
        tme_capability_decode(UINT64_C(63) << 36 | UINT64_C(6) << 32 | UINT64_C(1) << 31 | 5, &capability);
        assert_true(capability.aes_xts_128 && capability.aes_xts_256 && capability.bypass);
        assert_false(capability.aes_xts_128_integrity);
        assert_int_equal(capability.max_keyid_bits, 6);
        assert_int_equal(capability.max_keys, 63);
        tme_capability_decode(UINT64_MAX, &capability);
        assert_int_equal(capability.max_keys, 0x7fff);

        tme_partitioning_decode(0x000000200000001f, &partitioning);
        assert_int_equal(partitioning.mktme_keyids, 31);
        assert_int_equal(partitioning.tdx_keyids, 32);
}

/* arch/x86/kernel/cpu/feat_ctl.c; APM 2, 15.30.1. */
static void test_firmware_lock(void **state) {
        assert_false(feat_ctl_vmx_off(0x5)); /* locked, outside SMX: as firmware leaves it mostly */
        assert_false(feat_ctl_vmx_off(0x0)); /* not locked: the kernel sets it */
        assert_true(feat_ctl_vmx_off(0x1));  /* locked without */
        assert_true(feat_ctl_vmx_off(0x3));  /* inside SMX only */
        assert_true(feat_ctl_locked(0x5) && feat_ctl_vmx_outside_smx(0x5));
        assert_false(feat_ctl_vmx_inside_smx(0x5));
        assert_true(feat_ctl_vmx_inside_smx(0x2));
        assert_true(vm_cr_svm_off(0x18) && vm_cr_locked(0x18));
        assert_false(vm_cr_svm_off(0x8));
        assert_false(vm_cr_locked(0x10));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_encryption),
                cmocka_unit_test(test_encryption_high_bits),
                cmocka_unit_test(test_encryption_gated),
                cmocka_unit_test(test_syscfg),
                cmocka_unit_test(test_tme_activate),
                cmocka_unit_test(test_tme_others),
                cmocka_unit_test(test_firmware_lock),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
