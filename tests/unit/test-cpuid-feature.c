/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include "probe/decode/cpu/cpuid-feature.h"

static uint32_t u32(const char *s) {
        return bytes_u32(BYTES(s, 4), 0);
}

/* Leaf 0 with its twelve characters in EBX, EDX, ECX. */
static CpuidLeaf vendor_leaf(uint32_t max, const char name[12]) {
        return (CpuidLeaf){ .eax = max, .ebx = u32(name), .edx = u32(name + 4), .ecx = u32(name + 8) };
}

/* A hypervisor's leaf has them in EBX, ECX, EDX. */
static CpuidLeaf hypervisor_leaf(uint32_t leaf, const char name[12]) {
        return (CpuidLeaf){
                .leaf = leaf, .eax = leaf + 1, .ebx = u32(name), .ecx = u32(name + 4), .edx = u32(name + 8)
        };
}

static void decode(CpuidLeaf *leaves, size_t n, CpuidFeature *ret) {
        cpuid_feature_decode(&(CpuidTable){ .n = n, .leaves = leaves }, ret);
}

/* kernel: arch/x86/kernel/cpu/{intel,amd,hygon,centaur,zhaoxin,cyrix}.c, c_ident */
static void test_vendor(void **state) {
        static const struct {
                char name[13];
                CpuVendor vendor;
        } vectors[] = {
                { "GenuineIntel", CPU_VENDOR_INTEL },
                { "AuthenticAMD", CPU_VENDOR_AMD },
                { "HygonGenuine", CPU_VENDOR_HYGON },
                { "CentaurHauls", CPU_VENDOR_CENTAUR },
                { "  Shanghai  ", CPU_VENDOR_ZHAOXIN },
                { "CyrixInstead", CPU_VENDOR_OTHER },
                { "Shanghai    ", CPU_VENDOR_OTHER },
                { "Genuine  RDC", CPU_VENDOR_OTHER },
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                CpuidLeaf leaf = vendor_leaf(1, vectors[i].name);
                CpuidFeature cpu;

                decode(&leaf, 1, &cpu);
                assert_int_equal(cpu.vendor, vectors[i].vendor);
                assert_string_equal(cpu.vendor_name, vectors[i].name);
        }
        assert_string_equal(cpu_vendor_to_string(CPU_VENDOR_ZHAOXIN), "zhaoxin");
        assert_string_equal(cpu_vendor_to_string(_CPU_VENDOR_MAX), "unknown");
}

static void test_vendor_unprintable(void **state) {
        CpuidLeaf leaf = vendor_leaf(1,
                        "\x1b[31m\xff"
                        "abcdef");
        CpuidFeature cpu;

        decode(&leaf, 1, &cpu);
        assert_int_equal(cpu.vendor, CPU_VENDOR_OTHER);
        assert_true(strlen(cpu.vendor_name) < sizeof(cpu.vendor_name));
        for (const char *c = cpu.vendor_name; *c; c++)
                assert_in_range(*c, 0x20, 0x7e);
}

/* The models' numbers as InstLatx64 and the vendors' guides name them; the arithmetic is that of SDM 2A, CPUID. */
static void test_signature(void **state) {
        static const struct {
                uint32_t eax;
                unsigned family, model, stepping;
        } vectors[] = {
                { 0x000806f8, 6, 0x8f, 8 },    /* Sapphire Rapids */
                { 0x00a20f10, 0x19, 0x21, 0 }, /* Vermeer */
                { 0x00b40f40, 0x1a, 0x44, 0 }, /* Granite Ridge */
                { 0x00000f34, 15, 3, 4 },      /* Prescott */
                { 0x00900f02, 0x18, 0, 2 },    /* Hygon Dhyana */
                { 0x0000052c, 5, 2, 12 },      /* Pentium: no extension below family 6 */
                { 0x000f052c, 5, 2, 12 },
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                CpuidLeaf leaf = { .leaf = 1, .eax = vectors[i].eax };
                CpuidFeature cpu;

                decode(&leaf, 1, &cpu);
                assert_true(cpu.leaf_1_known);
                assert_int_equal(cpu.family, vectors[i].family);
                assert_int_equal(cpu.model, vectors[i].model);
                assert_int_equal(cpu.stepping, vectors[i].stepping);
        }
}

