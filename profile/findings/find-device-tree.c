/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the device tree of arm64 hosts says, and the kernel does otherwise; as find-iort.c of ACPI. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "profile/architecture.h"
#include "profile/findings/findings.h"
#include "profile/iort-stream.h"
#include "profile/memory-limit.h"

/* Behind a unit whose width is unknown, VFIO may offer any. */
static bool offers_more(const Profile *profile, uint32_t domain, unsigned limit) {
        for (size_t i = 0; i < profile->n_devices; i++) {
                const ProfileDevice *device = &profile->devices[i];

                if (device->address.domain != domain || device->iommu < 0)
                        continue;
                const Fact *bits = &profile->iommus[device->iommu].bits;
                if (!fact_known(bits) || bits->value > limit)
                        return true;
        }
        return false;
}

/* Where no unit translates, no width depends on it. */
static void find_unknown(const Profile *profile, uint32_t domain, Reason reason, FindingList *list) {
        if (!offers_more(profile, domain, 0))
                return;
        Finding *f = finding_add(list, FINDING_MEMORY_ADDRESS_LIMIT, SEVERITY_WARNING,
                        "PCI segment %04" PRIx32, domain);
        finding_summary(f, "It is unknown how many bits devices of PCI segment %04" PRIx32 " can address",
                        domain);
        finding_detail(f,
                        "The %s does not state the limit of the segment's host bridge (%s). VFIO does not "
                        "heed it: guest memory above it would be mapped, but not reached.",
                        memory_limit_source(profile), reason_to_string(reason));
        finding_remedy(f,
                        "Read the host again as root. If the reason remains, ask the vendor of the firmware "
                        "for the limit. Until then, no width is safe with these devices.");
}

static void find_limit(const Profile *profile, uint32_t domain, FindingList *list) {
        unsigned limit = memory_limit(profile, domain).bits;

        if (limit == 0 || !offers_more(profile, domain, limit))
                return;
        Finding *f = finding_add(list, FINDING_MEMORY_ADDRESS_LIMIT, SEVERITY_WARNING,
                        "PCI segment %04" PRIx32, domain);
        finding_summary(f, "Devices of PCI segment %04" PRIx32 " can address %u bits; VFIO may map more",
                        domain, limit);
        finding_detail(f,
                        "dma-ranges of the host bridge in the device tree ends at %u bits. VFIO does not heed "
                        "the limit: it maps guest memory at and above 0x%" PRIx64
                        ", but the devices' accesses do not arrive there, and nothing reports this.",
                        limit, UINT64_C(1) << limit);
        finding_remedy(f,
                        "Keep the RAM and the BARs of guests with these devices below 0x%" PRIx64
                        ": 'hawctl check' takes the limit into account.",
                        UINT64_C(1) << limit);
}

/* Where none is driven, iommu-firmware-only says so. */
static void find_not_driven(const Profile *profile, FindingList *list) {
        const DeviceTree *tree = &profile->firmware.device_tree;

        if (profile->iommus_reason != REASON_NONE || profile->n_iommus == 0)
                return;
        for (size_t i = 0; i < tree->n_units; i++) {
                const DeviceTreeUnit *unit = &tree->units[i];

                if (smmu_driven(profile, unit->base))
                        continue;
                Finding *f = finding_smmu_not_driven(list, unit->base);

                finding_detail(f, "The device tree names it (%s, %s), /sys/class/iommu does not.",
                                unit->path, unit->compatible);
                finding_remedy(f,
                                "Look for 'arm-smmu' in the kernel log: the driver rejected the unit, or the "
                                "kernel was built without it (CONFIG_ARM_SMMU_V3, CONFIG_ARM_SMMU).");
        }
}

void find_device_tree(const Profile *profile, FindingList *list) {
        bool tree = profile->firmware.device_tree_reason != REASON_ABSENT;
        uint32_t last = 0;

        for (size_t i = 0; i < profile->n_devices; i++) {
                uint32_t domain = profile->devices[i].address.domain;

                if ((i == 0 || domain != last) && profile_is_arm64(profile)) {
                        Reason reason = memory_limit(profile, domain).reason;

                        if (reason != REASON_NONE && (tree || profile->firmware.iort_reason == REASON_NONE))
                                find_unknown(profile, domain, reason, list);
                        else if (tree)
                                find_limit(profile, domain, list);
                }
                last = domain;
        }
        if (tree)
                find_not_driven(profile, list);
}
