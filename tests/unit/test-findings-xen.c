/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "profile/findings/findings.h"
#include "tests/unit/quiet-host.h"

#define MEASURED(value) fact_measured((value), "test")
#define UNKNOWN(reason) fact_unknown((reason), "test")

/* dom0 of a host on which all is well: it has one finding, that Xen runs it. */
static void dom0_init(QuietHost *h) {
        Profile *profile = &h->profile;
        ProfileXen *xen = &profile->xen;

        quiet_host_init(h);
        xen->role = XEN_ROLE_CONTROL;
        xen->domain_type = XEN_DOMAIN_PV;
        snprintf(xen->version, sizeof(xen->version), "4.17.5");
        xen->hvm = xen->hap = xen->shadow = xen->passthrough_hvm = xen->passthrough_pv = MEASURED(1);
        xen->shared_page_tables = xen->guest_la57 = MEASURED(0);
        xen->max_address = profile->memory.ram_top;
        profile->n_groups = 0;
        profile->groups_reason = REASON_XEN;
        profile->paging.kvm_loaded = profile->paging.kvm_guest_phys_bits_offered = UNKNOWN(REASON_XEN);
        profile->memory.n_ranges = 0; /* dom0's own memory is no matter of the host */
}

/* One change to it: no other finding comes of it, or this one with these words in its remedy. */
typedef struct Case {
        const char *id; /* NULL: none */
        Severity severity;
        const char *remedy;
        void (*change)(QuietHost *host);
} Case;

/* ── what only Linux believes ──────────────────────────────────────────────────────────────────────────── */

static void virtual_cpus_differ(QuietHost *h) {
        h->profile.widths.cpuinfo_min_bits = MEASURED(39);
        h->profile.encryption.bits_taken = UNKNOWN(REASON_XEN);
}

static void flags_lack_svm(QuietHost *h) {
        h->profile.host.vendor = CPU_VENDOR_AMD;
        h->profile.paging.virtualisation_enabled = MEASURED(0);
}

static void flags_lack_vmx(QuietHost *h) {
        h->profile.paging.virtualisation_enabled = MEASURED(0);
}

static void four_levels(QuietHost *h) {
        h->profile.paging.la57_capable = MEASURED(1);
}

static void empty_sysfs(QuietHost *h) {
        h->profile.n_iommus = 0;
        h->profile.widths.iova_bits = UNKNOWN(REASON_XEN);
}

static void as_wide_as_guests(QuietHost *h) {
        h->profile.widths.cpu_physical_bits = h->profile.widths.cpuinfo_min_bits =
                        h->profile.widths.cpuinfo_max_bits = MEASURED(52);
        h->profile.widths.guest_physical_bits = h->profile.widths.guest_mappable_bits = MEASURED(48);
}

/* ── what is Xen's matter ──────────────────────────────────────────────────────────────────────────────── */

static void nothing(QuietHost *h) {
}

static void nested(QuietHost *h) {
        snprintf(h->profile.host.virtualised, sizeof(h->profile.host.virtualised), "kvm");
}

static void encryption(QuietHost *h) {
        h->profile.encryption.bits_taken = fact_derived(5, "test");
}

static void refused(QuietHost *h) {
        h->profile.refused[0] = "/dev/xen/privcmd";
        h->profile.n_refused = 1;
}

static void remapping_off(QuietHost *h) {
        h->iommus[0].interrupt_remapping_enabled = MEASURED(0);
}

static void narrower(QuietHost *h) {
        h->profile.widths.iova_bits = MEASURED(39);
        h->profile.memory.ram_top = MEASURED(UINT64_C(0x100000000));
}

static void not_logged(QuietHost *h) {
        h->iommus[0].bits = h->iommus[0].cap = UNKNOWN(REASON_XEN);
        h->profile.widths.iova_bits = UNKNOWN(REASON_XEN);
}

static void units_differ(QuietHost *h) {
        h->profile.n_iommus = 2;
        h->iommus[1].bits = MEASURED(39);
}

static void iommu_option(QuietHost *h) {
        empty_sysfs(h);
        h->profile.xen.passthrough_hvm = MEASURED(0);
        snprintf(h->profile.xen.command_line, sizeof(h->profile.xen.command_line), "iommu=off loglvl=all");
}

