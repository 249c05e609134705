/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>

#include "profile/architecture.h"
#include "profile/findings/findings.h"

#define HT_START UINT64_C(0xfd00000000)
#define HT_END UINT64_C(0xffffffffff)
#define X86_MSI_START UINT64_C(0xfee00000)

/* The first group and region that `match` accepts. */
static const ReservedRegion *find_region(const Profile *profile, bool (*match)(const ReservedRegion *),
                const ProfileGroup **ret_group) {
        for (size_t i = 0; i < profile->n_groups; i++) {
                const ReservedRegions *regions = &profile->groups[i].regions;

                for (size_t j = 0; j < regions->n; j++)
                        if (match(&regions->regions[j])) {
                                *ret_group = &profile->groups[i];
                                return &regions->regions[j];
                        }
        }
        return NULL;
}

/* The window that AMD-Vi drivers reserve for every device (AMD I/O Virtualization specification, special
 * addresses), as the kernel reports it; not derived from the CPU's family. */
static bool is_hypertransport(const ReservedRegion *region) {
        return region->type == RESERVED_RESERVED && region->start == HT_START && region->end == HT_END;
}

/* Below 4 GiB, besides x86's fixed window, there is only one that the kernel chooses. */
static bool is_software_msi(const ReservedRegion *region) {
        return region->type == RESERVED_MSI && region->start < UINT32_MAX && region->start != X86_MSI_START;
}

void find_holes(const Profile *profile, FindingList *list) {
        const ProfileGroup *group;
        const ReservedRegion *region;

        region = find_region(profile, is_hypertransport, &group);
        if (region) {
                Finding *f = finding_add(list, FINDING_HYPERTRANSPORT_HOLE, SEVERITY_INFO, "host");
                finding_summary(f, "Devices cannot address the 12 GiB below 1 TiB (HyperTransport)");
                finding_detail(f, "0x%" PRIx64 "-0x%" PRIx64 " is reserved in every group behind AMD-Vi.",
                                region->start, region->end);
                finding_remedy(f,
                                "For guests with assigned devices and close to 1 TiB of RAM, use a QEMU "
                                "machine type of version 7.1 or later: it moves RAM above 1 TiB, which "
                                "requires more than 40 address bits.");
        }

        region = find_region(profile, is_software_msi, &group);
        if (region) {
                bool arm64 = profile_is_arm64(profile);
                Finding *f = finding_add(list, FINDING_MSI_WINDOW_IN_LOW_MEMORY,
                                arm64 ? SEVERITY_INFO : SEVERITY_WARNING, "host");
                finding_summary(f, "The kernel's MSI window is in low memory, at 0x%" PRIx64, region->start);
                finding_detail(f,
                                "Guest RAM at 0x%" PRIx64 "-0x%" PRIx64 " (group %" PRIu32
                                ") cannot be used for DMA.",
                                region->start, region->end, group->id);
                finding_remedy(f, "%s",
                                arm64 ? "None for guests of QEMU's virt machine: their RAM starts at 1 GiB. "
                                        "Guests whose RAM covers the window, such as emulated x86 guests, "
                                        "do not start with an assigned device."
                                      : "Use a VMM whose guest memory map leaves this range free (QEMU's "
                                        "arm64 virt machine does).");
        }
}
