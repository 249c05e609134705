/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "probe/decode/vtd/vtd-width.h"
#include "profile/architecture.h"
#include "profile/findings/findings.h"
#include "profile/iommu-width.h"

#define SMMU_BITS 48 /* usual; guests are seldom larger */

/* "512 GiB": what 39 bits reach. */
static void reach_text(uint64_t bits, char ret[static 16]) {
        static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };

        snprintf(ret, 16, "%u %s", 1U << bits % 10, units[bits / 10 % ELEMENTS(units)]);
}

static void find_narrower_than_cpu(const Profile *profile, FindingList *list) {
        const Fact *cpu = &profile->widths.cpu_physical_bits, *iova = &profile->widths.iova_bits;
        char devices[16], processor[16];

        if (!fact_known(cpu) || !fact_known(iova) || iova->value >= cpu->value)
                return;
        const Fact *guest = &profile->widths.guest_physical_bits;
        /* Xen's guests have 48 bits at most. */
        if (profile->xen.role == XEN_ROLE_CONTROL && fact_known(guest) && iova->value >= guest->value)
                return;
        bool arm64 = profile_is_arm64(profile);
        Finding *f = finding_add(list, FINDING_IOMMU_NARROWER_THAN_CPU,
                        arm64 && iova->value >= SMMU_BITS ? SEVERITY_INFO : SEVERITY_WARNING, "host");
        reach_text(iova->value, devices);
        reach_text(cpu->value, processor);
        finding_summary(f, "Devices can address %" PRIu64 " bits (%s), the CPU %" PRIu64 " bits (%s)",
                        iova->value, devices, cpu->value, processor);
        if (profile->xen.role == XEN_ROLE_CONTROL) {
                finding_detail(f,
                                "Assigned devices do not reach what a guest has at or above 0x%" PRIx64
                                ": Xen's tables of the unit end there. Xen refuses nothing; its log has the DMA faults. %s.",
                                UINT64_C(1) << iova->value, iova->source);
                finding_remedy(f,
                                "Keep the memory of guests with assigned devices below 0x%" PRIx64
                                " (maxmem, or <memory>); 'hawctl check' takes the limit into account.",
                                UINT64_C(1) << iova->value);
                return;
        }
        finding_detail(f,
                        "If a guest with an assigned device places RAM or a BAR at or above 0x%" PRIx64
                        ", mapping it fails with EINVAL. %s.",
                        UINT64_C(1) << iova->value, iova->source);
        if (arm64) {
                finding_remedy(f,
                                "The width of an arm64 guest has no setting: keep its RAM and its PCI window "
                                "below 0x%" PRIx64 " ('hawctl check').",
                                UINT64_C(1) << iova->value);
                return;
        }
        finding_remedy(f,
                        "Limit guests with assigned devices: libvirt <maxphysaddr mode='passthrough' "
                        "limit='%" PRIu64 "'/>, QEMU -cpu host,host-phys-bits-limit=%" PRIu64 ".",
                        iova->value, iova->value);
}

static void find_units_differ(const Profile *profile, FindingList *list) {
        const ProfileIommu *narrow = NULL, *wide = NULL;

        for (size_t i = 0; i < profile->n_iommus; i++) {
                const ProfileIommu *iommu = &profile->iommus[i];

                if (!fact_known(&iommu->bits) || iommu->n_pci_devices == 0)
                        continue;
                if (!narrow || iommu->bits.value < narrow->bits.value)
                        narrow = iommu;
                if (!wide || iommu->bits.value > wide->bits.value)
                        wide = iommu;
        }
        if (!narrow || narrow->bits.value == wide->bits.value)
                return;
        Finding *f = finding_add(list, FINDING_IOMMU_UNITS_DIFFER, SEVERITY_WARNING, "host");
        finding_summary(f, "IOMMU units have different widths: %s %" PRIu64 " bits, %s %" PRIu64 " bits",
                        narrow->name, narrow->bits.value, wide->name, wide->bits.value);
        finding_detail(f,
                        "The host's IOVA width is the lowest of them. Devices behind a wider unit can "
                        "address more.");
        finding_remedy(f, "Before you limit a guest, check the %s.",
                        profile->xen.role == XEN_ROLE_CONTROL ? "unit of its device (hawctl devices)"
                                                              : "group of its device (hawctl groups)");
}