static void iommu_missing(QuietHost *h) {
        empty_sysfs(h);
        h->profile.xen.passthrough_hvm = MEASURED(0);
        /* Another option with the same letters. */
        snprintf(h->profile.xen.command_line, sizeof(h->profile.xen.command_line), "xiommu=off iommu=offx");
}

static void iommu_missing_in_a_machine(QuietHost *h) {
        h->profile.xen.passthrough_hvm = MEASURED(0);
        empty_sysfs(h);
        snprintf(h->profile.host.virtualised, sizeof(h->profile.host.virtualised), "%s", "");
}

static void hvm_off(QuietHost *h) {
        h->profile.xen.hvm = MEASURED(0);
        h->profile.xen.passthrough_hvm = h->profile.xen.hap = MEASURED(0);
}

static void hap_option(QuietHost *h) {
        h->profile.xen.hap = MEASURED(0);
        snprintf(h->profile.xen.command_line, sizeof(h->profile.xen.command_line), "hap=0");
}

static void hap_missing(QuietHost *h) {
        h->profile.xen.hap = h->profile.paging.second_level_capable = MEASURED(0);
}

static void silent(QuietHost *h) {
        h->profile.xen.max_address = UNKNOWN(REASON_XEN);
        h->profile.xen.command_line_reason = REASON_XEN;
}

static void newer(QuietHost *h) {
        h->profile.xen.max_address = UNKNOWN(REASON_XEN);
}

static void table_rejected(QuietHost *h) {
        static const Fault fault = { .rule = "length", .text = "test" };

        h->profile.firmware.dmar.linux_refuses = true;
        h->profile.firmware.dmar_faults = (FaultList){ .n = 1, .faults = (Fault *) &fault };
}

static void ram_above(QuietHost *h) {
        h->profile.widths.iova_bits = MEASURED(46);
        h->profile.memory.ram_top = MEASURED(UINT64_C(0x500000000000));
}

static void bar_above(QuietHost *h) {
        h->profile.widths.iova_bits = MEASURED(47);
        h->bars[0].start = UINT64_C(1) << 47;
        h->bars[0].end = h->bars[0].start + 0xfff;
}

static ProfileXenRegion shared[] = {
        { .start = 0x70000000, .end = 0x7000ffff, .device = { .bus = 1 }, .has_device = true },
        { .start = 0x70000000, .end = 0x7000ffff, .device = { .bus = 2 }, .has_device = true },
        { .start = 0x80000000, .end = 0x8000ffff, .device = { .bus = 2 }, .has_device = true },
};

static void region_shared(QuietHost *h) {
        h->profile.xen.reserved = shared;
        h->profile.xen.n_reserved = ELEMENTS(shared);
}

static void regions_of_one(QuietHost *h) {
        h->profile.xen.reserved = shared + 1;
        h->profile.xen.n_reserved = 2;
}

static void shared_on_amd(QuietHost *h) {
        region_shared(h);
        h->iommus[0].kind = IOMMU_AMD_VI;
}

/* No device reaches the range. */
static void narrow_amd(QuietHost *h) {
        narrower(h);
        h->iommus[0].kind = IOMMU_AMD_VI;
}

