/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Guests that libxl or Xen do not start (libxl__domain_config_setdefault(), libxl__arch_passthrough_mode_setdefault(),
 * arch_sanitise_domain_config()): the same from Xen 4.14 to 4.22. */

#include "tests/unit/unit.h"

#include <string.h>

#include "guest/answer/answer.h"
#include "guest/rules/check.h"
#include "guest/vmm/vmm.h"
#include "probe/cleanup.h"
#include "profile/profile.h"

typedef struct Row {
        const char *name;
        MachineKind machine;
        bool assigned;
        bool no_hvm, no_iommu, no_hap, no_sharing;
        bool unknown; /* Xen was not asked, and the CPU has 40 bits: with HAP and without alike */
        Tristate passthrough, shared, hap, nested;
        Verdict verdict;
        const char *summary, *remedy; /* of the first finding; NULL: not checked */
} Row;

static const Row rows[] = {
        { "plain", MACHINE_XEN_HVM, .verdict = VERDICT_SAFE },
        { "assigned", MACHINE_XEN_HVM, .assigned = true, .verdict = VERDICT_SAFE },
        { "to a PV guest", MACHINE_XEN_PV, .assigned = true, .verdict = VERDICT_SAFE },
        /* cap_hvm_directio of libxl says of the IOMMU only. */
        { "to an HVM guest without VT-x", MACHINE_XEN_HVM, .assigned = true, .no_hvm = true,
                        .verdict = VERDICT_UNSAFE },
        { "nested, HAP unknown", MACHINE_XEN_HVM, .nested = TRISTATE_YES, .unknown = true,
                        .verdict = VERDICT_UNKNOWN },
        { "passthrough, IOMMU unknown", MACHINE_XEN_HVM, .passthrough = TRISTATE_YES, .unknown = true,
                        .verdict = VERDICT_UNKNOWN },
        { "share_pt", MACHINE_XEN_HVM, .passthrough = TRISTATE_YES, .shared = TRISTATE_YES,
                        .verdict = VERDICT_SAFE },
        { "share_pt on AMD", MACHINE_XEN_HVM, .passthrough = TRISTATE_YES, .shared = TRISTATE_YES,
                        .no_sharing = true, .verdict = VERDICT_UNSAFE,
                        "the guest does not start: its IOMMU cannot use its page tables" },
        { "share_pt on AMD, assigned", MACHINE_XEN_HVM, .assigned = true, .passthrough = TRISTATE_YES,
                        .shared = TRISTATE_YES, .no_sharing = true, .verdict = VERDICT_UNSAFE,
                        "the guest does not start: its IOMMU cannot use its page tables" },
        { "share_pt without HAP", MACHINE_XEN_HVM, .passthrough = TRISTATE_YES, .shared = TRISTATE_YES,
                        .hap = TRISTATE_NO, .verdict = VERDICT_UNSAFE,
                        "the guest does not start: its IOMMU cannot use its page tables" },
        { "share_pt, PV", MACHINE_XEN_PV, .assigned = true, .passthrough = TRISTATE_YES,
                        .shared = TRISTATE_YES, .verdict = VERDICT_UNSAFE,
                        "the guest does not start: its IOMMU cannot use its page tables" },
        { "sync_pt on AMD", MACHINE_XEN_HVM, .passthrough = TRISTATE_YES, .shared = TRISTATE_NO,
                        .no_sharing = true, .verdict = VERDICT_SAFE },
        { "passthrough without an IOMMU", MACHINE_XEN_HVM, .passthrough = TRISTATE_YES, .no_iommu = true,
                        .verdict = VERDICT_UNSAFE,
                        "the guest does not start: passthrough is enabled, but Xen does not use an IOMMU on this host",
                        "remove passthrough" },
        { "passthrough without VT-x", MACHINE_XEN_PV, .passthrough = TRISTATE_YES, .no_hvm = true,
                        .verdict = VERDICT_SAFE },
        { "nested", MACHINE_XEN_HVM, .nested = TRISTATE_YES, .verdict = VERDICT_SAFE },
        { "nested with hap=0", MACHINE_XEN_HVM, .nested = TRISTATE_YES, .hap = TRISTATE_NO,
                        .verdict = VERDICT_UNSAFE,
                        "the guest does not start: nested virtualisation requires hardware-assisted paging (HAP)" },
        { "nested without HAP", MACHINE_XEN_HVM, .nested = TRISTATE_YES, .no_hap = true,
                        .verdict = VERDICT_UNSAFE,
                        "the guest does not start: nested virtualisation requires hardware-assisted paging (HAP)",
                        "remove nestedhvm" },
        { "no IOMMU", MACHINE_XEN_PV, .assigned = true, .no_iommu = true, .verdict = VERDICT_UNSAFE,
                        "cannot be assigned: Xen does not use an IOMMU on this host" },
};

static Fact state_of(bool value) {
        return fact_measured(value, "physinfo");
}

static void set_host(const Row *row, ProfileDevice *device, Profile *ret) {
        *device = (ProfileDevice){ .header_type_known = true, .group = -1, .xen_assignable = TRISTATE_YES };
        *ret = (Profile){ .n_devices = 1, .devices = device };
        strcpy(ret->host.architecture, "x86_64");
        ret->host.vendor = CPU_VENDOR_INTEL;
        ret->widths.cpu_physical_bits = ret->widths.iova_bits = fact_measured(46, "CPUID");
        ret->xen = (ProfileXen){ .role = XEN_ROLE_CONTROL,
                .version = "4.17.5",
                .hvm = state_of(!row->no_hvm),
                .hap = state_of(!row->no_hvm && !row->no_hap),
                .shadow = state_of(true),
                .passthrough_hvm = state_of(!row->no_hvm && !row->no_iommu),
                .passthrough_pv = state_of(!row->no_iommu),
                .shared_page_tables = state_of(!row->no_sharing) };
        if (!row->unknown)
                return;
        ret->widths.cpu_physical_bits = ret->widths.iova_bits = fact_measured(40, "CPUID");
        ret->xen.hap = ret->xen.passthrough_hvm = ret->xen.passthrough_pv =
                        fact_unknown(REASON_XEN, "not asked");
}

static void check_row(const Row *row) {
        GuestDevice device = { .name = "00:00.0", .assigned = true, .has_address = true };
        Guest guest = {
                .vmm = VMM_XEN, .machine = row->machine, .n_devices = row->assigned, .devices = &device
        };
        ProfileDevice host_device;
        Profile host;
        Check check = {};

        set_host(row, &host_device, &host);
        guest.xen.passthrough = row->passthrough;
        guest.xen.shared_tables = row->shared;
        guest.xen.hap = row->hap;
        guest.xen.nested = row->nested;
        guest.memory.ram = UINT64_C(1) << 30;
        assert_int_equal(guest_defaults(&guest, &(const GuestInstalled){}), 0);
        assert_int_equal(check_findings(&guest, &host, &check), 0);
        if (check.verdict != row->verdict)
                fail_msg("%s: %s", row->name, check_verdict_word(check.verdict));
        if (row->summary)
                assert_string_equal(check.findings[0].summary, row->summary);
        if (row->remedy)
                assert_string_equal(check.findings[0].remedy, row->remedy);
        check_done(&check);
        guest.devices = NULL;
        guest.n_devices = 0;
        guest_done(&guest);
}

static void test_rows(void **state) {
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                check_row(&rows[i]);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_rows),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
