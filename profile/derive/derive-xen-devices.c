/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/derive/derive-xen.h"

#include <string.h>

#include "profile/device-lookup.h"
#include "profile/xen-region.h"

#define CLASS_BRIDGE 0x06
#define CLASS_IOMMU 0x0806
/* A bridge that firmware names in a scope stands for all below it. */
#define SCOPE_ENDPOINT 1
#define SCOPE_BRIDGE 2
#define INCLUDE_PCI_ALL 0x01
#define DEPTH_MAX 32

/* ── the unit of a device ──────────────────────────────────────────────────────────────────────────────── */

static const ProfileDevice *below(const Profile *profile, const PciAddress *bridge, const uint8_t *path) {
        for (size_t i = 0; i < profile->n_devices; i++) {
                const ProfileDevice *device = &profile->devices[i];

                if (device->has_parent && pci_address_compare(&device->parent, bridge) == 0 &&
                                device->address.device == path[0] && device->address.function == path[1])
                        return device;
        }
        return NULL;
}

/* The function that a scope's path leads to, if it is there. */
static bool scope_address(const Profile *profile, const Dmar *dmar, uint16_t segment, const DmarScope *scope,
                PciAddress *ret) {
        const uint8_t(*path)[2] = (const uint8_t(*)[2]) dmar->paths + scope->first_path;

        if (scope->n_path == 0)
                return false;
        *ret = (PciAddress){
                .domain = segment, .bus = scope->bus, .device = path[0][0], .function = path[0][1]
        };
        for (size_t i = 1; i < scope->n_path && i < DEPTH_MAX; i++) {
                const ProfileDevice *next = below(profile, ret, path[i]);

                if (!next)
                        return false;
                *ret = next->address;
        }
        return true;
}

static bool is_below(const Profile *profile, const ProfileDevice *device, const PciAddress *bridge) {
        for (unsigned depth = 0; device && depth < DEPTH_MAX; depth++) {
                if (pci_address_compare(&device->address, bridge) == 0)
                        return true;
                device = device->has_parent ? device_lookup(profile, &device->parent) : NULL;
        }
        return false;
}

static bool scope_has(const Profile *profile, const DmarUnit *unit, const ProfileDevice *device) {
        const Dmar *dmar = &profile->firmware.dmar;
        PciAddress address;

        for (size_t i = 0; i < unit->scopes.n; i++) {
                const DmarScope *scope = &dmar->scopes[unit->scopes.first + i];

                if (scope->type != SCOPE_ENDPOINT && scope->type != SCOPE_BRIDGE)
                        continue;
                if (!scope_address(profile, dmar, unit->segment, scope, &address))
                        continue;
                if (scope->type == SCOPE_ENDPOINT ? pci_address_compare(&device->address, &address) == 0
                                                  : is_below(profile, device, &address))
                        return true;
        }
        return false;
}

/* By name first; one unit of each segment may have all others. -1 none. */
static int vtd_unit_of(const Profile *profile, const ProfileDevice *device) {
        const Dmar *dmar = &profile->firmware.dmar;
        int rest = -1;

        for (size_t i = 0; i < profile->n_iommus; i++) {
                int number = profile->iommus[i].firmware_unit;
                const DmarUnit *unit = number >= 0 ? &dmar->units[number] : NULL;

                if (!unit || unit->segment != device->address.domain)
                        continue;
                if (scope_has(profile, unit, device))
                        return (int) i;
                if (unit->flags & INCLUDE_PCI_ALL && rest < 0)
                        rest = (int) i;
        }
        return rest;
}

/* With several units of AMD, or without the table, it is unknown. */
void derive_xen_device_units(Profile *profile) {
        const bool by_scopes = profile->firmware.dmar_reason == REASON_NONE && profile->n_iommus > 0 &&
                        profile->iommus[0].kind == IOMMU_INTEL_VTD;

        if (profile->xen.role != XEN_ROLE_CONTROL || (!by_scopes && profile->n_iommus != 1))
                return;
        for (size_t i = 0; i < profile->n_iommus; i++) {
                profile->iommus[i].devices_reason = REASON_NONE;
                profile->iommus[i].n_devices = profile->iommus[i].n_pci_devices = 0;
        }
        for (size_t i = 0; i < profile->n_devices; i++) {
                ProfileDevice *device = &profile->devices[i];

                device->iommu = by_scopes ? vtd_unit_of(profile, device) : 0;
                if (device->iommu >= 0) {
                        profile->iommus[device->iommu].n_devices++;
                        profile->iommus[device->iommu].n_pci_devices++;
                }
        }
}

/* ── assignability ─────────────────────────────────────────────────────────────────────────────────────── */

static AssignableWhy why_not(const Profile *profile, const ProfileDevice *device) {
        const Fact *passthrough = &profile->xen.passthrough_hvm, *hvm = &profile->xen.hvm;

        if (device->ids_reason == REASON_NONE && device->class_code >> 16 == CLASS_BRIDGE)
                return ASSIGNABLE_WHY_BRIDGES_ONLY;
        if (fact_known(passthrough) && !passthrough->value)
                return fact_known(hvm) && !hvm->value ? ASSIGNABLE_WHY_NONE : ASSIGNABLE_WHY_NO_IOMMU;
        if (xen_region_shared(profile, &device->address))
                return ASSIGNABLE_WHY_SHARED_REGION;
        if (device->ids_reason != REASON_NONE)
                return ASSIGNABLE_WHY_UNREADABLE;
        if (strcmp(device->driver, "pciback") != 0)
                return ASSIGNABLE_WHY_NOT_HANDED_OVER;
        return fact_known(passthrough) ? ASSIGNABLE_WHY_NONE : ASSIGNABLE_WHY_UNREADABLE;
}

void derive_xen_assignable(Profile *profile) {
        const Fact *passthrough = &profile->xen.passthrough_hvm;

        if (profile->xen.role != XEN_ROLE_CONTROL)
                return;
        for (size_t i = 0; i < profile->n_devices; i++) {
                ProfileDevice *device = &profile->devices[i];

                /* AMD's units are PCI functions, too. */
                if (device->ids_reason == REASON_NONE && device->class_code >> 8 == CLASS_IOMMU)
                        continue;
                device->xen_why = why_not(profile, device);
                if (fact_known(passthrough) && !passthrough->value)
                        device->xen_assignable =
                                        TRISTATE_NO; /* also without a reason: there are no HVM guests */
                else
                        device->xen_assignable = device->xen_why == ASSIGNABLE_WHY_NONE ? TRISTATE_YES
                                        : device->xen_why == ASSIGNABLE_WHY_UNREADABLE  ? TRISTATE_UNKNOWN
                                                                                        : TRISTATE_NO;
        }
}