static const Case cases[] = {
        { NULL, 0, NULL, nothing },
        { NULL, 0, NULL, virtual_cpus_differ },
        { NULL, 0, NULL, flags_lack_svm },
        { NULL, 0, NULL, flags_lack_vmx },
        { NULL, 0, NULL, four_levels },
        { NULL, 0, NULL, empty_sysfs },
        { NULL, 0, NULL, as_wide_as_guests },
        { NULL, 0, NULL, regions_of_one },
        { "hypertransport-hole", SEVERITY_INFO, "1008 GiB", shared_on_amd },
        { "virtualised-host", SEVERITY_INFO, "outer host", nested },
        { "encryption-takes-bits", SEVERITY_INFO, "None: Xen has no option", encryption },
        { "profile-incomplete", SEVERITY_INFO, "hawd-collect-xen.service'", refused },
        { "interrupt-remapping-off", SEVERITY_WARNING, "Xen's command line", remapping_off },
        { "iommu-narrower-than-cpu", SEVERITY_WARNING, "maxmem", narrower },
        { "iommu-narrower-than-cpu", SEVERITY_WARNING, "maxmem", narrow_amd },
        { "iommu-width-unknown", SEVERITY_INFO, "iommu=verbose", not_logged },
        { "iommu-units-differ", SEVERITY_WARNING, "hawctl devices", units_differ },
        { "xen-iommu-off", SEVERITY_WARNING, "Remove iommu=off", iommu_option },
        { "xen-iommu-off", SEVERITY_WARNING, "firmware setup", iommu_missing },
        { "xen-iommu-off", SEVERITY_WARNING, "firmware setup", iommu_missing_in_a_machine },
        { "xen-hvm-off", SEVERITY_WARNING, "VT-x or SVM", hvm_off },
        { "xen-hap-off", SEVERITY_WARNING, "Remove hap=0", hap_option },
        { "xen-hap-off", SEVERITY_WARNING, "does not report EPT", hap_missing },
        { "xen-not-asked", SEVERITY_WARNING, "xen-privcmd", silent },
        { "xen-not-asked", SEVERITY_WARNING, "version of hawd", newer },
        { "dmar-fault", SEVERITY_WARNING, "tables/RMAD", table_rejected },
        { "ram-above-iova", SEVERITY_WARNING, "below 46 bits of address space.", ram_above },
        { "bar-above-iova", SEVERITY_WARNING, "hawctl check", bar_above },
        { "xen-region-shared", SEVERITY_WARNING, "rdm_policy=relaxed", region_shared },
};

/* No word of Linux's ways to guests. */
static void assert_no_kvm(const Finding *finding) {
        static const char *const words[] = { "modprobe", "kvm_", "libvirt", "QEMU", "VFIO allows",
                "intel_iommu", "sys/class/iommu" };

        for (size_t i = 0; i < ELEMENTS(words); i++)
                if (strstr(finding->remedy, words[i]))
                        fail_msg("%s: '%s' in: %s", finding->id, words[i], finding->remedy);
}

static void test_each(void **state) {
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                const Finding *other = NULL;
                FindingList list = {};
                QuietHost host;

                dom0_init(&host);
                cases[i].change(&host);
                assert_int_equal(profile_find(&host.profile, &list), 0);
                for (size_t j = 0; j < list.n; j++) {
                        assert_no_kvm(&list.findings[j]);
                        if (strcmp(list.findings[j].id, "xen-controls-host") != 0)
                                other = &list.findings[j];
                }
                if (list.n != (cases[i].id ? 2 : 1))
                        fail_msg("case %zu: %zu findings, one is %s", i, list.n, other ? other->id : "none");
                if (cases[i].id && other) {
                        assert_string_equal(other->id, cases[i].id);
                        assert_int_equal(other->severity, cases[i].severity);
                        if (!strstr(other->remedy, cases[i].remedy))
                                fail_msg("case %zu: '%s' is not in: %s", i, cases[i].remedy, other->remedy);
                }
                finding_list_done(&list);
        }
}

/* A guest of Xen: nothing of firmware setup or modules. */
static void test_guest(void **state) {
        FindingList list = {};
        QuietHost host;

        quiet_host_init(&host);
        host.profile.xen.role = XEN_ROLE_GUEST;
        host.profile.xen.domain_type = XEN_DOMAIN_HVM;
        snprintf(host.profile.host.virtualised, sizeof(host.profile.host.virtualised), "xen");
        host.profile.n_iommus = host.profile.n_groups = 0;
        host.profile.firmware.dmar_reason = REASON_ABSENT;
        host.profile.widths.iova_bits = UNKNOWN(REASON_ABSENT);
        host.profile.paging.kvm_loaded = host.profile.paging.virtualisation_capable = MEASURED(0);
        host.profile.paging.kvm_guest_phys_bits_offered = UNKNOWN(REASON_ABSENT);
        assert_int_equal(profile_find(&host.profile, &list), 0);
        assert_int_equal(list.n, 2);
        assert_string_equal(list.findings[0].id, "kvm-absent");
        assert_non_null(strstr(list.findings[0].remedy, "nestedhvm=1"));
        assert_string_equal(list.findings[1].id, "virtualised-host");
        assert_non_null(strstr(list.findings[1].remedy, "dom0"));
        finding_list_done(&list);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_each),
                cmocka_unit_test(test_guest),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
