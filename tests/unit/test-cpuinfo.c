/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "probe/decode/cpu/cpuinfo.h"

/* The kernel's format strings: arch/x86/kernel/cpu/proc.c show_cpuinfo(). */
#define INTEL_HEAD                                        \
        "processor\t: 0\nvendor_id\t: GenuineIntel\n"     \
        "cpu family\t: 6\nmodel\t\t: 143\n"               \
        "model name\t: Intel(R) Xeon(R) Platinum 8480+\n" \
        "stepping\t: 8\nmicrocode\t: 0x2b000461\n"        \
        "fpu\t\t: yes\n"
#define SIZES(p, v) "address sizes\t: " p " bits physical, " v " bits virtual\n"
#define TAIL "power management:\n\n"

static int decode(const char *text, Cpuinfo *ret, FaultList *faults) {
        return cpuinfo_decode(BYTES(text, strlen(text)), ret, faults);
}

static void test_intel(void **state) {
        _cleanup_(fault_list_done) FaultList faults = {};
        Cpuinfo info;

        assert_int_equal(
                        decode(INTEL_HEAD
                                        "flags\t\t: fpu pae lm pdpe1gb vmx ept ept_ad la57 tme sme_not\n"
                                        "vmx flags\t: vnmi ept_x_only ept_ad ept_1gb vpid unrestricted_guest ept ept_5level\n"
                                        "bugs\t\t: spectre_v1\n" SIZES("46", "57") TAIL
                                        "processor\t: 1\nvendor_id\t: Other\nmodel name\t: other\nflags\t\t: svm sev\n"
                                        "vmx flags\t: none\n" SIZES("46", "57") TAIL,
                                        &info, &faults),
                        0);
        assert_int_equal(faults.n, 0);
        assert_int_equal(info.n_cpus, 2);
        assert_int_equal(info.n_cpus_without_sizes, 0);
        assert_false(info.arm);
        assert_true(info.has_address_sizes);
        assert_int_equal(info.min_physical_bits, 46);
        assert_int_equal(info.max_physical_bits, 46);
        assert_int_equal(info.min_virtual_bits, 57);
        assert_int_equal(info.max_virtual_bits, 57);
        assert_int_equal(info.vendor, CPU_VENDOR_INTEL);
        assert_string_equal(info.vendor_name, "GenuineIntel");
        assert_string_equal(info.model_name, "Intel(R) Xeon(R) Platinum 8480+");
        assert_true(info.has_family && info.has_model && info.has_stepping);
        assert_int_equal(info.family, 6);
        assert_int_equal(info.model, 143);
        assert_int_equal(info.stepping, 8);
        assert_true(info.has_flags && info.pae && info.lm && info.pdpe1gb && info.vmx && info.ept &&
                        info.ept_ad && info.la57 && info.tme);
        /* Only whole words count, and only the first CPU's. */
        assert_false(info.sme || info.sev || info.svm || info.hypervisor || info.npt);
        assert_true(info.has_vmx_flags && info.vmx_ept && info.vmx_ept_ad && info.vmx_ept_1gb &&
                        info.vmx_ept_5level && info.vmx_vpid && info.vmx_unrestricted_guest);
}

static void test_amd(void **state) {
        Cpuinfo info;

        decode("processor\t: 0\nvendor_id\t: AuthenticAMD\n"
               "flags\t\t: fpu svm npt sme sev sev_es sev_snp hypervisor\n" SIZES("43", "48"),
                        &info, NULL);
        assert_int_equal(info.vendor, CPU_VENDOR_AMD);
        assert_true(info.svm && info.npt && info.sme && info.sev && info.sev_es && info.sev_snp &&
                        info.hypervisor);
        assert_false(info.vmx || info.la57 || info.ept || info.tme);
        assert_false(info.has_vmx_flags || info.vmx_ept);
        assert_false(info.has_family || info.has_model || info.has_stepping);
        assert_int_equal(info.min_physical_bits, 43);
}

static void test_vendor_blanks(void **state) {
        Cpuinfo info;

        decode("processor\t: 0\nvendor_id\t:   Shanghai  \n", &info, NULL);
        assert_int_equal(info.vendor, CPU_VENDOR_ZHAOXIN);
        assert_string_equal(info.vendor_name, "  Shanghai  ");
        decode("processor\t: 0\nvendor_id\t: unknown\nmodel name\t: unknown\nstepping\t: unknown\n", &info,
                        NULL);
        assert_int_equal(info.vendor, CPU_VENDOR_UNKNOWN);
        assert_string_equal(info.model_name, "");
        assert_false(info.has_stepping);
}

