/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include "probe/decode/cpu/cmdline.h"

#define ON(member) offsetof(Cmdline, member)

/* Options: Documentation/admin-guide/kernel-parameters.txt. The rules for quotes, blanks and "--" are lib/cmdline.c
 * next_arg() and kernel/params.c parse_args(). Each vector names all that is to be true; the rest is false. */
static const struct {
        const char *text;
        const char *filtered;
        size_t n_on;
        size_t on[6];
} vectors[] = {
        { "", "", 0, {} },
        { "BOOT_IMAGE=/vmlinuz root=UUID=1234 ro quiet\n", "", 0, {} },
        { "quiet intel_iommu=on iommu=pt\n", "intel_iommu=on iommu=pt", 2,
                        { ON(intel_iommu_on), ON(iommu_pt) } },
        { "intel_iommu=on,sm_on,strict", "intel_iommu=on,sm_on,strict", 3,
                        { ON(intel_iommu_on), ON(intel_sm_on), ON(intel_strict) } },
        { "intel_iommu=on intel_iommu=off", "intel_iommu=on intel_iommu=off", 1, { ON(intel_iommu_off) } },
        { "intel_iommu=off intel_iommu=sm_off,igfx_off,on", "intel_iommu=off intel_iommu=sm_off,igfx_off,on",
                        3, { ON(intel_iommu_on), ON(intel_sm_off), ON(intel_igfx_off) } },
        { "intel_iommu=sm_on,sm_off", "intel_iommu=sm_on,sm_off", 1, { ON(intel_sm_off) } },
        { "intel_iommu=tboot_noforce,intgpu_off", "intel_iommu=tboot_noforce,intgpu_off", 2,
                        { ON(intel_tboot_noforce), ON(intel_intgpu_off) } },
        { "intel_iommu=,,on,,secret", "intel_iommu=on", 1, { ON(intel_iommu_on) } },
        { "intel_iommu", "", 0, {} },
        { "intel_iommu=", "", 0, {} },
        { "amd_iommu=off", "amd_iommu=off", 1, { ON(amd_iommu_off) } },
        { "amd_iommu=force_enable,pgtbl_v2", "amd_iommu=force_enable,pgtbl_v2", 2,
                        { ON(amd_force_enable), ON(amd_pgtbl_v2) } },
        { "amd_iommu=pgtbl_v2,pgtbl_v1", "amd_iommu=pgtbl_v2,pgtbl_v1", 1, { ON(amd_pgtbl_v1) } },
        { "iommu=off", "iommu=off", 1, { ON(iommu_off) } },
        { "iommu=nopt,soft,force", "iommu=nopt,soft,force", 3,
                        { ON(iommu_nopt), ON(iommu_soft), ON(iommu_force) } },
        { "iommu=force,noforce", "iommu=force,noforce", 1, { ON(iommu_noforce) } },
        { "iommu=pt iommu.passthrough=0", "iommu=pt iommu.passthrough=0", 1, { ON(iommu_nopt) } },
        { "iommu.passthrough=on iommu.strict=n", "iommu.passthrough=1 iommu.strict=0", 2,
                        { ON(iommu_pt), ON(iommu_lazy) } },
        { "iommu.strict=1", "iommu.strict=1", 1, { ON(iommu_strict) } },
        { "intremap=off", "intremap=off", 1, { ON(intremap_off) } },
        { "intremap=on,no_x2apic_optout", "intremap=on,no_x2apic_optout", 2,
                        { ON(intremap_on), ON(intremap_no_x2apic_optout) } },
        { "no5lvl", "no5lvl", 1, { ON(no5lvl) } },
        { "no5lvl=1 xno5lvl no5lvlx", "", 0, {} },
        { "mem_encrypt=on", "mem_encrypt=on", 1, { ON(mem_encrypt_on) } },
        { "mem_encrypt=on mem_encrypt=off", "mem_encrypt=on mem_encrypt=off", 1, { ON(mem_encrypt_off) } },
        { "kvm_intel.ept=0", "kvm_intel.ept=0", 1, { ON(ept_off) } },
        { "kvm-intel.ept=N", "kvm_intel.ept=0", 1, { ON(ept_off) } },
        { "kvm_intel.ept", "kvm_intel.ept", 1, { ON(ept_on) } },
        { "kvm_intel.ept=0 kvm_intel.ept=Y", "kvm_intel.ept=0 kvm_intel.ept=1", 1, { ON(ept_on) } },
        { "kvm_amd.npt=off", "kvm_amd.npt=0", 1, { ON(npt_off) } },
        { "kvm-arm.mode=none", "kvm_arm.mode=none", 1, { ON(kvm_arm_none) } },
        { "kvm_arm.mode=none kvm-arm.mode=protected", "kvm_arm.mode=none kvm_arm.mode=protected", 1,
                        { ON(kvm_arm_some) } },
        { "kvm-arm.mode=nvhe kvm-arm.mode=none", "kvm_arm.mode=nvhe kvm_arm.mode=none", 1,
                        { ON(kvm_arm_none) } },
        { "kvm-arm.mode=nested", "kvm_arm.mode=nested", 1, { ON(kvm_arm_some) } },
        { "kvm_amd.npt=true", "kvm_amd.npt=1", 1, { ON(npt_on) } },
        { "pci=noaer,config_acs=1@0000:00:1f.0", "pci=config_acs=", 1, { ON(pci_config_acs) } },
        { "pci=disable_acs_redir=pci:8086:1234 pci=nomsi", "pci=disable_acs_redir=", 1,
                        { ON(pci_disable_acs_redir) } },
        { "dm=\"a b intel_iommu=off c\" iommu=pt", "iommu=pt", 1, { ON(iommu_pt) } },
        { "intel_iommu=\"on,sm_on\"", "intel_iommu=on,sm_on", 2, { ON(intel_iommu_on), ON(intel_sm_on) } },
        { "\"intel_iommu=on\" no5lvl", "intel_iommu=on no5lvl", 2, { ON(intel_iommu_on), ON(no5lvl) } },
        { "x=\"unterminated intel_iommu=on", "", 0, {} },
        { "iommu=pt -- iommu=off no5lvl", "iommu=pt", 1, { ON(iommu_pt) } },
        { "a--b --x -- no5lvl", "", 0, {} },
        { "\t intel_iommu=on\t\tno5lvl \n", "intel_iommu=on no5lvl", 2, { ON(intel_iommu_on), ON(no5lvl) } },
        { "password=no5lvl luks.key=iommu=pt", "", 0, {} },
};

