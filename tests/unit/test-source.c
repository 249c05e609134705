/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "probe/root/memory-tree.h"
#include "profile/derive/derive.h"

/* What a host tree that is cut, too large or of another kind gives: unknown, never a wider or a made-up answer. */

static void put(MemoryTree *tree, const char *path, const char *text) {
        assert_int_equal(memory_tree_write(tree, path, BYTES(text, strlen(text))), 0);
}

static void __attribute__((format(printf, 3, 4)))
put_at(MemoryTree *tree, const char *text, const char *format, ...) {
        char path[512];
        va_list ap;

        va_start(ap, format);
        vsnprintf(path, sizeof(path), format, ap);
        va_end(ap);
        put(tree, path, text);
}

static MemoryTree *make_tree(const char *host) {
        MemoryTree *tree;

        assert_int_equal(memory_tree_new(&tree), 0);
        put(tree, "hawd/host", host);
        return tree;
}

static void probe(MemoryTree *tree, Profile *ret) {
        Root *root;

        assert_int_equal(root_open_memory(tree, &root), 0);
        assert_int_equal(profile_probe(root, ret), 0);
        root_free(root);
}

static const Finding *find(const Profile *profile, FindingId id) {
        for (size_t i = 0; i < profile->findings.n; i++)
                if (strcmp(profile->findings.findings[i].id, finding_id_to_string(id)) == 0)
                        return &profile->findings.findings[i];
        return NULL;
}

/* A unit of VT-d with that width (MGAW, bits 21:16, less one; SAGAW 39 and 48 bits) and one device. */
static void put_unit(MemoryTree *tree, const char *name, unsigned bits, unsigned device) {
        char cap[32];

        snprintf(cap, sizeof(cap), "%llx\n", (unsigned long long) (bits - 1) << 16 | 6 << 8);
        put_at(tree, cap, "sys/class/iommu/%s/intel-iommu/cap", name);
        put_at(tree, "0\n", "sys/class/iommu/%s/intel-iommu/ecap", name);
        put_at(tree, "", "sys/class/iommu/%s/devices/0000:00:%02x.0", name, device);
}

/* A name may have 255 characters, and the unit with it is as narrow as any. */
static void test_long_unit_name(void **state) {
        static const unsigned lengths[] = { 63, 64, 65, 200, 255 };

        for (size_t i = 0; i < ELEMENTS(lengths); i++) {
                MemoryTree *tree = make_tree("architecture x86_64\n");
                Profile profile;
                char name[256];

                memset(name, 'x', lengths[i]);
                name[lengths[i]] = 0;
                put_unit(tree, "dmar0", 48, 1);
                put_unit(tree, name, 39, 2);
                probe(tree, &profile);
                assert_int_equal(profile.n_iommus, 2);
                assert_string_equal(profile.iommus[1].name, name);
                assert_true(fact_known(&profile.widths.iova_bits));
                assert_int_equal(profile.widths.iova_bits.value, 39);
                profile_done(&profile);
        }
}

/* More units than hawd reads: one of the others may be narrower. */
static void test_too_many_units(void **state) {
        MemoryTree *tree = make_tree("architecture x86_64\n");
        Profile profile;
        char name[16];

        for (unsigned i = 0; i <= 1024; i++) {
                snprintf(name, sizeof(name), "dmar%u", i);
                put_unit(tree, name, 48, i % 32);
        }
        probe(tree, &profile);
        assert_int_equal(profile.iommus_reason, REASON_TOO_LARGE);
        assert_int_equal(profile.n_iommus, 1024);
        assert_false(fact_known(&profile.widths.iova_bits));
        assert_int_equal(profile.widths.iova_bits.reason, REASON_TOO_LARGE);
        profile_done(&profile);
}

/* One of the groups that are not read may have a region: nothing is usable for sure. */
static void test_too_many_groups(void **state) {
        MemoryTree *tree = make_tree("architecture x86_64\n");
        Profile profile;

        put_unit(tree, "dmar0", 48, 1);
        for (unsigned i = 0; i <= 65536; i++)
                put_at(tree, "", "sys/kernel/iommu_groups/x%u", i);
        probe(tree, &profile);
        assert_int_equal(profile.groups_reason, REASON_TOO_LARGE);
        assert_true(fact_known(&profile.widths.iova_bits));
        assert_int_equal(profile.usable_iova.n, 0);
        profile_done(&profile);
}

