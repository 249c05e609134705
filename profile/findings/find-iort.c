/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the firmware of arm64 hosts says in the IORT, and the kernel does otherwise. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "probe/cleanup.h"
#include "profile/device-lookup.h"
#include "profile/findings/findings.h"
#include "profile/iort-stream.h"
#include "profile/memory-limit.h"

/* ── root complexes ────────────────────────────────────────────────────────────────────────────────────── */

#define USUAL_BITS 48 /* that VFIO offers behind an SMMU */

/* The widest unit of a segment's devices, and how many devices there are. */
typedef struct Behind {
        size_t n_devices, n_translated;
        unsigned offered; /* bits; 0: unknown */
} Behind;

static Behind devices_behind(const Profile *profile, uint32_t segment) {
        Behind behind = {};

        for (size_t i = 0; i < profile->n_devices; i++) {
                const ProfileDevice *device = &profile->devices[i];

                if (device->address.domain != segment)
                        continue;
                behind.n_devices++;
                if (device->iommu < 0)
                        continue;
                behind.n_translated++;
                const Fact *bits = &profile->iommus[device->iommu].bits;
                if (fact_known(bits) && bits->value > behind.offered)
                        behind.offered = (unsigned) bits->value;
        }
        return behind;
}

static void find_memory_address_limit(
                const Profile *profile, const IortRootComplex *complex, FindingList *list) {
        Behind behind = devices_behind(profile, complex->segment);
        unsigned limit = memory_limit(profile, complex->segment).bits;
        char offer[40] = "VFIO may map more";

        if (limit == 0 || behind.n_devices == 0 || limit >= (behind.offered ? behind.offered : USUAL_BITS))
                return;
        if (behind.offered)
                snprintf(offer, sizeof(offer), "VFIO maps up to %u", behind.offered);
        Finding *f = finding_add(list, FINDING_MEMORY_ADDRESS_LIMIT, SEVERITY_WARNING, "PCI segment %04x",
                        complex->segment);
        finding_summary(f, "Devices of PCI segment %04x can address %u bits; %s", complex->segment, limit,
                        offer);
        finding_detail(f,
                        "ACPI IORT, root complex at byte %" PRIu32
                        ": memory address size limit %u, for %zu PCI functions. VFIO does not heed the "
                        "limit: it maps guest memory at and above 0x%" PRIx64
                        ", but the devices' accesses do not arrive there, and nothing reports this.",
                        complex->offset, limit, behind.n_devices, UINT64_C(1) << limit);
        finding_remedy(f,
                        "Keep the RAM and the BARs of guests with these devices below 0x%" PRIx64
                        ": 'hawctl check' takes the limit into account. Move the device to another "
                        "segment, or ask the vendor of the firmware whether the limit is right.",
                        UINT64_C(1) << limit);
}

/* ── units ─────────────────────────────────────────────────────────────────────────────────────────────── */

/* How many functions are behind each unit: the table is long, so each is looked up once. NULL: no memory. */
static size_t *functions_behind(const Profile *profile) {
        const Iort *iort = &profile->firmware.iort;
        size_t *behind = calloc(iort->n_units ? iort->n_units : 1, sizeof(*behind));

        for (size_t i = 0; behind && i < profile->n_devices; i++) {
                int unit = iort_stream(iort, &profile->devices[i].address).unit;

                if (unit >= 0)
                        behind[unit]++;
        }
        return behind;
}

Finding *finding_smmu_not_driven(FindingList *list, uint64_t base) {
        Finding *f = finding_add(list, FINDING_SMMU_NOT_DRIVEN, SEVERITY_WARNING, "SMMU 0x%" PRIx64, base);

        finding_summary(f,
                        "The kernel does not drive the SMMU at 0x%" PRIx64
                        ": devices behind it cannot be assigned",
                        base);
        return f;
}

/* Where none is driven, iommu-firmware-only says so. */
static void find_smmu_not_driven(const Profile *profile, FindingList *list) {
        const Iort *iort = &profile->firmware.iort;
        _cleanup_free_ size_t *behind = NULL;

        if (profile->iommus_reason != REASON_NONE || profile->n_iommus == 0)
                return;
        behind = functions_behind(profile);
        for (size_t i = 0; i < iort->n_units; i++) {
                const IortUnit *unit = &iort->units[i];

                if (smmu_driven(profile, unit->base))
                        continue;
                Finding *f = finding_smmu_not_driven(list, unit->base);

                finding_detail(f,
                                "ACPI IORT names it (%s, at byte %" PRIu32
                                "), /sys/class/iommu does not. %zu PCI functions are behind it.",
                                iort_unit_model(unit), unit->offset, behind ? behind[i] : 0);
                finding_remedy(f,
                                "Look for '%s' in the kernel log: the driver rejected the unit, or the "
                                "kernel was built without it (%s).",
                                unit->type == IORT_SMMU_V3 ? "arm-smmu-v3" : "arm-smmu",
                                unit->type == IORT_SMMU_V3 ? "CONFIG_ARM_SMMU_V3" : "CONFIG_ARM_SMMU");
        }
}

