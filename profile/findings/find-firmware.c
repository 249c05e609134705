/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <string.h>

#include "profile/findings/findings.h"

/* Xen renames the table, so that Linux leaves the units alone. */
static const char *table_file(const Profile *profile, const char *table) {
        return profile->xen.role == XEN_ROLE_CONTROL && strcmp(table, "DMAR") == 0 ? "RMAD" : table;
}

static void add_table_fault(const Profile *profile, FindingList *list, FindingId id, const char *table,
                const char *word, const FaultList *faults, bool refused) {
        if (faults->n == 0)
                return;
        refused &= profile->xen.role != XEN_ROLE_CONTROL;
        Finding *f = finding_add(list, id, refused ? SEVERITY_ERROR : SEVERITY_WARNING, "%s", table);
        finding_summary(f, "The ACPI %s table has faults%s", table,
                        refused ? ": Linux rejects it and uses no IOMMU" : "");
        finding_detail(f, "%zu fault(s); the first is at byte %zu (%s): %s", faults->n + faults->dropped,
                        faults->faults[0].offset, faults->faults[0].rule, faults->faults[0].text);
        finding_remedy(f,
                        "Update the firmware. Report the table to its vendor: 'hawctl decode %s "
                        "/sys/firmware/acpi/tables/%s' shows all faults.",
                        word, table_file(profile, table));
}

static void find_table_faults(const Profile *profile, FindingList *list) {
        const FirmwareTables *firmware = &profile->firmware;

        add_table_fault(profile, list, FINDING_DMAR_FAULT, "DMAR", "dmar", &firmware->dmar_faults,
                        firmware->dmar_reason == REASON_NONE && firmware->dmar.linux_refuses);
        add_table_fault(profile, list, FINDING_IVRS_FAULT, "IVRS", "ivrs", &firmware->ivrs_faults,
                        firmware->ivrs_reason == REASON_NONE && firmware->ivrs.linux_refuses);
        add_table_fault(profile, list, FINDING_IORT_FAULT, "IORT", "iort", &firmware->iort_faults, false);
}

static bool overlaps_ram(const Profile *profile, uint64_t start, uint64_t end) {
        for (size_t i = 0; i < profile->memory.n_ranges; i++) {
                const IomemEntry *range = &profile->memory.ranges[i];

                if (range->kind == IOMEM_SYSTEM_RAM && range->start <= end && start <= range->end)
                        return true;
        }
        return false;
}

static void find_rmrr_in_ram(const Profile *profile, FindingList *list) {
        const Dmar *dmar = &profile->firmware.dmar;

        if (profile->firmware.dmar_reason != REASON_NONE)
                return;
        for (size_t i = 0; i < dmar->n_regions; i++) {
                const DmarRegion *region = &dmar->regions[i];

                if (region->base > region->limit || !overlaps_ram(profile, region->base, region->limit))
                        continue;
                Finding *f = finding_add(list, FINDING_RMRR_IN_RAM, SEVERITY_WARNING,
                                "RMRR 0x%" PRIx64 "-0x%" PRIx64, region->base, region->limit);
                finding_summary(f,
                                "Firmware reserves system RAM for a device (RMRR 0x%" PRIx64 "-0x%" PRIx64
                                ")",
                                region->base, region->limit);
                finding_detail(f,
                                "The memory map reports this range as System RAM. Linux logs a warning and "
                                "enforces the reservation.");
                finding_remedy(f,
                                "Update the firmware. Until then, the devices that the RMRR names cannot be "
                                "assigned.");
        }
}

void find_firmware(const Profile *profile, FindingList *list) {
        find_table_faults(profile, list);
        find_rmrr_in_ram(profile, list);
}
