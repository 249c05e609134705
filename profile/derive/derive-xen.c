/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/derive/derive-xen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PHYSINFO "Xen physinfo"
/* The highest page number whose end is an address of 64 bits. */
#define PAGE_MAX (UINT64_MAX / XEN_PAGE_SIZE - 1)

/* KVM shows its own leaves after those of Xen if a VMM wants its guest to see Xen (QEMU's xen-version). */
bool derive_xen_is_kvm(const Facts *facts) {
        static const CpuidLeaf kvm = { .ebx = 0x4b4d564b, .ecx = 0x564b4d56, .edx = 0x4d };
        const XenCpuid *xen = &facts->xen.cpuid;
        const CpuidLeaf *leaf = facts->cpu.cpuid_reason == REASON_NONE && xen->found
                        ? cpuid_table_find(&facts->cpu.cpuid, xen->base + XEN_CPUID_STEP, 0)
                        : NULL;

        return leaf && leaf->ebx == kvm.ebx && leaf->ecx == kvm.ecx && leaf->edx == kvm.edx;
}

/* A domain without privilege sees nothing of the host. So does one that does not tell: this is the safe answer only
 * for a guest, and dom0 tells. */
static XenRole role_of(const Facts *facts) {
        const XenFacts *xen = &facts->xen;

        if (xen->running != TRISTATE_YES || (xen->control != TRISTATE_YES && derive_xen_is_kvm(facts)))
                return XEN_ROLE_NONE;
        return xen->control == TRISTATE_YES ? XEN_ROLE_CONTROL : XEN_ROLE_GUEST;
}

static void derive_version(const XenFacts *xen, ProfileXen *ret) {
        const XenAnswers *answers = &xen->answers;

        if (xen->answers_reason == REASON_NONE && answers->version_reason == REASON_NONE)
                snprintf(ret->version, sizeof(ret->version), "%u.%u%s", answers->major, answers->minor,
                                answers->extra);
        else if (xen->version_known)
                snprintf(ret->version, sizeof(ret->version), "%u.%u%s", xen->major, xen->minor, xen->extra);
}

Reason derive_xen_reason(const Facts *facts) {
        return facts->xen.control == TRISTATE_YES && facts->xen.answers_reason == REASON_PERMISSION
                        ? REASON_PERMISSION
                        : REASON_XEN;
}

static bool has_physinfo(const XenFacts *xen) {
        return xen->answers_reason == REASON_NONE && xen->answers.physinfo_reason == REASON_NONE;
}

static bool has_log(const XenFacts *xen) {
        return xen->log_reason == REASON_NONE;
}

static Fact capability(const Facts *facts, XenCapability which, const char *name) {
        if (has_physinfo(&facts->xen))
                return fact_measured(xen_answers_has(&facts->xen.answers, which), PHYSINFO ": %s", name);
        return fact_unknown(derive_xen_reason(facts), PHYSINFO ": %s", name);
}

static Fact logged(const Facts *facts, Tristate state, const char *line) {
        if (has_log(&facts->xen) && state != TRISTATE_UNKNOWN)
                return fact_measured(state == TRISTATE_YES, "Xen's boot log: %s", line);
        return fact_unknown(derive_xen_reason(facts), "Xen's boot log: %s", line);
}

/* Where Xen does not answer, its log may. */
static Fact either(const Fact *answer, const Fact *line) {
        return fact_known(answer) || !fact_known(line) ? *answer : *line;
}

static Fact both(const Fact *a, const Fact *b, const char *name) {
        if (fact_known(a) && !a->value)
                return *a;
        if (!fact_known(b) || !b->value)
                return *b;
        return fact_known(a) ? fact_measured(1, PHYSINFO ": %s", name) : *a;
}

static void derive_capabilities(const Facts *facts, ProfileXen *ret) {
        const XenLog *log = &facts->xen.log;
        Fact hvm_line = logged(facts,
                        log->hvm == XEN_VIRTUALISATION_UNKNOWN
                                        ? TRISTATE_UNKNOWN
                                        : tristate(log->hvm != XEN_VIRTUALISATION_DISABLED_BY_FIRMWARE),
                        "HVM");
        Fact hap_line = logged(facts, log->hap, "Hardware Assisted Paging");
        Fact iommu_line = logged(facts, log->iommu_enabled, "I/O virtualisation");
        Fact directio = capability(facts, XEN_CAPABILITY_DIRECTIO, "directio"),
             hvm = capability(facts, XEN_CAPABILITY_HVM, "hvm"),
             hap = capability(facts, XEN_CAPABILITY_HAP, "hap"),
             pv = capability(facts, XEN_CAPABILITY_PV, "pv");

        ret->hvm = either(&hvm, &hvm_line);
        ret->hap = either(&hap, &hap_line);
        ret->shadow = capability(facts, XEN_CAPABILITY_SHADOW, "shadow");
        directio = either(&directio, &iommu_line);
        ret->passthrough_hvm = both(&directio, &ret->hvm, "hvm_directio");
        ret->passthrough_pv = both(&directio, &pv, "pv_directio");
        ret->shared_page_tables = capability(facts, XEN_CAPABILITY_SHARED_TABLES, "iommu_hap_pt_share");
}