/* Each bit alone, by the numbers of kernel cpufeatures.h. */
static void test_bits(void **state) {
        static const struct {
                uint32_t leaf;
                char reg; /* 'c' or 'd' */
                unsigned bit;
                size_t offset;
        } vectors[] = {
                { 1, 'c', 5, offsetof(CpuidFeature, vmx) },
                { 1, 'c', 31, offsetof(CpuidFeature, hypervisor) },
                { 1, 'd', 6, offsetof(CpuidFeature, pae) },
                { 1, 'd', 17, offsetof(CpuidFeature, pse36) },
                { 7, 'c', 13, offsetof(CpuidFeature, tme) },
                { 7, 'c', 16, offsetof(CpuidFeature, la57) },
                { 7, 'd', 15, offsetof(CpuidFeature, hybrid) },
                { 0x80000001, 'c', 2, offsetof(CpuidFeature, svm) },
                { 0x80000001, 'd', 26, offsetof(CpuidFeature, pdpe1gb) },
                { 0x80000001, 'd', 29, offsetof(CpuidFeature, lm) },
                { 0x8000000a, 'd', 0, offsetof(CpuidFeature, npt) },
                { 0x8000000a, 'd', 3, offsetof(CpuidFeature, nrips) },
                { 0x8000000a, 'd', 6, offsetof(CpuidFeature, flushbyasid) },
                { 0x8000000a, 'd', 13, offsetof(CpuidFeature, avic) },
                { 0x8000000a, 'd', 16, offsetof(CpuidFeature, vgif) },
                { 0x8000000a, 'd', 18, offsetof(CpuidFeature, x2avic) },
                { 0x8000000a, 'd', 25, offsetof(CpuidFeature, vnmi) },
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++)
                for (int set = 0; set < 2; set++) {
                        uint32_t value = set ? UINT32_C(1) << vectors[i].bit
                                             : ~(UINT32_C(1) << vectors[i].bit);
                        CpuidLeaf leaf = { .leaf = vectors[i].leaf };
                        CpuidFeature cpu;

                        *(vectors[i].reg == 'c' ? &leaf.ecx : &leaf.edx) = value;
                        decode(&leaf, 1, &cpu);
                        assert_int_equal(*(bool *) ((char *) &cpu + vectors[i].offset), set);
                }
}

static void test_missing_leaf_is_unknown(void **state) {
        CpuidLeaf leaves[] = { vendor_leaf(0x16, "GenuineIntel"),
                { .leaf = 0x80000000, .eax = 0x8000000a } };
        CpuidFeature cpu;

        decode(leaves, ELEMENTS(leaves), &cpu);
        assert_false(cpu.leaf_1_known);
        assert_false(cpu.leaf_7_known);
        assert_false(cpu.leaf_80000001_known);
        assert_false(cpu.leaf_8000000a_known);
        assert_string_equal(cpu.brand, "");
}

static void test_beyond_maximum_is_no(void **state) {
        CpuidLeaf leaves[] = {
                vendor_leaf(5, "GenuineIntel"),
                { .leaf = 7, .ecx = UINT32_MAX, .edx = UINT32_MAX },
                { .leaf = 0x80000000, .eax = 0x80000008 },
                { .leaf = 0x80000001, .ecx = 1U << 2 },
                { .leaf = 0x8000000a, .edx = UINT32_MAX },
        };
        CpuidFeature cpu;

        decode(leaves, ELEMENTS(leaves), &cpu);
        assert_true(cpu.leaf_7_known);
        assert_false(cpu.la57 || cpu.tme || cpu.hybrid);
        assert_true(cpu.leaf_8000000a_known);
        assert_false(cpu.npt || cpu.avic || cpu.vnmi);
}

static void test_npt_needs_svm(void **state) {
        CpuidLeaf leaves[] = {
                { .leaf = 0x80000000, .eax = 0x8000001f },
                { .leaf = 0x80000001 },
                { .leaf = 0x8000000a, .edx = UINT32_MAX },
        };
        CpuidFeature cpu;

        decode(leaves, ELEMENTS(leaves), &cpu);
        assert_true(cpu.leaf_8000000a_known);
        assert_false(cpu.npt || cpu.avic);
}

