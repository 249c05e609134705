/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "profile/findings/findings.h"
#include "tests/unit/quiet-host.h"

#define MEASURED(value) fact_measured((value), "test")
#define UNKNOWN(reason) fact_unknown((reason), "test")

/* One change to the quiet host, and the one finding that must come of it. */
typedef struct Case {
        const char *id;
        const char *subject; /* NULL: any */
        Severity severity;
        void (*change)(QuietHost *host);
} Case;

static void virtualised(QuietHost *h) {
        snprintf(h->profile.host.virtualised, sizeof(h->profile.host.virtualised), "kvm");
}

static void cpus_differ(QuietHost *h) {
        h->profile.widths.cpuinfo_min_bits = MEASURED(39);
        h->profile.widths.cpuinfo_max_bits = MEASURED(46);
        /* The sources agree on the smaller one. */
        h->profile.encryption.bits_taken = UNKNOWN(REASON_PERMISSION);
}

static void sources_disagree(QuietHost *h) {
        h->profile.widths.cpuinfo_min_bits = h->profile.widths.cpuinfo_max_bits = MEASURED(45);
}

static void encryption(QuietHost *h) {
        h->profile.encryption.bits_taken = MEASURED(5);
        h->profile.widths.cpuinfo_min_bits = h->profile.widths.cpuinfo_max_bits = MEASURED(41);
}

static void incomplete(QuietHost *h) {
        h->profile.refused[0] = "/dev/kvm";
        h->profile.n_refused = 1;
}

static void kvm_absent(QuietHost *h) {
        h->profile.paging.kvm_loaded = MEASURED(0);
        h->profile.paging.kvm_guest_phys_bits_offered = UNKNOWN(REASON_ABSENT);
}

static void vmx_locked(QuietHost *h) {
        h->profile.paging.virtualisation_enabled = MEASURED(0);
}

static void svm_disabled(QuietHost *h) {
        h->profile.host.vendor = CPU_VENDOR_AMD;
        h->profile.paging.virtualisation_enabled = MEASURED(0);
}

static void second_level_off(QuietHost *h) {
        h->profile.paging.second_level_enabled = MEASURED(0);
}

static void no_second_level(QuietHost *h) {
        h->profile.paging.second_level_enabled = MEASURED(0);
        h->profile.paging.second_level_capable = MEASURED(0);
}

static void mappable_below(QuietHost *h) {
        h->profile.widths.cpu_physical_bits = h->profile.widths.guest_physical_bits = MEASURED(52);
        h->profile.widths.cpuinfo_min_bits = h->profile.widths.cpuinfo_max_bits = MEASURED(52);
        h->profile.widths.guest_mappable_bits = MEASURED(48);
        h->profile.widths.iova_bits = MEASURED(57);
}

static void la57_off(QuietHost *h) {
        h->profile.paging.la57_capable = MEASURED(1);
}

static void old_kernel(QuietHost *h) {
        h->profile.paging.kvm_guest_phys_bits_offered = MEASURED(0);
}

static void iommu_absent(QuietHost *h) {
        h->profile.n_iommus = 0;
        h->profile.firmware.dmar_reason = REASON_ABSENT;
        h->profile.widths.iova_bits = UNKNOWN(REASON_ABSENT);
}

static void firmware_only(QuietHost *h) {
        h->profile.n_iommus = 0;
        h->profile.widths.iova_bits = UNKNOWN(REASON_ABSENT);
}

static void narrower(QuietHost *h) {
        h->profile.widths.iova_bits = MEASURED(39);
}

static void units_differ(QuietHost *h) {
        h->profile.n_iommus = 2;
        h->iommus[1].bits = MEASURED(57);
}

static void caching_mode(QuietHost *h) {
        h->iommus[0].caching_mode = MEASURED(1);
}

static void mgaw(QuietHost *h) {
        /* Client unit: SAGAW says 48, MGAW 39. */
        h->iommus[0].cap = MEASURED(UINT64_C(0xd2008c40660462));
}

/* What VFIO gets; that there is a narrower stage which it does not get is no finding. */
static void first_stage(QuietHost *h) {
        h->iommus[0].first_stage_bits = h->iommus[0].bits = MEASURED(47);
        h->profile.widths.iova_bits = MEASURED(47);
}

static void without_devices(QuietHost *h) {
        h->iommus[0].n_devices = h->iommus[0].n_pci_devices = 0;
        /* Nobody would be refused by it. */
        h->iommus[0].interrupt_remapping_enabled = MEASURED(0);
        h->profile.n_groups = 0;
}

static void mapping_not_kept(QuietHost *h) {
        h->regions[1] = (ReservedRegion){ .start = 0xb0000000, .end = 0xb00fffff, .type = RESERVED_DIRECT };
        h->groups[0].regions.n = 2;
}

static void direct_in_doubt(QuietHost *h) {
        mapping_not_kept(h);
        h->groups[0].assignable = TRISTATE_UNKNOWN;
        h->groups[0].why = ASSIGNABLE_WHY_DIRECT_REGION;
}

