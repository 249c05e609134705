/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include "doctor/diagnose-parts.h"
#include "probe/cleanup.h"

/* Findings that explain an unknown value, or a missing part of the host. */
static const FindingId explaining[] = {
        FINDING_ARCHITECTURE_NOT_SUPPORTED,
        FINDING_IOMMU_ABSENT,
        FINDING_IOMMU_FIRMWARE_ONLY,
        FINDING_IOMMU_WIDTH_UNKNOWN,
        FINDING_KVM_ABSENT,
        FINDING_MSI_ISOLATION_UNKNOWN,
        FINDING_PROFILE_INCOMPLETE,
        FINDING_SMMU_NOT_DRIVEN,
        FINDING_SVM_DISABLED_BY_FIRMWARE,
        FINDING_VMX_LOCKED_BY_FIRMWARE,
        FINDING_XEN_HVM_OFF,
        FINDING_XEN_IOMMU_OFF,
        FINDING_XEN_NOT_ASKED,
};

static const Finding *find(const Profile *profile, FindingId id) {
        for (size_t i = 0; i < profile->findings.n; i++)
                if (strcmp(profile->findings.findings[i].id, finding_id_to_string(id)) == 0)
                        return &profile->findings.findings[i];
        return NULL;
}

bool diagnosis_refused(const Profile *profile, const char *path) {
        const Finding *finding = find(profile, FINDING_PROFILE_INCOMPLETE);
        size_t n = strlen(path);

        /* "Cannot read: /dev/kvm, /sys/class/iommu. Values …": a path ends before a comma or a full stop. */
        for (const char *at = finding ? strstr(finding->detail, path) : NULL; at; at = strstr(at + 1, path))
                if (n == 0 || at[n] == ',' || at[n] == '.')
                        return true;
        return false;
}

/* ── widths ────────────────────────────────────────────────────────────────────────────────────────────── */

static const char *remedy_of(Reason reason) {
        static const char *const remedies[_REASON_MAX] = {
                [REASON_ABSENT] = "None if this host does not have it: see the other entries.",
                [REASON_PERMISSION] = "Run hawctl as root, or let the service and its collector run.",
                [REASON_HIDDEN] = "Run hawctl as root, or let the service and its collector run.",
                [REASON_UNSUPPORTED_KERNEL] = "Use a newer kernel.",
                [REASON_NOT_APPLICABLE] = "None: it has no meaning on this host.",
                [REASON_AMBIGUOUS] = "None: what the host tells has two meanings.",
                [REASON_XEN] = "None: Xen has it, and does not say it.",
                [REASON_RESOURCES] = "Free memory, or raise the limit of open files, and try again.",
        };
        const char *remedy = reason < _REASON_MAX ? remedies[reason] : NULL;

        return remedy ? remedy : "Report it to hawd, with the output of 'hawctl capture'.";
}

/* Of a guest of Xen; NULL if what is said of all hosts holds. */
static const char *remedy_in_guest(const Profile *profile, const Fact *fact) {
        if (profile->xen.role != XEN_ROLE_GUEST)
                return NULL;
        if (fact->reason == REASON_XEN)
                return "None here: run 'hawctl doctor' in dom0 for what guests of Xen get.";
        return fact == &profile->widths.iova_bits && fact->reason == REASON_ABSENT
                        ? "None: Xen gives its guests no IOMMU."
                        : NULL;
}

/* The finding that explains an unknown width. */
static const Finding *find_cause(const Profile *profile, const Fact *fact) {
        static const FindingId of_devices[] = { FINDING_IOMMU_ABSENT, FINDING_IOMMU_FIRMWARE_ONLY,
                FINDING_IOMMU_WIDTH_UNKNOWN, FINDING_XEN_IOMMU_OFF };
        const ProfileWidths *widths = &profile->widths;
        const Finding *finding = NULL;

        if (fact == &widths->iova_bits)
                for (size_t i = 0; i < ELEMENTS(of_devices) && !finding; i++)
                        finding = find(profile, of_devices[i]);
        if (fact == &widths->guest_physical_bits || fact == &widths->guest_mappable_bits)
                finding = find(profile,
                                profile->xen.role == XEN_ROLE_CONTROL ? FINDING_XEN_HVM_OFF
                                                                      : FINDING_KVM_ABSENT);
        if (!finding && fact->reason == REASON_XEN)
                finding = find(profile, FINDING_XEN_NOT_ASKED);
        return finding;
}

static void diagnose_width(const Profile *profile, const char *name, const char *key, const Fact *fact,
                Diagnosis *diagnosis) {
        const Finding *cause = find_cause(profile, fact);
        const char *in_guest = remedy_in_guest(profile, fact);
        DiagnosisEntry *entry;

        if (fact_known(fact))
                return;
        entry = diagnosis_add(diagnosis, key, DIAGNOSIS_PROBLEM, *fact->source ? fact->source : key);
        diagnosis_found(entry, "The %s width is unknown (%s): %s", name, reason_to_string(fact->reason),
                        fact->source);
        if (cause)
                diagnosis_remedy(entry, "See %s.", cause->id);
        else
                diagnosis_remedy(entry, "%s", in_guest ? in_guest : remedy_of(fact->reason));
}

static void diagnose_widths(const Profile *profile, Diagnosis *diagnosis) {
        const ProfileWidths *widths = &profile->widths;
        size_t before = diagnosis->n;
        DiagnosisEntry *entry;

        diagnose_width(profile, "CPU physical", "cpu-physical-bits", &widths->cpu_physical_bits, diagnosis);
        diagnose_width(profile, "host physical", "host-physical-bits", &widths->host_physical_bits,
                        diagnosis);
        diagnose_width(profile, "guest physical", "guest-physical-bits", &widths->guest_physical_bits,
                        diagnosis);
        diagnose_width(profile, "guest mappable", "guest-mappable-bits", &widths->guest_mappable_bits,
                        diagnosis);
        diagnose_width(profile, "IOVA (devices)", "iova-bits", &widths->iova_bits, diagnosis);
        if (diagnosis->n != before)
                return;
        entry = diagnosis_add(diagnosis, "widths", DIAGNOSIS_OK, "the five widths");
        diagnosis_found(entry, "All five widths are known");
}

void diagnose_profile(const Profile *profile, Diagnosis *diagnosis) {
        for (size_t i = 0; i < ELEMENTS(explaining); i++) {
                const Finding *finding = find(profile, explaining[i]);
                DiagnosisEntry *entry;

                if (!finding)
                        continue;
                entry = diagnosis_add(diagnosis, finding->id, DIAGNOSIS_PROBLEM, finding->subject);
                diagnosis_found(entry, "%s. %s", finding->summary, finding->detail);
                diagnosis_remedy(entry, "%s", finding->remedy);
        }
        diagnose_widths(profile, diagnosis);
}