static void assert_exactly(const Cmdline *cmdline, size_t n_on, const size_t on[]) {
        Cmdline expected = {};

        for (size_t i = 0; i < n_on; i++)
                *(bool *) ((char *) &expected + on[i]) = true;
        assert_memory_equal(cmdline, &expected, sizeof(expected));
}

static void test_decode(void **state) {
        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                _cleanup_(fault_list_done) FaultList faults = {};
                Cmdline cmdline;

                assert_int_equal(cmdline_decode(BYTES(vectors[i].text, strlen(vectors[i].text)), &cmdline,
                                                 &faults),
                                0);
                assert_exactly(&cmdline, vectors[i].n_on, vectors[i].on);
                assert_int_equal(faults.n, 0);
        }
}

static void test_filter(void **state) {
        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                size_t n = strlen(vectors[i].text);
                _cleanup_free_ char *filtered = malloc(n + 1);
                Cmdline again;

                assert_non_null(filtered);
                assert_int_equal(cmdline_filter(BYTES(vectors[i].text, n), filtered, n + 1),
                                strlen(vectors[i].filtered));
                assert_string_equal(filtered, vectors[i].filtered);
                cmdline_decode(BYTES(filtered, strlen(filtered)), &again, NULL);
                assert_exactly(&again, vectors[i].n_on, vectors[i].on);
        }
}

/* What does not fit is left out whole. */
static void test_filter_small(void **state) {
        static const char text[] = "intel_iommu=on iommu=pt";
        char out[16];

        for (size_t size = 1; size <= 14; size++) {
                assert_int_equal(cmdline_filter(BYTES(text, strlen(text)), out, size), size > 8 ? 8 : 0);
                assert_string_equal(out, size > 8 ? "iommu=pt" : "");
        }
        assert_int_equal(cmdline_filter(BYTES(text, strlen(text)), out, 15), 14);
        assert_string_equal(out, "intel_iommu=on");
        assert_int_equal(cmdline_filter(BYTES(text, strlen(text)), NULL, 0), 0);
}

static void test_not_a_bool(void **state) {
        static const char text[] =
                        "quiet kvm_intel.ept=maybe kvm_amd.npt= iommu.strict=o iommu.passthrough=\x11 no5lvl";
        _cleanup_(fault_list_done) FaultList faults = {};
        char filtered[sizeof(text)];
        Cmdline cmdline;

        cmdline_decode(BYTES(text, strlen(text)), &cmdline, &faults);
        assert_exactly(&cmdline, 1, (const size_t[]){ ON(no5lvl) });
        assert_int_equal(faults.n, 4);
        assert_int_equal(faults.faults[0].offset, 6);
        assert_string_equal(faults.faults[0].rule, "cmdline-bool");
        cmdline_filter(BYTES(text, strlen(text)), filtered, sizeof(filtered));
        assert_string_equal(filtered, "no5lvl");
}

static void test_nul_ends_it(void **state) {
        static const char text[] = "iommu=pt\0 no5lvl";
        Cmdline cmdline;

        cmdline_decode(BYTES(text, sizeof(text) - 1), &cmdline, NULL);
        assert_exactly(&cmdline, 1, (const size_t[]){ ON(iommu_pt) });
        cmdline_decode((Bytes){}, &cmdline, NULL);
        assert_exactly(&cmdline, 0, NULL);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_decode),
                cmocka_unit_test(test_filter),
                cmocka_unit_test(test_filter_small),
                cmocka_unit_test(test_not_a_bool),
                cmocka_unit_test(test_nul_ends_it),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
