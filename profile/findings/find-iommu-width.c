/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>

#include "probe/decode/vtd/vtd-cap.h"
#include "probe/decode/vtd/vtd-width.h"
#include "profile/findings/findings.h"

static void find_narrower_than_cpu(const Profile *profile, FindingList *list) {
        const Fact *cpu = &profile->widths.cpu_physical_bits, *iova = &profile->widths.iova_bits;

        if (!fact_known(cpu) || !fact_known(iova) || iova->value >= cpu->value)
                return;
        Finding *f = finding_add(list, "iommu-narrower-than-cpu", SEVERITY_WARNING, "host");
        finding_summary(f, "Devices reach %" PRIu64 " address bits, the CPU %" PRIu64, iova->value,
                        cpu->value);
        finding_detail(f,
                        "A guest with an assigned device that places RAM or a BAR at or above 0x%" PRIx64
                        " fails to map it (EINVAL). %s.",
                        UINT64_C(1) << iova->value, iova->source);
        finding_remedy(f,
                        "Guests with devices: libvirt <maxphysaddr mode='passthrough' limit='%" PRIu64
                        "'/>, QEMU -cpu host,host-phys-bits-limit=%" PRIu64 ".",
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
        Finding *f = finding_add(list, "iommu-units-differ", SEVERITY_WARNING, "host");
        finding_summary(f, "IOMMU units reach different widths: %s %" PRIu64 " bits, %s %" PRIu64 " bits",
                        narrow->name, narrow->bits.value, wide->name, wide->bits.value);
        finding_detail(f,
                        "The host-wide number is the smallest; a device behind a wider unit reaches further.");
        finding_remedy(f, "Look at the device's own group (hawctl groups) before narrowing a guest.");
}

static void find_mgaw_below_sagaw(const Profile *profile, FindingList *list) {
        for (size_t i = 0; i < profile->n_iommus; i++) {
                const ProfileIommu *iommu = &profile->iommus[i];
                VtdCap cap;

                if (!fact_known(&iommu->cap))
                        continue;
                vtd_cap_decode(iommu->cap.value, &cap);

                unsigned mgaw = vtd_mgaw_bits(&cap), sagaw = vtd_sagaw_bits(&cap);
                if (sagaw == 0 || mgaw >= sagaw)
                        continue;
                Finding *f = finding_add(list, "mgaw-below-sagaw", SEVERITY_INFO, "%s", iommu->name);
                finding_summary(f, "%s walks %u-bit tables and passes only %u bits", iommu->name, sagaw,
                                mgaw);
                finding_detail(f, "CAP.SAGAW offers %u bits, CAP.MGAW ends at %u: the smaller rules.", sagaw,
                                mgaw);
                finding_remedy(f,
                                "None: it is how the unit was built. Tools that read SAGAW alone overstate it.");
        }
}

static void find_first_stage(const Profile *profile, FindingList *list) {
        for (size_t i = 0; i < profile->n_iommus; i++) {
                const ProfileIommu *iommu = &profile->iommus[i];
                const Fact *first = &iommu->first_stage_bits, *second = &iommu->second_stage_bits;
                unsigned legacy;
                VtdCap cap;

                if (iommu->kind != IOMMU_INTEL_VTD || !fact_known(first) || !fact_known(&iommu->cap) ||
                                !fact_known(&iommu->bits) || iommu->bits.value != first->value)
                        continue;
                vtd_cap_decode(iommu->cap.value, &cap);
                legacy = vtd_second_stage_bits(&cap);
                if (legacy <= first->value)
                        continue;
                Finding *f = finding_add(
                                list, "first-stage-halves-aperture", SEVERITY_INFO, "%s", iommu->name);
                finding_summary(f, "%s: first-stage tables reach %" PRIu64 " bits, second-stage %u",
                                iommu->name, first->value, legacy);
                finding_detail(f,
                                "First-stage addresses are canonical, so only the lower half is usable. %s",
                                fact_known(second)
                                                ? "Kernels from Linux 7.2 on prefer the first stage in scalable mode."
                                                : "The unit has no second stage in scalable mode.");
                finding_remedy(f,
                                "intel_iommu=sm_off keeps the second stage, at the price of scalable mode.");
        }
}

static void find_width_unknown(const Profile *profile, FindingList *list) {
        for (size_t i = 0; i < profile->n_iommus; i++) {
                const ProfileIommu *iommu = &profile->iommus[i];

                if (fact_known(&iommu->bits))
                        continue;
                Finding *f = finding_add(list, "iommu-width-unknown", SEVERITY_INFO, "%s", iommu->name);
                finding_summary(f, "%s: how far its devices reach is not published by the kernel",
                                iommu->name);
                finding_detail(f, "%s (%s).", iommu->bits.source, reason_to_string(iommu->bits.reason));
                finding_remedy(f, "%s",
                                iommu->kind == IOMMU_VIRTIO && iommu->bits.reason == REASON_PERMISSION
                                                ? "Read it as root: the unit's width is in the kernel's log."
                                                : "Do not assume a width: ask VFIO or iommufd for the IOVA ranges once a "
                                                  "device is bound.");
        }
}

void find_iommu_width(const Profile *profile, FindingList *list) {
        find_narrower_than_cpu(profile, list);
        find_units_differ(profile, list);
        find_mgaw_below_sagaw(profile, list);
        find_first_stage(profile, list);
        find_width_unknown(profile, list);
}