static void test_too_many_devices(void **state) {
        MemoryTree *tree = make_tree("architecture x86_64\n");
        Profile profile;

        for (unsigned i = 0; i <= 65536; i++)
                put_at(tree, "", "sys/bus/pci/devices/x%u", i);
        probe(tree, &profile);
        assert_int_equal(profile.devices_reason, REASON_TOO_LARGE);
        profile_done(&profile);
}

/* RAM may end in an entry that is not read. */
static void test_too_many_ranges(void **state) {
        MemoryTree *tree = make_tree("architecture x86_64\n");
        Profile profile;

        for (unsigned i = 0; i <= 4096; i++) {
                char end[32];

                put_at(tree, i ? "0x100000000\n" : "0x0\n", "sys/firmware/memmap/%u/start", i);
                snprintf(end, sizeof(end), "0x%x%s\n", 1 + i, "ffffffff");
                put_at(tree, end, "sys/firmware/memmap/%u/end", i);
                put_at(tree, "System RAM\n", "sys/firmware/memmap/%u/type", i);
        }
        probe(tree, &profile);
        assert_int_equal(profile.memory.ranges_reason, REASON_TOO_LARGE);
        assert_false(fact_known(&profile.memory.ram_top));
        profile_done(&profile);
}

/* kvm may be among the modules that are not read. */
static void test_too_many_modules(void **state) {
        MemoryTree *tree = make_tree("architecture x86_64\n");
        Profile profile;

        for (unsigned i = 0; i <= 4096; i++)
                put_at(tree, "", "sys/module/x%u/refcnt", i);
        probe(tree, &profile);
        assert_false(fact_known(&profile.paging.kvm_loaded));
        assert_null(find(&profile, FINDING_KVM_ABSENT));
        profile_done(&profile);
}

/* Interrupts that are not read may have the controller that does not keep devices apart. */
static void test_too_many_interrupts(void **state) {
        static const struct {
                const char *host, *chip;
                unsigned beyond; /* files more than are read */
                Tristate enabled;
        } vectors[] = {
                { "architecture aarch64\n", "ITS-MSI\n", 0, TRISTATE_YES },
                { "architecture aarch64\n", "ITS-MSI\n", 1, TRISTATE_UNKNOWN },
                { "architecture aarch64\n", "GICv2m\n", 1, TRISTATE_NO },
                { "architecture x86_64\n", "dummy\n", 0, TRISTATE_UNKNOWN },
                { "architecture x86_64\n", "dummy\n", 1, TRISTATE_UNKNOWN },
                { "architecture x86_64\n", "IR-IO-APIC\n", 1, TRISTATE_YES },
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                MemoryTree *tree = make_tree(vectors[i].host);
                Profile profile;
                const Fact *fact;

                put_unit(tree, "dmar0", 48, 1);
                put(tree, "sys/bus/pci/devices/0000:00:01.0/class", "0x020000\n");
                /* One of the two is read, whatever the order of a directory. */
                put(tree, "sys/kernel/irq/0/chip_name", vectors[i].chip);
                put(tree, "sys/kernel/irq/1/chip_name", vectors[i].chip);
                for (unsigned j = 2; j < 65536 + vectors[i].beyond; j++)
                        put_at(tree, "", "sys/kernel/irq/%u/actions", j);
                probe(tree, &profile);
                fact = &profile.iommus[0].interrupt_remapping_enabled;
                assert_int_equal(fact_known(fact), vectors[i].enabled != TRISTATE_UNKNOWN);
                if (fact_known(fact))
                        assert_int_equal(fact->value, vectors[i].enabled == TRISTATE_YES);
                else
                        assert_int_equal(fact->reason, vectors[i].beyond ? REASON_TOO_LARGE : REASON_ABSENT);
                profile_done(&profile);
        }
}

/* ── other architectures ───────────────────────────────────────────────────────────────────────────────── */