static void test_cpus_differ(void **state) {
        Cpuinfo info;

        decode("processor\t: 0\n" SIZES("46", "48") TAIL "processor\t: 1\n" SIZES("39", "48") TAIL
                        "processor\t: 2\n" TAIL "processor\t: 3\n" SIZES("52", "57") TAIL,
                        &info, NULL);
        assert_int_equal(info.n_cpus, 4);
        assert_int_equal(info.n_cpus_without_sizes, 1);
        assert_int_equal(info.min_physical_bits, 39);
        assert_int_equal(info.max_physical_bits, 52);
        assert_int_equal(info.min_virtual_bits, 48);
        assert_int_equal(info.max_virtual_bits, 57);
}

/* arch/arm64/kernel/cpuinfo.c c_show(). */
static void test_arm64(void **state) {
        _cleanup_(fault_list_done) FaultList faults = {};
        Cpuinfo info;

        decode("processor\t: 0\nBogoMIPS\t: 50.00\nFeatures\t: fp asimd evtstrm\nCPU implementer\t: 0x41\n"
               "CPU architecture: 8\nCPU variant\t: 0x3\nCPU part\t: 0xd0c\nCPU revision\t: 1\n\n"
               "processor\t: 1\nCPU implementer\t: 0x41\n\n",
                        &info, &faults);
        assert_int_equal(faults.n, 0);
        assert_true(info.arm);
        assert_int_equal(info.n_cpus, 2);
        assert_int_equal(info.n_cpus_without_sizes, 2);
        assert_false(info.has_address_sizes || info.has_flags || info.has_vmx_flags);
        assert_int_equal(info.vendor, CPU_VENDOR_UNKNOWN);
}

/* A block for each CPU; two kinds, one of which has two CPUs, and a CPU whose kind is not said. */
static void test_arm64_kinds(void **state) {
#define ARM_CPU(part, revision)                                                                               \
        "processor\t: 0\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x1\nCPU part\t: " part \
        "\nCPU revision\t: " revision "\n\n"
        static const struct {
                const char *text;
                size_t n_kinds, n_faults;
                uint32_t first, n_first;
                bool partial;
        } vectors[] = {
                { ARM_CPU("0xd85", "1") ARM_CPU("0xd87", "1") ARM_CPU("0xd85", "1"), 2, 0, 0x411fd851, 2,
                                false },
                { ARM_CPU("0xd0c", "0") ARM_CPU("0xd0c", "1"), 2, 0, 0x411fd0c0, 1, false },
                { ARM_CPU("0xd0c", "0") "processor\t: 1\nCPU implementer\t: 0x41\n", 1, 0, 0x411fd0c0, 1,
                                true },
                { ARM_CPU("0xd0c", "0") ARM_CPU("0x1d0c", "0"), 1, 1, 0x411fd0c0, 1, true },
                { ARM_CPU("0xd0c", "0") ARM_CPU("0xd0c", "16"), 1, 1, 0x411fd0c0, 1, true },
                { ARM_CPU("d0c", "0xa"), 0, 1, 0, 0, true },
                { ARM_CPU("", "0"), 0, 1, 0, 0, true },
                { "CPU implementer\t: 0x41\nCPU part\t: 0xd0c\n", 0, 0, 0, 0, false },
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                _cleanup_(fault_list_done) FaultList faults = {};
                Cpuinfo info;

                decode(vectors[i].text, &info, &faults);
                assert_true(info.arm);
                assert_int_equal(info.n_kinds, vectors[i].n_kinds);
                assert_int_equal(info.kinds_partial, vectors[i].partial);
                assert_int_equal(faults.n, vectors[i].n_faults);
                if (faults.n > 0)
                        assert_string_equal(faults.faults[0].rule, "cpuinfo-midr");
                if (info.n_kinds > 0) {
                        assert_int_equal(info.kinds[0].midr, vectors[i].first);
                        assert_int_equal(info.kinds[0].n_cpus, vectors[i].n_first);
                }
        }
#undef ARM_CPU
}