/* ── reserved memory ───────────────────────────────────────────────────────────────────────────────────── */

static bool keeps(const ProfileGroup *group, const IortRange *range) {
        for (size_t i = 0; i < group->regions.n; i++) {
                const ReservedRegion *region = &group->regions.regions[i];

                if ((region->type == RESERVED_DIRECT || region->type == RESERVED_DIRECT_RELAXABLE) &&
                                region->start <= range->start && range->end <= region->end)
                        return true;
        }
        return false;
}

/* Linux heeds an RMR of a PCI device only where the host bridge's _DSM, function 5, says that the boot
 * configuration must be kept (iort_rmr_has_dev). */
static void find_not_kept(const Profile *profile, const ProfileDevice *device, FindingList *list) {
        const Iort *iort = &profile->firmware.iort;
        char name[PCI_ADDRESS_TEXT_MAX];
        IortStream stream = iort_stream(iort, &device->address);

        for (size_t i = 0; i < iort->n_reserved; i++) {
                const IortReserved *reserved = &iort->reserved[i];

                if (!iort_reserved_for(reserved, stream))
                        continue;
                for (size_t j = 0; j < reserved->n_ranges; j++) {
                        const IortRange *range = &reserved->ranges[j];

                        if (keeps(&profile->groups[device->group], range))
                                continue;
                        pci_address_format(&device->address, name, sizeof(name));
                        Finding *f = finding_add(list, FINDING_RMR_NOT_KEPT, SEVERITY_INFO, "%s", name);
                        finding_summary(f, "Firmware reserves memory for %s that the kernel does not map",
                                        name);
                        finding_detail(f,
                                        "ACPI IORT, RMR at byte %" PRIu32 ": 0x%" PRIx64 "-0x%" PRIx64
                                        " is not in the reserved regions of group %" PRIu32
                                        ". Linux heeds it only if the host bridge's _DSM (function 5) says "
                                        "that the boot configuration must be kept.",
                                        reserved->offset, range->start, range->end,
                                        profile->groups[device->group].id);
                        finding_remedy(f,
                                        "None for guests: the device can be assigned. If it stops working "
                                        "under Linux, update the firmware.");
                        return;
                }
        }
}

/* Its group, and so its reserved regions, are made when a driver binds. */
static void find_rmr_of_waiting(const Profile *profile, const ProfileDevice *device, FindingList *list) {
        const Iort *iort = &profile->firmware.iort;
        char name[PCI_ADDRESS_TEXT_MAX];
        IortStream stream = iort_stream(iort, &device->address);

        for (size_t i = 0; i < iort->n_reserved; i++) {
                const IortReserved *reserved = &iort->reserved[i];

                if (reserved->n_ranges == 0 || !iort_reserved_for(reserved, stream))
                        continue;
                pci_address_format(&device->address, name, sizeof(name));
                Finding *f = finding_add(
                                list, FINDING_RMRR_DEVICE_NOT_ASSIGNABLE, SEVERITY_WARNING, "%s", name);
                finding_summary(f,
                                "%s has no IOMMU group yet, and may not be assignable: firmware reserves a memory "
                                "region for it",
                                name);
                finding_detail(f,
                                "ACPI IORT, RMR at byte %" PRIu32 ": 0x%" PRIx64 "-0x%" PRIx64
                                ". Linux heeds it only if the host bridge's _DSM (function 5) says that the boot "
                                "configuration must be kept, and shows it in the group, which is made when a "
                                "driver binds.",
                                reserved->offset, reserved->ranges[0].start, reserved->ranges[0].end);
                finding_remedy(f,
                                "Bind it to vfio-pci and look again: 'driverctl set-override %s vfio-pci', "
                                "'hawctl groups'.",
                                name);
                return;
        }
}

static void find_rmr_not_kept(const Profile *profile, FindingList *list) {
        for (size_t i = 0; profile->firmware.iort.n_reserved > 0 && i < profile->n_devices; i++) {
                const ProfileDevice *device = &profile->devices[i];

                if (device->group < 0 && device->group_reason == REASON_UNSUPPORTED_KERNEL)
                        find_rmr_of_waiting(profile, device, list);
                else if (device->group >= 0 && device->address.domain <= UINT16_MAX &&
                                profile->groups[device->group].regions_reason == REASON_NONE)
                        find_not_kept(profile, device, list);
        }
}

void find_iort(const Profile *profile, FindingList *list) {
        const Iort *iort = &profile->firmware.iort;

        if (profile->firmware.iort_reason != REASON_NONE)
                return;
        for (size_t i = 0; i < iort->n_root_complexes; i++)
                if (iort->root_complexes[i].segment <= UINT16_MAX &&
                                iort_root_complex(iort, (uint16_t) iort->root_complexes[i].segment) ==
                                                &iort->root_complexes[i])
                        find_memory_address_limit(profile, &iort->root_complexes[i], list);
        find_smmu_not_driven(profile, list);
        find_rmr_not_kept(profile, list);
}