static void test_architectures(void **state) {
        static const struct {
                const char *host, *cpuinfo, *architecture;
                bool supported, x86;
        } vectors[] = {
                { "", "vendor_id       : IBM/S390\n# processors    : 4\n", "", true, false },
                { "architecture s390x\n", "vendor_id       : IBM/S390\n", "s390x", false, false },
                { "architecture ppc64le\n", "processor\t: 0\ncpu\t\t: POWER9\n", "ppc64le", false, false },
                { "architecture riscv64\n", "processor\t: 0\nhart\t: 0\n", "riscv64", false, false },
                { "architecture loongarch64\n", "processor\t: 0\n", "loongarch64", false, false },
                { "architecture aarch64\n", "processor\t: 0\nCPU implementer\t: 0x41\n", "aarch64", true,
                                false },
                { "architecture x86_64\n", "processor\t: 0\n", "x86_64", true, true },
                { "architecture i686\n", "processor\t: 0\n", "i686", true, true },
                { "", "processor\t: 0\nvendor_id\t: GenuineIntel\n", "", true, true },
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                MemoryTree *tree = make_tree(vectors[i].host);
                const Finding *finding;
                Profile profile;

                put(tree, "proc/cpuinfo", vectors[i].cpuinfo);
                assert_int_equal(memory_tree_make_directory(tree, "sys/class/iommu"), 0);
                assert_int_equal(memory_tree_make_directory(tree, "sys/module"), 0);
                probe(tree, &profile);
                assert_string_equal(profile.host.architecture, vectors[i].architecture);
                finding = find(&profile, FINDING_ARCHITECTURE_NOT_SUPPORTED);
                assert_int_equal(finding == NULL, vectors[i].supported);
                if (finding)
                        assert_non_null(strstr(finding->summary, vectors[i].architecture));
                for (size_t j = 0; j < profile.findings.n; j++) {
                        const char *remedy = profile.findings.findings[j].remedy;

                        if (!vectors[i].x86)
                                assert_true(!strstr(remedy, "VT-d") && !strstr(remedy, "VT-x") &&
                                                !strstr(remedy, "intel"));
                }
                finding = find(&profile, FINDING_IOMMU_ABSENT);
                assert_non_null(finding);
                assert_int_equal(finding && strstr(finding->remedy, "VT-d"), vectors[i].x86);
                profile_done(&profile);
        }
}

/* No /sys/class: sysfs was not there. With it, a kernel without the class iommu has no IOMMU. */
static void test_no_sysfs(void **state) {
        for (unsigned classes = 0; classes < 2; classes++) {
                MemoryTree *tree = make_tree("architecture x86_64\n");
                Profile profile;

                if (classes)
                        assert_int_equal(memory_tree_make_directory(tree, "sys/class/net"), 0);
                probe(tree, &profile);
                assert_int_equal(profile.iommus_reason, classes ? REASON_NONE : REASON_ABSENT);
                assert_int_equal(find(&profile, FINDING_IOMMU_ABSENT) != NULL, classes);
                profile_done(&profile);
        }
}

/* ── firmware's lock ───────────────────────────────────────────────────────────────────────────────────── */

/* Linux before 6.12 leaves svm in /proc/cpuinfo where firmware set SVMDIS. */
static void test_svm_disabled(void **state) {
        static const char cpuid[] =
                        "CPU:\n"
                        "   0x00000000 0x00: eax=0xd ebx=0x68747541 ecx=0x444d4163 edx=0x69746e65\n"
                        "   0x00000001 0x00: eax=0x870f10 ebx=0x0 ecx=0x0 edx=0x20040\n"
                        "   0x80000000 0x00: eax=0x8000000a ebx=0x0 ecx=0x0 edx=0x0\n"
                        "   0x80000001 0x00: eax=0x0 ebx=0x0 ecx=0x4 edx=0x24000000\n"
                        "   0x8000000a 0x00: eax=0x1 ebx=0x40 ecx=0x0 edx=0x1\n";
        static const char *const registers[] = { "0xc0010114 0x0\n", "0xc0010114 0x18\n" };

        for (unsigned off = 0; off < ELEMENTS(registers); off++) {
                MemoryTree *tree = make_tree("architecture x86_64\n");
                Profile profile;

                put(tree, "hawd/cpuid", cpuid);
                put(tree, "hawd/msr", registers[off]);
                put(tree, "proc/cpuinfo", "processor\t: 0\nvendor_id\t: AuthenticAMD\nflags\t\t: lm svm\n");
                probe(tree, &profile);
                assert_true(fact_known(&profile.paging.virtualisation_enabled));
                assert_int_equal(profile.paging.virtualisation_enabled.value, !off);
                assert_int_equal(find(&profile, FINDING_SVM_DISABLED_BY_FIRMWARE) != NULL, off);
                profile_done(&profile);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_long_unit_name),
                cmocka_unit_test(test_too_many_units),
                cmocka_unit_test(test_too_many_groups),
                cmocka_unit_test(test_too_many_devices),
                cmocka_unit_test(test_too_many_ranges),
                cmocka_unit_test(test_too_many_modules),
                cmocka_unit_test(test_too_many_interrupts),
                cmocka_unit_test(test_architectures),
                cmocka_unit_test(test_no_sysfs),
                cmocka_unit_test(test_svm_disabled),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
