/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* R12: differences if the VMM opens devices through /dev/iommu. */

#include <stdio.h>
#include <string.h>

#include "guest/rules/run.h"
#include "profile/kernel-policy.h"

/* The device's IOMMU unit; NULL if unknown. */
static const ProfileIommu *unit_of(const CheckRun *run, const GuestDevice *device) {
        const ProfileDevice *host = check_device(run, device);
        int unit = host && host->group >= 0 ? run->profile->groups[host->group].iommu : -1;

        return unit < 0 ? NULL : &run->profile->iommus[unit];
}

/* In scalable mode, if first-stage support is known. */
static bool first_stage_only(const ProfileIommu *unit) {
        return unit->kind == IOMMU_INTEL_VTD && fact_known(&unit->first_stage_bits) &&
                        unit->second_stage_bits.reason == REASON_NOT_APPLICABLE;
}

static void put_stage(CheckRun *run, const GuestDevice *device, const ProfileIommu *unit, bool certain) {
        CheckFinding *f = check_find(run, RULE_ASSIGNMENT, certain ? VERDICT_UNSAFE : VERDICT_WARNING,
                        device->name,
                        certain ? "cannot be assigned through iommufd: its IOMMU has no second stage"
                                : "may not be assignable through iommufd: its IOMMU has no second stage in "
                                  "scalable mode");

        check_numbers(run, f, "%s has first-stage tables only; Linux %s requests second-stage tables",
                        unit->name, run->profile->host.kernel);
        check_advice(run, f,
                        "assign it without iommufd: VFIO then uses the first stage; or boot the host with "
                        "intel_iommu=on,sm_off to disable scalable mode");
}

static void rule_stage(CheckRun *run) {
        Tristate first = kernel_goes(run->profile->host.kernel, KERNEL_IOMMUFD_FIRST_STAGE);

        for (size_t i = 0; i < run->guest->n_devices && first != TRISTATE_YES; i++) {
                const GuestDevice *device = &run->guest->devices[i];
                const ProfileIommu *unit = device->assigned && device->iommufd ? unit_of(run, device) : NULL;

                if (unit && first_stage_only(unit))
                        put_stage(run, device, unit,
                                        first == TRISTATE_NO && unit->bits.provenance != PROVENANCE_ASSUMED);
        }
}

/* Cloud Hypervisor needs all BARs mapped. */
static void rule_bars_mapped(CheckRun *run) {
        const char *kernel = run->profile->host.kernel;
        const Tristate maps = kernel_maps_bars(kernel);
        const GuestDevice *device = NULL;
        CheckFinding *f;

        for (size_t i = 0; i < run->guest->n_devices && !device; i++)
                if (run->guest->devices[i].assigned && !run->guest->devices[i].mediated &&
                                run->guest->devices[i].iommufd &&
                                run->guest->devices[i].behind_viommu != TRISTATE_YES)
                        device = &run->guest->devices[i];
        if (!device || !vmm_of(run->guest)->iommufd_maps_bars || !guest_p2p_fatal(run->guest) ||
                        maps == TRISTATE_YES)
                return;
        if (maps == TRISTATE_UNKNOWN) {
                check_missing(run, "the kernel version (iommufd maps BARs since Linux 6.19)");
                return;
        }
        f = check_find(run, RULE_ASSIGNMENT, VERDICT_UNSAFE, device->name,
                        "%s exits: iommufd of this kernel does not map BARs", vmm_of(run->guest)->name);
        check_numbers(run, f, "Linux %s; iommufd maps BARs since Linux 6.19", kernel);
        check_advice(run, f,
                        "start it with --platform vfio_p2p_dma=off (Cloud Hypervisor 52 or later), or "
                        "without iommufd");
}

/* Log messages that look like a width but report other numbers. */
static void rule_symptoms(CheckRun *run) {
        CheckFinding *f;

        for (size_t i = 0; i < run->guest->n_devices; i++) {
                if (!run->guest->devices[i].assigned || !run->guest->devices[i].iommufd ||
                                vmm_of(run->guest)->iommufd_maps_bars)
                        continue;
                f = check_find(run, RULE_ASSIGNMENT, VERDICT_SAFE, run->guest->devices[i].name,
                                "no peer-to-peer DMA to its BARs: the iommufd backend of %s does not map "
                                "them",
                                vmm_of(run->guest)->name);
                check_numbers(run, f, "%s logs -14 (Bad address) for each BAR; this is harmless",
                                vmm_of(run->guest)->name);
                break;
        }
}

const CheckRule rules_iommufd[] = { rule_stage, rule_bars_mapped, rule_symptoms, NULL };