static Fact max_address(const Facts *facts) {
        const XenPhysinfo *physinfo = &facts->xen.answers.physinfo;

        if (!has_physinfo(&facts->xen))
                return fact_unknown(derive_xen_reason(facts), PHYSINFO ": max_mfn");
        if (physinfo->max_mfn > PAGE_MAX)
                return fact_unknown(REASON_MALFORMED, PHYSINFO ": max_mfn");
        return fact_measured((physinfo->max_mfn + 1) * XEN_PAGE_SIZE,
                        PHYSINFO ": max_mfn, with memory that can be plugged in");
}

/* Xen walks the tables of HVM guests itself, up to four levels (xen/arch/x86/mm/guest_walk.c). */
static Fact guest_la57(const Facts *facts) {
        const XenAnswers *answers = &facts->xen.answers;
        CpuidFeature feature = {};

        if (facts->xen.answers_reason == REASON_NONE &&
                        answers->policies[XEN_POLICY_HVM_MAX].reason == REASON_NONE) {
                cpuid_feature_decode(&answers->policies[XEN_POLICY_HVM_MAX].leaves, &feature);
                if (feature.leaf_7_known)
                        return fact_measured(feature.la57, "Xen's policy for HVM guests: CPUID 0x7 ECX[16]");
        }
        return fact_unknown(derive_xen_reason(facts), "Xen's policy for HVM guests: CPUID 0x7 ECX[16]");
}

/* ── reserved device memory ────────────────────────────────────────────────────────────────────────────── */

static int compare_regions(const void *a, const void *b) {
        const ProfileXenRegion *x = a, *y = b;

        if (x->start != y->start)
                return x->start < y->start ? -1 : 1;
        if (x->end != y->end)
                return x->end < y->end ? -1 : 1;
        if (x->has_device != y->has_device)
                return x->has_device ? -1 : 1;
        return x->has_device ? pci_address_compare(&x->device, &y->device) : 0;
}

/* Xen lists all regions without their devices, and those of each device: one without any stays as it is. */
static bool is_told(const ProfileXenRegion *regions, size_t n, const ProfileXenRegion *region) {
        for (size_t i = 0; i < n; i++)
                if (regions[i].has_device && regions[i].start == region->start &&
                                regions[i].end == region->end)
                        return true;
        return false;
}

static bool has_amd_units(const Facts *facts) {
        if (has_log(&facts->xen) && facts->xen.log.iommu != XEN_IOMMU_UNKNOWN)
                return facts->xen.log.iommu == XEN_IOMMU_AMDVI;
        return facts->acpi.ivrs_reason == REASON_NONE;
}

static int derive_regions(const Facts *facts, ProfileXen *ret) {
        const XenAnswers *answers = &facts->xen.answers;

        ret->reserved_reason = facts->xen.answers_reason == REASON_NONE &&
                                        answers->reserved_reason != REASON_PERMISSION
                        ? answers->reserved_reason == REASON_NONE ? REASON_NONE : REASON_XEN
                        : derive_xen_reason(facts);
        /* Before 4.16 Xen had no answer for AMD's units, and gave none. */
        if (answers->n_reserved == 0 && answers->major == 4 && answers->minor < 16 && has_amd_units(facts))
                ret->reserved_reason = REASON_XEN;
        if (ret->reserved_reason != REASON_NONE || answers->n_reserved == 0)
                return 0;
        ret->reserved = calloc(answers->n_reserved, sizeof(ProfileXenRegion));
        if (!ret->reserved)
                return -ENOMEM;
        for (unsigned pass = 0; pass < 2; pass++)
                for (size_t i = 0; i < answers->n_reserved; i++) {
                        const XenReserved *reserved = &answers->reserved[i];
                        const ProfileXenRegion region = {
                                .start = reserved->start_pfn * XEN_PAGE_SIZE,
                                .end = (reserved->start_pfn + reserved->n_pages) * XEN_PAGE_SIZE - 1,
                                .device = reserved->device,
                                .has_device = reserved->has_device,
                        };

                        if (reserved->has_device == (pass == 0) &&
                                        (reserved->has_device ||
                                                        !is_told(ret->reserved, ret->n_reserved, &region)))
                                ret->reserved[ret->n_reserved++] = region;
                }
        if (ret->n_reserved > 1)
                qsort(ret->reserved, ret->n_reserved, sizeof(ProfileXenRegion), compare_regions);
        return 0;
}

/* Whole options, as many as there is room for. */
static void copy_options(const char *options, char *ret, size_t size) {
        size_t n = strlen(options);

        if (n >= size) {
                n = size - 1;
                while (n > 0 && options[n] != ' ')
                        n--;
        }
        memcpy(ret, options, n);
        ret[n] = 0;
}

int derive_xen(const Facts *facts, ProfileXen *ret) {
        const XenFacts *xen = &facts->xen;

        ret->role = role_of(facts);
        if (ret->role == XEN_ROLE_NONE)
                return 0;
        ret->domain_type = xen->domain_type;
        derive_version(xen, ret);
        ret->command_line_reason = xen->answers_reason != REASON_NONE     ? derive_xen_reason(facts)
                        : xen->answers.command_line_reason != REASON_NONE ? REASON_XEN
                                                                          : REASON_NONE;
        if (ret->command_line_reason == REASON_NONE)
                copy_options(xen->answers.command_line, ret->command_line, sizeof(ret->command_line));
        derive_capabilities(facts, ret);
        ret->max_address = max_address(facts);
        ret->guest_la57 = guest_la57(facts);
        return derive_regions(facts, ret);
}