static void remapping_off_allowed(QuietHost *h) {
        h->iommus[0].interrupt_remapping_enabled = MEASURED(0);
        h->profile.host.unsafe_type1 = MEASURED(1);
}

static void remapping_off(QuietHost *h) {
        h->iommus[0].interrupt_remapping_enabled = MEASURED(0);
}

static void width_unknown(QuietHost *h) {
        h->iommus[0].bits = UNKNOWN(REASON_NOT_APPLICABLE);
        h->profile.widths.iova_bits = UNKNOWN(REASON_NOT_APPLICABLE);
}

static void dmar_fault(QuietHost *h) {
        static Fault fault = { .offset = 48, .rule = "zero-length", .text = "structure length 0" };

        h->profile.firmware.dmar_faults = (FaultList){ .n = 1, .faults = &fault };
}

static void dmar_refused(QuietHost *h) {
        dmar_fault(h);
        h->profile.firmware.dmar.linux_refuses = true;
}

static void ivrs_fault(QuietHost *h) {
        static Fault fault = { .offset = 9, .rule = "checksum", .text = "sum is 0x01" };

        h->profile.firmware.ivrs_faults = (FaultList){ .n = 1, .faults = &fault };
}

static void rmrr_in_ram(QuietHost *h) {
        h->rmrrs[0].base = 0x7b7ff000;
}

static void direct_region(QuietHost *h) {
        h->regions[1] = (ReservedRegion){ .start = 0x7b800000, .end = 0x7fffffff, .type = RESERVED_DIRECT };
        h->groups[0].regions.n = 2;
        h->groups[0].assignable = TRISTATE_NO;
        h->groups[0].why = ASSIGNABLE_WHY_DIRECT_REGION;
}

static void not_isolated(QuietHost *h) {
        h->groups[0].n_members = 2;
        h->groups[0].isolated = TRISTATE_NO;
}

static void hypertransport(QuietHost *h) {
        h->regions[1] = (ReservedRegion){
                .start = UINT64_C(0xfd00000000), .end = UINT64_C(0xffffffffff), .type = RESERVED_RESERVED
        };
        h->groups[0].regions.n = 2;
}

static void software_msi(QuietHost *h) {
        h->regions[0] = (ReservedRegion){ .start = 0x8000000, .end = 0x80fffff, .type = RESERVED_MSI };
}

static void ram_above(QuietHost *h) {
        h->profile.memory.ram_top = MEASURED(UINT64_C(0x1000000000001));
}

static void bar_above(QuietHost *h) {
        h->bars[0] = (ProfileBar){
                .assigned = true, .start = UINT64_C(0x1000000000000), .end = UINT64_C(0x10000000fffff)
        };
}

static const Case cases[] = {
        { "virtualised-host", "host", SEVERITY_INFO, virtualised },
        { "cpus-differ", "host", SEVERITY_WARNING, cpus_differ },
        { "width-sources-disagree", "host", SEVERITY_WARNING, sources_disagree },
        { "encryption-takes-bits", "host", SEVERITY_INFO, encryption },
        { "profile-incomplete", "host", SEVERITY_INFO, incomplete },
        { "kvm-absent", "host", SEVERITY_WARNING, kvm_absent },
        { "vmx-locked-by-firmware", "host", SEVERITY_WARNING, vmx_locked },
        { "svm-disabled-by-firmware", "host", SEVERITY_WARNING, svm_disabled },
        { "second-level-paging-off", "host", SEVERITY_WARNING, second_level_off },
        { "second-level-paging-off", "host", SEVERITY_INFO, no_second_level },
        { "guest-mappable-below-physical", "host", SEVERITY_WARNING, mappable_below },
        { "five-level-capable-but-off", "host", SEVERITY_INFO, la57_off },
        { "old-kernel-no-guest-phys-bits", "host", SEVERITY_INFO, old_kernel },
        { "iommu-absent", "host", SEVERITY_WARNING, iommu_absent },
        { "iommu-firmware-only", "host", SEVERITY_WARNING, firmware_only },
        { "iommu-narrower-than-cpu", "host", SEVERITY_WARNING, narrower },
        { "iommu-units-differ", "host", SEVERITY_WARNING, units_differ },
        { "iommu-caching-mode", "dmar0", SEVERITY_INFO, caching_mode },
        { "mgaw-below-sagaw", "dmar0", SEVERITY_INFO, mgaw },
        { "first-stage-halves-aperture", "dmar0", SEVERITY_INFO, first_stage },
        { "interrupt-remapping-off", "dmar0", SEVERITY_WARNING, remapping_off },
        { "interrupt-remapping-off", "dmar0", SEVERITY_WARNING, remapping_off_allowed },
        { "iommu-without-devices", "dmar0", SEVERITY_WARNING, without_devices },
        { "direct-mapping-not-kept", "group 7", SEVERITY_WARNING, mapping_not_kept },
        { "rmrr-device-not-assignable", "group 7", SEVERITY_WARNING, direct_in_doubt },
        { "iommu-width-unknown", "dmar0", SEVERITY_INFO, width_unknown },
        { "dmar-fault", "DMAR", SEVERITY_WARNING, dmar_fault },
        { "dmar-fault", "DMAR", SEVERITY_ERROR, dmar_refused },
        { "ivrs-fault", "IVRS", SEVERITY_WARNING, ivrs_fault },
        { "rmrr-in-ram", NULL, SEVERITY_WARNING, rmrr_in_ram },
        { "rmrr-device-not-assignable", "group 7", SEVERITY_WARNING, direct_region },
        { "group-not-isolated", "group 7", SEVERITY_WARNING, not_isolated },
        { "hypertransport-hole", "host", SEVERITY_INFO, hypertransport },
        { "msi-window-in-low-memory", "host", SEVERITY_WARNING, software_msi },
        { "ram-above-iova", "host", SEVERITY_WARNING, ram_above },
        { "bar-above-iova", "0000:01:00.0", SEVERITY_WARNING, bar_above },
};