/* Each is wrong in the line named, and leaves the width unknown. */
static void test_malformed(void **state) {
        static const struct {
                const char *text;
                size_t line;
                const char *rule;
        } vectors[] = {
                { "processor\t: 0\n" SIZES("99999999999999999999", "48"), 2, "cpuinfo-address-sizes" },
                { "processor\t: 0\n\n" SIZES("0", "48"), 3, "cpuinfo-address-range" },
                { "processor\t: 0\n" SIZES("46", "0"), 2, "cpuinfo-address-range" },
                { "processor\t: 0\n" SIZES("53", "48"), 2, "cpuinfo-address-range" },
                { "processor\t: 0\n" SIZES("302", "48"), 2, "cpuinfo-address-range" },
                { "processor\t: 0\n" SIZES("46", "65"), 2, "cpuinfo-address-range" },
                { "processor\t: 0\n" SIZES("-46", "48"), 2, "cpuinfo-address-sizes" },
                { "processor\t: 0\n" SIZES("46", ""), 2, "cpuinfo-address-sizes" },
                { "processor\t: 0\naddress sizes\t: 46 bits phys", 2, "cpuinfo-address-sizes" },
                { "processor\t: 0\naddress sizes\t:", 2, "cpuinfo-address-sizes" },
                { "processor\t: 0\naddress sizes\t: 46 bits physical, 48 bits virtual, x\n", 2,
                                "cpuinfo-address-sizes" },
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                _cleanup_(fault_list_done) FaultList faults = {};
                Cpuinfo info;

                assert_int_equal(decode(vectors[i].text, &info, &faults), 0);
                assert_int_equal(faults.n, 1);
                assert_int_equal(faults.faults[0].offset, vectors[i].line);
                assert_string_equal(faults.faults[0].rule, vectors[i].rule);
                assert_false(info.has_address_sizes);
                assert_int_equal(info.min_physical_bits, 0);
                assert_int_equal(info.n_cpus, 1);
                assert_int_equal(info.n_cpus_without_sizes, 1);
        }
}

static void test_numbers_out_of_range(void **state) {
        _cleanup_(fault_list_done) FaultList faults = {};
        Cpuinfo info;

        decode("processor\t: 0\ncpu family\t: 4294967296\nmodel\t\t: x\nstepping\t: 3\n", &info, &faults);
        assert_int_equal(faults.n, 2);
        assert_int_equal(faults.faults[0].offset, 2);
        assert_int_equal(faults.faults[1].offset, 3);
        assert_false(info.has_family || info.has_model);
        assert_int_equal(info.stepping, 3);
}

static void test_cut_texts(void **state) {
        static const char head[] = SIZES("46", "48") TAIL "processor\t: 7\n" SIZES("44", "48");
        static const char nul[] = "processor\t: 0\nmodel name\t: A\0B\nfl\0ags\t: vmx\n" SIZES("46", "48");
        Cpuinfo info;

        /* The head of the first CPU is gone. */
        decode(head, &info, NULL);
        assert_int_equal(info.n_cpus, 2);
        assert_int_equal(info.n_cpus_without_sizes, 0);
        assert_int_equal(info.min_physical_bits, 44);

        /* No newline at the end; carriage returns. */
        decode("processor\t: 0\r\naddress sizes\t: 46 bits physical, 48 bits virtual", &info, NULL);
        assert_int_equal(info.min_physical_bits, 46);
        decode("processor\t: 0\r\nflags\t\t: fpu la57", &info, NULL);
        assert_true(info.la57);

        cpuinfo_decode(BYTES(nul, sizeof(nul) - 1), &info, NULL);
        assert_string_equal(info.model_name, "A");
        assert_false(info.has_flags);
        assert_int_equal(info.min_physical_bits, 46);

        decode("", &info, NULL);
        assert_int_equal(info.n_cpus, 0);
        cpuinfo_decode((Bytes){}, &info, NULL);
        assert_int_equal(info.n_cpus, 0);
}

/* Lines of megabytes, and more faults than are kept. */
static void test_large(void **state) {
        _cleanup_(fault_list_done) FaultList faults = {};
        const size_t n = 10U << 20;
        _cleanup_free_ char *text = malloc(n);
        Cpuinfo info;
        size_t used;

        assert_non_null(text);
        memset(text, 'x', n);
        memcpy(text, "flags\t: vmx ", 12);
        memcpy(text + n - 5, " la57", 5);
        cpuinfo_decode(BYTES(text, n), &info, &faults);
        assert_true(info.has_flags && info.vmx && info.la57);
        assert_int_equal(faults.n, 0);

        used = 0;
        for (int i = 0; i < 512; i++)
                used += (size_t) snprintf(
                                text + used, n - used, "processor\t: %d\n" SIZES("9", "9") TAIL, i);
        cpuinfo_decode(BYTES(text, used), &info, &faults);
        assert_int_equal(info.n_cpus, 512);
        assert_int_equal(info.n_cpus_without_sizes, 512);
        assert_int_equal(faults.n, FAULTS_MAX);
        assert_int_equal(faults.dropped, 512 - FAULTS_MAX);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_intel),
                cmocka_unit_test(test_amd),
                cmocka_unit_test(test_vendor_blanks),
                cmocka_unit_test(test_cpus_differ),
                cmocka_unit_test(test_arm64),
                cmocka_unit_test(test_arm64_kinds),
                cmocka_unit_test(test_malformed),
                cmocka_unit_test(test_numbers_out_of_range),
                cmocka_unit_test(test_cut_texts),
                cmocka_unit_test(test_large),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