static void find_mgaw_below_sagaw(const Profile *profile, FindingList *list) {
        for (size_t i = 0; i < profile->n_iommus; i++) {
                const ProfileIommu *iommu = &profile->iommus[i];
                VtdCap cap;

                if (!iommu_vtd_cap(iommu, &cap))
                        continue;

                unsigned mgaw = vtd_mgaw_bits(&cap), sagaw = vtd_sagaw_bits(&cap);
                if (sagaw == 0 || mgaw >= sagaw)
                        continue;
                Finding *f = finding_add(list, FINDING_MGAW_BELOW_SAGAW, SEVERITY_INFO, "%s", iommu->name);
                finding_summary(f, "%s has %u-bit page tables but accepts only %u-bit addresses",
                                iommu->name, sagaw, mgaw);
                finding_detail(f,
                                "The page tables support %u bits (CAP.SAGAW), but the unit accepts "
                                "addresses up to %u bits only (CAP.MGAW). The lower limit applies.",
                                sagaw, mgaw);
                finding_remedy(f,
                                "None: this is a property of the hardware. Tools that read only SAGAW show "
                                "a width that is too high.");
        }
}

static void find_first_stage(const Profile *profile, FindingList *list) {
        for (size_t i = 0; i < profile->n_iommus; i++) {
                const ProfileIommu *iommu = &profile->iommus[i];
                const Fact *first = &iommu->first_stage_bits, *second = &iommu->second_stage_bits;
                unsigned legacy;
                VtdCap cap;

                if (iommu->kind != IOMMU_INTEL_VTD || !fact_known(first) || !iommu_vtd_cap(iommu, &cap) ||
                                !fact_known(&iommu->bits) || iommu->bits.value != first->value)
                        continue;
                legacy = vtd_second_stage_bits(&cap);
                if (legacy <= first->value)
                        continue;
                Finding *f = finding_add(
                                list, FINDING_FIRST_STAGE_HALVES_APERTURE, SEVERITY_INFO, "%s", iommu->name);
                finding_summary(f,
                                "%s: first-stage tables are limited to %" PRIu64
                                " bits, second-stage tables to %u",
                                iommu->name, first->value, legacy);
                finding_detail(f,
                                "First-stage addresses are canonical: only the lower half of the range is "
                                "usable. %s",
                                fact_known(second)
                                                ? "Linux 7.2 and later prefer the first stage in scalable "
                                                  "mode."
                                                : "The unit has no second stage in scalable mode.");
                finding_remedy(f,
                                "Boot with intel_iommu=sm_off to use the second stage. This disables "
                                "scalable mode.");
        }
}

/* Xen says the registers in its boot log only, whose first lines go when it is full. */
static void explain_log(const Profile *profile, const ProfileIommu *iommu, Finding *f) {
        finding_detail(f, "%s (%s).", iommu->bits.source, reason_to_string(iommu->bits.reason));
        if (iommu->bits.reason == REASON_MALFORMED) {
                finding_summary(f, "%s: its registers do not say how many bits its devices can address",
                                iommu->name);
                finding_remedy(f, "Do not assume a width. Report the unit to the vendor of the machine.");
                return;
        }
        finding_summary(f, "%s: Xen's log does not have how many bits its devices can address", iommu->name);
        if (strstr(profile->xen.command_line, "verbose"))
                finding_remedy(f,
                                "Xen logs it at boot, but its log has lost its first lines, or was not read. Add "
                                "conring_size=256k to Xen's command line (GRUB_CMDLINE_XEN in /etc/default/grub), then "
                                "update-grub and reboot.");
        else
                finding_remedy(f,
                                "Add iommu=verbose loglvl=all to Xen's command line (GRUB_CMDLINE_XEN in "
                                "/etc/default/grub), and conring_size=256k, so that the log keeps its first lines; then "
                                "update-grub and reboot.");
}

static void find_width_unknown(const Profile *profile, FindingList *list) {
        for (size_t i = 0; i < profile->n_iommus; i++) {
                const ProfileIommu *iommu = &profile->iommus[i];

                if (fact_known(&iommu->bits))
                        continue;
                Finding *f = finding_add(
                                list, FINDING_IOMMU_WIDTH_UNKNOWN, SEVERITY_INFO, "%s", iommu->name);
                if (profile->xen.role == XEN_ROLE_CONTROL) {
                        explain_log(profile, iommu, f);
                        continue;
                }
                finding_summary(f, "%s: the kernel does not publish how many bits its devices can address",
                                iommu->name);
                finding_detail(f, "%s (%s).", iommu->bits.source, reason_to_string(iommu->bits.reason));
                finding_remedy(f, "%s",
                                iommu->kind == IOMMU_VIRTIO && iommu->bits.reason == REASON_PERMISSION
                                                ? "Run as root: the unit's width is in the kernel log."
                                                : "Do not assume a width: once a device is bound, query "
                                                  "VFIO or iommufd for the IOVA ranges.");
        }
}

void find_iommu_width(const Profile *profile, FindingList *list) {
        find_narrower_than_cpu(profile, list);
        find_units_differ(profile, list);
        find_mgaw_below_sagaw(profile, list);
        find_first_stage(profile, list);
        find_width_unknown(profile, list);
}