static void test_quiet(void **state) {
        FindingList list = {};
        QuietHost host;

        quiet_host_init(&host);
        assert_int_equal(profile_find(&host.profile, &list), 0);
        for (size_t i = 0; i < list.n; i++)
                print_error("unexpected: %s\n", list.findings[i].id);
        assert_int_equal(list.n, 0);
        finding_list_done(&list);
}

/* Exactly the finding that the change means, with its texts, and no other. */
static void test_each(void **state) {
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                FindingList list = {};
                QuietHost host;

                quiet_host_init(&host);
                cases[i].change(&host);
                assert_int_equal(profile_find(&host.profile, &list), 0);
                if (list.n != 1)
                        print_error("%s: %zu findings\n", cases[i].id, list.n);
                assert_int_equal(list.n, 1);
                assert_string_equal(list.findings[0].id, cases[i].id);
                assert_int_equal(list.findings[0].severity, cases[i].severity);
                if (cases[i].subject)
                        assert_string_equal(list.findings[0].subject, cases[i].subject);
                assert_true(*list.findings[0].summary && *list.findings[0].detail &&
                                *list.findings[0].remedy);
                finding_list_done(&list);
        }
}

/* What is unknown raises no alarm by itself. */
static void test_unknown_is_silent(void **state) {
        const Fact unknown = UNKNOWN(REASON_PERMISSION);
        FindingList list = {};
        QuietHost host;

        quiet_host_init(&host);
        for (size_t i = 0; i < sizeof(host.profile.widths) / sizeof(Fact); i++)
                ((Fact *) &host.profile.widths)[i] = unknown;
        host.profile.paging = (ProfilePaging){};
        host.profile.encryption = (ProfileEncryption){};
        host.profile.memory.ram_top = unknown;
        host.profile.groups[0].isolated = TRISTATE_UNKNOWN;
        host.profile.groups[0].assignable = TRISTATE_UNKNOWN;
        assert_int_equal(profile_find(&host.profile, &list), 0);
        assert_int_equal(list.n, 0);
        finding_list_done(&list);
}

/* Bits have what they reach beside them: 2^39 bytes are 512 GiB. */
static void test_reach_of_devices(void **state) {
        static const struct {
                unsigned iova, cpu;
                const char *summary;
        } vectors[] = {
                { 39, 46, "Devices can address 39 bits (512 GiB), the CPU 46 bits (64 TiB)" },
                { 32, 40, "Devices can address 32 bits (4 GiB), the CPU 40 bits (1 TiB)" },
                { 48, 52, "Devices can address 48 bits (256 TiB), the CPU 52 bits (4 PiB)" },
                { 63, 64, "Devices can address 63 bits (8 EiB), the CPU 64 bits (16 EiB)" },
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                FindingList list = {};
                QuietHost host;
                size_t j = 0;

                quiet_host_init(&host);
                host.profile.widths.iova_bits = MEASURED(vectors[i].iova);
                host.profile.widths.cpu_physical_bits = MEASURED(vectors[i].cpu);
                assert_int_equal(profile_find(&host.profile, &list), 0);
                while (j < list.n && strcmp(list.findings[j].id, "iommu-narrower-than-cpu") != 0)
                        j++;
                assert_true(j < list.n);
                assert_string_equal(list.findings[j].summary, vectors[i].summary);
                finding_list_done(&list);
        }
}

static void test_worst_first(void **state) {
        FindingList list = {};
        QuietHost host;

        quiet_host_init(&host);
        virtualised(&host);
        narrower(&host);
        dmar_refused(&host);
        assert_int_equal(profile_find(&host.profile, &list), 0);
        assert_int_equal(list.n, 3);
        assert_string_equal(list.findings[0].id, "dmar-fault");
        assert_string_equal(list.findings[1].id, "iommu-narrower-than-cpu");
        assert_string_equal(list.findings[2].id, "virtualised-host");
        finding_list_done(&list);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_quiet),
                cmocka_unit_test(test_each),
                cmocka_unit_test(test_unknown_is_silent),
                cmocka_unit_test(test_reach_of_devices),
                cmocka_unit_test(test_worst_first),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
