/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>

#include "profile/findings/findings.h"

/* Xen's number has memory that can be plugged in. */
static void explain_xen(const Fact *top, const Fact *iova, uint64_t limit, Finding *f) {
        finding_summary(f, "The host may have RAM above the %" PRIu64 " bits that devices can be given",
                        iova->value);
        finding_detail(f,
                        "RAM, with what can be plugged in, ends at 0x%" PRIx64 ", IOVAs at 0x%" PRIx64
                        ": no guest with devices can be as large, and devices of dom0 do not reach what is above.",
                        top->value, limit);
        finding_remedy(f, "Keep guests with devices below %" PRIu64 " bits of address space.", iova->value);
}

static void find_ram_above(const Profile *profile, uint64_t limit, FindingList *list) {
        const Fact *top = &profile->memory.ram_top, *iova = &profile->widths.iova_bits;

        if (!fact_known(top) || top->value <= limit)
                return;
        Finding *f = finding_add(list, FINDING_RAM_ABOVE_IOVA, SEVERITY_WARNING, "host");
        if (profile->xen.role == XEN_ROLE_CONTROL) {
                explain_xen(top, iova, limit, f);
                return;
        }
        finding_summary(f, "The host has RAM above the %" PRIu64 " bits that devices can be given",
                        iova->value);
        finding_detail(f,
                        "RAM ends at 0x%" PRIx64 ", IOVAs at 0x%" PRIx64
                        ": identity mapping (iommu=pt) cannot cover it, and no guest with devices can be as large.",
                        top->value, limit);
        finding_remedy(f,
                        "Keep guests with devices below %" PRIu64
                        " bits of address space; do not use iommu=pt.",
                        iova->value);
}

static const ProfileBar *bar_above(const ProfileDevice *device, uint64_t limit) {
        for (size_t i = 0; i < device->n_bars; i++) {
                const ProfileBar *bar = &device->bars[i];

                if (!bar->io && bar->assigned && bar->end >= limit)
                        return bar;
        }
        return NULL;
}

static void find_bar_above(const Profile *profile, uint64_t limit, FindingList *list) {
        char address[PCI_ADDRESS_TEXT_MAX];

        for (size_t i = 0; i < profile->n_devices; i++) {
                const ProfileBar *bar = bar_above(&profile->devices[i], limit);

                if (!bar)
                        continue;
                pci_address_format(&profile->devices[i].address, address, sizeof(address));
                Finding *f = finding_add(list, FINDING_BAR_ABOVE_IOVA, SEVERITY_WARNING, "%s", address);
                finding_summary(f, "%s: BAR %u lies where other devices cannot reach it", address,
                                bar->index);
                finding_detail(f,
                                "0x%" PRIx64 "-0x%" PRIx64 " is above the %" PRIu64
                                "-bit IOVA limit 0x%" PRIx64 ": peer-to-peer DMA to it cannot be mapped.",
                                bar->start, bar->end, profile->widths.iova_bits.value, limit);
                if (profile->xen.role == XEN_ROLE_CONTROL) {
                        finding_remedy(f,
                                        "Choose a smaller MMIO window in firmware setup. Where a guest has the BAR is "
                                        "another matter: 'hawctl check'.");
                        continue;
                }
                finding_remedy(f,
                                "A guest given this device must place the BAR lower: limit its physical bits to "
                                "%" PRIu64 "; on the host, a smaller MMIO window in firmware setup.",
                                profile->widths.iova_bits.value);
        }
}

void find_memory(const Profile *profile, FindingList *list) {
        const Fact *iova = &profile->widths.iova_bits;

        /* 64 bits cover everything. */
        if (!fact_known(iova) || iova->value >= 64)
                return;
        find_ram_above(profile, UINT64_C(1) << iova->value, list);
        find_bar_above(profile, UINT64_C(1) << iova->value, list);
}
