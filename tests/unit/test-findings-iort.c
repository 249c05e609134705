/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "profile/findings/findings.h"
#include "tests/unit/quiet-host.h"

/* What the firmware of arm64 hosts says in the IORT: one change to the quiet host, and the one finding of it. */

static void iort_fault(QuietHost *h) {
        static Fault fault = { .offset = 36, .rule = "node-count", .text = "the header counts 9 nodes" };

        h->profile.firmware.iort_faults = (FaultList){ .n = 1, .faults = &fault };
}

/* One root complex, of the quiet host's segment, and one unit before it. */
static void with_iort(QuietHost *h, uint8_t limit) {
        static IortMapping mapping = { .count = 0x10000, .output_base = 0x20000, .valid = true };
        static IortUnit unit = { .type = IORT_SMMU_V3, .base = 0x9050000 };
        static IortRootComplex complex;

        complex = (IortRootComplex){
                .revision = 4, .memory_address_limit = limit, .n_mappings = 1, .mappings = &mapping
        };
        h->profile.firmware.iort_reason = REASON_NONE;
        h->profile.firmware.iort = (Iort){
                .n_units = 1, .units = &unit, .n_root_complexes = 1, .root_complexes = &complex
        };
}

static void smmu_not_driven(QuietHost *h) {
        with_iort(h, 64);
}

static void smmu_driven(QuietHost *h) {
        snprintf(h->iommus[0].name, sizeof(h->iommus[0].name), "smmu3.0x0000000009050000");
}

/* The host has the kernel's word for none of them. */
static void none_driven(QuietHost *h) {
        with_iort(h, 64);
        h->profile.n_iommus = 0;
        h->devices[0].iommu = -1;
        h->profile.firmware.dmar_reason = REASON_ABSENT;
        h->profile.widths.iova_bits = fact_unknown(REASON_ABSENT, "test");
}

static void memory_address_limit(QuietHost *h) {
        with_iort(h, 47);
        smmu_driven(h);
}

/* VFIO may offer 48. */
static void limit_below_unknown(QuietHost *h) {
        with_iort(h, 40);
        smmu_driven(h);
        h->devices[0].iommu = -1;
}

/* Function 01:00.0 has the id 0x20100 behind the unit. */
static void with_rmr(QuietHost *h, uint32_t id) {
        static IortMapping mapping = { .count = 1, .valid = true };
        static IortRange range = { 0x50000000, 0x500fffff };
        static IortReserved reserved = {
                .n_ranges = 1, .ranges = &range, .n_mappings = 1, .mappings = &mapping
        };

        with_iort(h, 64);
        smmu_driven(h);
        mapping.output_base = id;
        h->profile.firmware.iort.n_reserved = 1;
        h->profile.firmware.iort.reserved = &reserved;
}

static void rmr_not_kept(QuietHost *h) {
        with_rmr(h, 0x20100);
}

static const struct {
        const char *id, *subject;
        Severity severity;
        void (*change)(QuietHost *host);
} cases[] = {
        { "iort-fault", "IORT", SEVERITY_WARNING, iort_fault },
        { "smmu-not-driven", "SMMU 0x9050000", SEVERITY_WARNING, smmu_not_driven },
        { "iommu-firmware-only", "host", SEVERITY_WARNING, none_driven },
        { "memory-address-limit", "PCI segment 0000", SEVERITY_WARNING, memory_address_limit },
        { "memory-address-limit", "PCI segment 0000", SEVERITY_WARNING, limit_below_unknown },
        { "rmr-not-kept", "0000:01:00.0", SEVERITY_INFO, rmr_not_kept },
};

static void test_each(void **state) {
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                FindingList list = {};
                QuietHost host;

                quiet_host_init(&host);
                cases[i].change(&host);
                assert_int_equal(profile_find(&host.profile, &list), 0);
                for (size_t j = 0; list.n != 1 && j < list.n; j++)
                        print_error("%s: %s\n", cases[i].id, list.findings[j].id);
                assert_int_equal(list.n, 1);
                assert_string_equal(list.findings[0].id, cases[i].id);
                assert_string_equal(list.findings[0].subject, cases[i].subject);
                assert_int_equal(list.findings[0].severity, cases[i].severity);
                assert_true(*list.findings[0].summary && *list.findings[0].detail &&
                                *list.findings[0].remedy);
                finding_list_done(&list);
        }
}

/* A limit as wide as what VFIO offers, memory of another device, and a region that the kernel has. */
static void test_iort_is_silent(void **state) {
        for (unsigned i = 0; i < 4; i++) {
                FindingList list = {};
                QuietHost host;

                quiet_host_init(&host);
                with_iort(&host, i == 0 ? 48 : 64);
                smmu_driven(&host);
                if (i == 1)
                        with_rmr(&host, 0x20101);
                if (i >= 2) {
                        with_rmr(&host, 0x20100);
                        host.regions[1] = (ReservedRegion){
                                .start = 0x50000000, .end = 0x500fffff, .type = RESERVED_DIRECT_RELAXABLE
                        };
                        host.groups[0].regions.n = 2;
                }
                if (i == 3) /* no devices of this segment */
                        host.profile.firmware.iort.root_complexes[0].segment = 1;
                assert_int_equal(profile_find(&host.profile, &list), 0);
                for (size_t j = 0; j < list.n; j++)
                        print_error("%u: %s\n", i, list.findings[j].id);
                assert_int_equal(list.n, 0);
                finding_list_done(&list);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_each),
                cmocka_unit_test(test_iort_is_silent),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
