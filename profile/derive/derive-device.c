/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/derive/derive-steps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/decode/pci/pci-acs.h"
#include "profile/device-lookup.h"

static int derive_bars(const PciFact *fact, ProfileDevice *ret) {
        unsigned n = 0;

        for (unsigned i = 0; i < PCI_RESOURCE_BARS; i++)
                n += fact->resources.list[i].present;
        if (n == 0)
                return 0;
        ret->bars = calloc(n, sizeof(ProfileBar));
        if (!ret->bars)
                return -ENOMEM;
        for (unsigned i = 0; i < PCI_RESOURCE_BARS; i++) {
                const PciResource *resource = &fact->resources.list[i];

                if (!resource->present)
                        continue;
                ret->bars[ret->n_bars++] = (ProfileBar){
                        .index = (uint8_t) i,
                        .io = resource->io,
                        .is_64bit = resource->is_64bit,
                        .prefetchable = resource->prefetchable,
                        .assigned = resource->assigned,
                        .start = resource->start,
                        .end = resource->end,
                        .resizable_max = i < 6 ? fact->config.resizable_max[i] : 0,
                };
        }
        return 0;
}

/* ACS explains a group but does not decide it: the kernel has quirks for devices without ACS. */
static void derive_acs(const PciFact *fact, ProfileDevice *ret) {
        const PciConfig *config = &fact->config;
        const PciAcs acs = { .capability = config->acs_capability, .control = config->acs_control };

        ret->acs = config->acs;
        ret->acs_capability = acs.capability;
        ret->acs_control = acs.control;
        if (config->acs == TRISTATE_UNKNOWN || config->express == TRISTATE_UNKNOWN)
                return;
        ret->acs_missing = pci_acs_missing(
                        config->acs == TRISTATE_YES ? &acs : NULL, config->port_type, config->multifunction);
}

static int derive_device(const PciFact *fact, ProfileDevice *ret) {
        const PciConfig *config = &fact->config;

        *ret = (ProfileDevice){
                .address = fact->address,
                .parent = fact->parent,
                .has_parent = fact->has_parent,
                .class_code = fact->class_code,
                .vendor = fact->vendor,
                .device = fact->device,
                .subsystem_vendor = fact->subsystem_vendor,
                .subsystem_device = fact->subsystem_device,
                .revision = config->revision,
                .header_type = config->header_type,
                .header_type_known = fact->config_known,
                .ids_reason = fact->ids_reason,
                .resource_reason = fact->resource_reason,
                .config_reason = fact->config_reason,
                .group = -1,
                .iommu = -1,
                .port_type = config->port_type,
                .ats = config->ats,
                .pasid = config->pasid,
                .pasid_bits = config->pasid_bits,
                .pri = config->pri,
                .sriov = config->sriov,
                .total_vfs = config->total_vfs,
                .is_vf = fact->is_vf,
                .physical_function = fact->physical_function,
                .vgpu_type = fact->vgpu_type,
        };
        memcpy(ret->driver, fact->driver, sizeof(ret->driver));
        derive_acs(fact, ret);
        return derive_bars(fact, ret);
}

/* Each unit lists its devices: the only reliable mapping of devices to units. */
static void join_units(const IommuFacts *iommus, Profile *profile) {
        for (size_t i = 0; i < iommus->n; i++)
                for (size_t j = 0; j < iommus->iommus[i].devices.n; j++) {
                        ProfileDevice *device =
                                        device_lookup_name(profile, iommus->iommus[i].devices.names[j]);

                        if (device)
                                device->iommu = (int) i;
                }
}

/* Counts existing functions: no event reports a changed number in configuration space. */
static void count_virtual_functions(Profile *profile) {
        for (size_t i = 0; i < profile->n_devices; i++) {
                const ProfileDevice *device = &profile->devices[i];
                ProfileDevice *physical =
                                device->is_vf ? device_lookup(profile, &device->physical_function) : NULL;

                if (physical)
                        physical->num_vfs++;
        }
}

int derive_devices(const Facts *facts, Profile *profile) {
        const PciFacts *pci = &facts->pci;
        int r;

        profile->devices_reason = pci->reason;
        if (pci->n == 0)
                return 0;
        profile->devices = calloc(pci->n, sizeof(ProfileDevice));
        if (!profile->devices)
                return -ENOMEM;
        for (size_t i = 0; i < pci->n; i++) {
                profile->n_devices = i + 1;
                r = derive_device(&pci->devices[i], &profile->devices[i]);
                if (r < 0)
                        return r;
        }
        count_virtual_functions(profile);
        join_units(&facts->iommu, profile);
        return 0;
}