/* Right-justified, as the Pentium 4 has it. */
static void test_brand(void **state) {
        static const char text[48] = "              Intel(R) Pentium(R) 4 CPU 3.00GHz";
        CpuidLeaf leaves[3];
        CpuidFeature cpu;

        for (uint32_t i = 0; i < 3; i++)
                leaves[i] = (CpuidLeaf){ 0x80000002 + i, 0, u32(text + 16 * i), u32(text + 16 * i + 4),
                        u32(text + 16 * i + 8), u32(text + 16 * i + 12) };
        decode(leaves, 3, &cpu);
        assert_string_equal(cpu.brand, "Intel(R) Pentium(R) 4 CPU 3.00GHz");
        decode(leaves, 2, &cpu);
        assert_string_equal(cpu.brand, "");
}

/* Signatures: Linux, systemd and virt-what know them so. */
static void test_hypervisor(void **state) {
        static const struct {
                char signature[13];
                const char *name;
        } vectors[] = {
                { "KVMKVMKVM\0\0\0", "kvm" },
                { "VMwareVMware", "vmware" },
                { "Microsoft Hv", "microsoft" },
                { "XenVMMXenVMM", "xen" },
                { "bhyve bhyve ", "bhyve" },
                { "TCGTCGTCGTCG", "qemu" },
                { "ACRNACRNACRN", "acrn" },
                { "VBoxVBoxVBox", "virtualbox" },
                { " lrpepyh  vr", "parallels" },
                { "HomeMade\x1b VM", "HomeMade\\x1b VM" },
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                CpuidLeaf leaves[] = { { .leaf = 1, .ecx = 1U << 31 },
                        hypervisor_leaf(0x40000000, vectors[i].signature) };
                CpuidFeature cpu;

                decode(leaves, 2, &cpu);
                assert_true(cpu.hypervisor);
                assert_string_equal(cpu.hypervisor_name, vectors[i].name);

                /* Bare metal answers beyond its maximum with another leaf's data. */
                leaves[0].ecx = 0;
                decode(leaves, 2, &cpu);
                assert_false(cpu.hypervisor);
                assert_string_equal(cpu.hypervisor_name, "");
        }
}

static void test_hypervisor_behind_hyperv(void **state) {
        CpuidLeaf leaves[] = {
                { .leaf = 1, .ecx = 1U << 31 },
                hypervisor_leaf(0x40000000, "Microsoft Hv"),
                hypervisor_leaf(0x40000100, "KVMKVMKVM\0\0\0"),
        };
        CpuidFeature cpu;

        decode(leaves, 3, &cpu);
        assert_string_equal(cpu.hypervisor_name, "kvm");
        decode(leaves, 1, &cpu);
        assert_true(cpu.hypervisor);
        assert_string_equal(cpu.hypervisor_name, "");
}

/* The VIA Samuel (C5A, C5B) leaves garbage in ECX; the Ezra after it (stepping 8 on) does not. */
static void test_samuel(void **state) {
        static const struct {
                uint32_t eax;
                bool believed;
        } vectors[] = { { 0x662, false }, { 0x673, false }, { 0x678, true }, { 0x698, true } };

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                CpuidLeaf leaves[] = { vendor_leaf(1, "CentaurHauls"),
                        { .leaf = 1, .eax = vectors[i].eax, .ecx = UINT32_MAX } };
                CpuidFeature cpu;

                decode(leaves, 2, &cpu);
                assert_int_equal(cpu.hypervisor, vectors[i].believed);
                assert_int_equal(cpu.vmx, vectors[i].believed);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_vendor),
                cmocka_unit_test(test_vendor_unprintable),
                cmocka_unit_test(test_signature),
                cmocka_unit_test(test_bits),
                cmocka_unit_test(test_missing_leaf_is_unknown),
                cmocka_unit_test(test_beyond_maximum_is_no),
                cmocka_unit_test(test_npt_needs_svm),
                cmocka_unit_test(test_brand),
                cmocka_unit_test(test_hypervisor),
                cmocka_unit_test(test_hypervisor_behind_hyperv),
                cmocka_unit_test(test_samuel),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
