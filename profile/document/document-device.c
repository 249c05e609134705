/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>

#include "probe/cleanup.h"
#include "profile/document/document.h"
#include "profile/document/json-fact.h"

static json_t *hex_id(uint32_t value, int digits) {
        char text[16];

        snprintf(text, sizeof(text), "0x%0*x", digits, value);
        return json_string(text);
}

static json_t *bar(const ProfileBar *bar) {
        json_t *object = json_object();
        uint64_t last = bar->end - bar->start;
        bool ok = true;

        ok &= json_put(object, "index", json_integer(bar->index));
        ok &= json_put(object, "kind",
                        json_string(bar->index < 6                        ? "bar"
                                                        : bar->index == 6 ? "rom"
                                                                          : "vf-bar"));
        ok &= json_put(object, "space", json_string(bar->io ? "io" : "memory"));
        ok &= json_put(object, "is64bit", json_boolean(bar->is_64bit));
        ok &= json_put(object, "prefetchable", json_boolean(bar->prefetchable));
        ok &= json_put(object, "start", bar->assigned ? json_hex(bar->start) : json_null());
        ok &= json_put(object, "size", last == UINT64_MAX ? json_null() : json_size(last + 1));
        ok &= json_put(object, "resizableMax",
                        bar->resizable_max ? json_size(bar->resizable_max) : json_null());
        return json_finish(object, ok);
}

static json_t *bars(const ProfileDevice *device) {
        json_t *array = json_array();

        for (size_t i = 0; i < device->n_bars; i++)
                if (json_array_append_new(array, bar(&device->bars[i])) < 0) {
                        json_decref(array);
                        return NULL;
                }
        return array;
}

/* The bits that kernel grouping asks for and does not find on (PCIe ACS; drivers/iommu, REQ_ACS_FLAGS). */
static json_t *acs_missing(const ProfileDevice *device) {
        static const struct {
                uint8_t mask;
                const char *name;
        } required[] = { { 0x01, "SV" }, { 0x04, "RR" }, { 0x08, "CR" }, { 0x10, "UF" } };
        json_t *array = json_array();

        for (size_t i = 0; i < ELEMENTS(required); i++)
                if (device->acs_missing & required[i].mask &&
                                json_array_append_new(array, json_string(required[i].name)) < 0) {
                        json_decref(array);
                        return NULL;
                }
        return array;
}

static json_t *acs(const ProfileDevice *device) {
        json_t *object = json_object();
        bool present = device->acs == TRISTATE_YES, ok = true;

        ok &= json_put(object, "present", json_tristate(device->acs));
        ok &= json_put(object, "capability", present ? json_integer(device->acs_capability) : json_null());
        ok &= json_put(object, "control", present ? json_integer(device->acs_control) : json_null());
        ok &= json_put(object, "missing", acs_missing(device));
        return json_finish(object, ok);
}

static json_t *sriov(const ProfileDevice *device, bool canonical) {
        json_t *object = json_object();
        bool present = device->sriov == TRISTATE_YES, ok = true;

        ok &= json_put(object, "present", json_tristate(device->sriov));
        ok &= json_put(object, "totalVfs", present ? json_integer(device->total_vfs) : json_null());
        if (!canonical)
                ok &= json_put(object, "numVfs", present ? json_integer(device->num_vfs) : json_null());
        ok &= json_put(object, "physicalFunction",
                        json_pci_address(device->is_vf ? &device->physical_function : NULL));
        return json_finish(object, ok);
}

static bool put_ids(json_t *object, const ProfileDevice *device) {
        bool known = device->ids_reason == REASON_NONE, ok = true;

        ok &= json_put(object, "vendorId", known ? hex_id(device->vendor, 4) : json_null());
        ok &= json_put(object, "deviceId", known ? hex_id(device->device, 4) : json_null());
        ok &= json_put(object, "subsystemVendorId",
                        known ? hex_id(device->subsystem_vendor, 4) : json_null());
        ok &= json_put(object, "subsystemDeviceId",
                        known ? hex_id(device->subsystem_device, 4) : json_null());
        ok &= json_put(object, "classCode", known ? hex_id(device->class_code, 6) : json_null());
        ok &= json_put(object, "revision",
                        device->header_type_known ? json_integer(device->revision) : json_null());
        ok &= json_put(object, "headerType",
                        device->header_type_known ? json_integer(device->header_type) : json_null());
        return ok && json_put(object, "idsReason", json_reason(device->ids_reason));
}

json_t *document_device(const Profile *profile, size_t i, bool canonical) {
        const ProfileDevice *device = &profile->devices[i];
        json_t *object = json_object();
        bool ok = true;

        ok &= json_put(object, "address", json_pci_address(&device->address));
        ok &= json_put(object, "parent", json_pci_address(device->has_parent ? &device->parent : NULL));
        ok &= put_ids(object, device);
        ok &= json_put(object, "driver", json_text(device->driver));
        ok &= json_put(object, "group",
                        device->group >= 0 ? json_integer(profile->groups[device->group].id) : json_null());
        ok &= json_put(object, "iommu",
                        device->iommu >= 0 ? json_string(profile->iommus[device->iommu].name) : json_null());
        ok &= json_put(object, "bars", bars(device));
        ok &= json_put(object, "barsReason", json_reason(device->resource_reason));
        ok &= json_put(object, "configReason", json_reason(device->config_reason));
        ok &= json_put(object, "portType",
                        device->port_type >= 0 ? json_integer(device->port_type) : json_null());
        ok &= json_put(object, "acs", acs(device));
        ok &= json_put(object, "ats", json_tristate(device->ats));
        ok &= json_put(object, "pasid", json_tristate(device->pasid));
        ok &= json_put(object, "pasidBits",
                        device->pasid == TRISTATE_YES ? json_integer(device->pasid_bits) : json_null());
        ok &= json_put(object, "pri", json_tristate(device->pri));
        ok &= json_put(object, "sriov", sriov(device, canonical));
        ok &= json_put(object, "vgpuType",
                        device->vgpu_type ? json_integer(device->vgpu_type) : json_null());
        return json_finish(object, ok);
}
