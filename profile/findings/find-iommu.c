/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "profile/findings/findings.h"

static bool firmware_describes_units(const Profile *profile) {
        const ProfileFirmware *firmware = &profile->firmware;

        return (firmware->dmar_reason == REASON_NONE && firmware->dmar.n_units > 0) ||
                        (firmware->ivrs_reason == REASON_NONE && firmware->ivrs.n_units > 0);
}

static bool kernel_drives_none(const Profile *profile) {
        return profile->n_iommus == 0 &&
                        (profile->iommus_reason == REASON_NONE || profile->iommus_reason == REASON_ABSENT);
}

static void firmware_only_remedy(const Profile *profile, Finding *f) {
        const Cmdline *cmdline = &profile->host.cmdline;
        bool known = profile->host.cmdline_reason == REASON_NONE;

        if (known && cmdline->iommu_off)
                finding_remedy(f, "Remove iommu=off from the kernel command line.");
        else if (profile->firmware.ivrs_reason == REASON_NONE)
                finding_remedy(f,
                                known && cmdline->amd_iommu_off
                                                ? "Remove amd_iommu=off from the kernel command line."
                                                : "Look for 'AMD-Vi' in the kernel log: the driver refused the unit.");
        else
                finding_remedy(f,
                                known && cmdline->intel_iommu_off
                                                ? "Remove intel_iommu=off from the kernel command line."
                                                : "Add intel_iommu=on to the kernel command line.");
}

static void find_iommu_missing(const Profile *profile, FindingList *list) {
        const ProfileFirmware *firmware = &profile->firmware;

        if (!kernel_drives_none(profile))
                return;
        if (firmware_describes_units(profile)) {
                Finding *f = finding_add(list, "iommu-firmware-only", SEVERITY_WARNING, "host");
                finding_summary(f,
                                "Firmware describes IOMMU units, the kernel drives none: no device can be assigned");
                finding_detail(f, "ACPI %s lists %zu unit(s); /sys/class/iommu is empty.",
                                firmware->ivrs_reason == REASON_NONE ? "IVRS" : "DMAR",
                                firmware->ivrs_reason == REASON_NONE ? firmware->ivrs.n_units
                                                                     : firmware->dmar.n_units);
                firmware_only_remedy(profile, f);
                return;
        }

        bool unread = firmware->dmar_reason == REASON_PERMISSION ||
                        firmware->ivrs_reason == REASON_PERMISSION;
        Finding *f = finding_add(list, "iommu-absent", SEVERITY_WARNING, "host");
        finding_summary(f, "The kernel drives no IOMMU: no device can be assigned to a guest");
        if (unread)
                finding_detail(f,
                                "/sys/class/iommu is empty; the ACPI tables that would tell why need root.");
        else
                finding_detail(f, "/sys/class/iommu is empty and firmware describes no unit.");
        if (*profile->host.virtualised && strcmp(profile->host.virtualised, "none") != 0)
                finding_remedy(f,
                                "Give this virtual machine a virtual IOMMU, if devices are to be passed on.");
        else
                finding_remedy(f, "Enable VT-d or AMD-Vi (IOMMU) in firmware setup.");
}

static void find_interrupt_remapping(const Profile *profile, FindingList *list) {
        for (size_t i = 0; i < profile->n_iommus; i++) {
                const ProfileIommu *iommu = &profile->iommus[i];
                const Fact *enabled = &iommu->interrupt_remapping_enabled;
                bool capable = fact_known(&iommu->interrupt_remapping_capable) &&
                                iommu->interrupt_remapping_capable.value;

                if (!fact_known(enabled) || enabled->value)
                        continue;
                Finding *f = finding_add(
                                list, "interrupt-remapping-off", SEVERITY_WARNING, "%s", iommu->name);
                finding_summary(f, "Interrupts are not remapped: VFIO refuses devices behind %s",
                                iommu->name);
                finding_detail(f, "%s. The unit %s interrupt remapping.", enabled->source,
                                capable ? "offers" : "does not offer");
                finding_remedy(f, "%s",
                                capable ? "Remove intremap=off or nointremap from the kernel command line and "
                                          "enable x2APIC/VT-d in firmware; vfio_iommu_type1.allow_unsafe_interrupts=1 "
                                          "lets a guest inject interrupts into the host."
                                        : "vfio_iommu_type1.allow_unsafe_interrupts=1 allows assignment all the same; "
                                          "a guest can then inject interrupts into the host.");
        }
}

static void find_caching_mode(const Profile *profile, FindingList *list) {
        for (size_t i = 0; i < profile->n_iommus; i++) {
                const ProfileIommu *iommu = &profile->iommus[i];

                if (!fact_known(&iommu->caching_mode) || !iommu->caching_mode.value)
                        continue;
                Finding *f = finding_add(list, "iommu-caching-mode", SEVERITY_INFO, "%s", iommu->name);
                finding_summary(f, "%s reports caching mode: it is an emulated IOMMU", iommu->name);
                finding_detail(f, "%s. Real units do not set it; each mapping traps to the hypervisor.",
                                iommu->caching_mode.source);
                finding_remedy(f, "None needed; its width is the hypervisor's choice (QEMU: aw-bits).");
        }
}

void find_iommu(const Profile *profile, FindingList *list) {
        find_iommu_missing(profile, list);
        find_interrupt_remapping(profile, list);
        find_caching_mode(profile, list);
}
