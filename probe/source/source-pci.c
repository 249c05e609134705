/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/decode/pci/pci-uevent.h"
#include "probe/decode/text.h"
#include "probe/source/facts.h"

#define PCI_DEVICES_MAX 65536
#define VENDOR_NVIDIA 0x10de

static const char *device_path(char path[128], const char *name, const char *file) {
        snprintf(path, 128, "sys/bus/pci/devices/%.16s%s%s", name, *file ? "/" : "", file);
        return path;
}

static Bytes text_bytes(const char *text, size_t n) {
        return (Bytes){ .data = (const uint8_t *) text, .n = n };
}

/* ── path ──────────────────────────────────────────────────────────────────────────────────────────────── */

/* "../../../devices/pci0000:00/0000:00:1c.0/0000:01:00.0": the component before the last, if a device. */
static Reason read_parent(Root *root, const char *name, PciFact *ret) {
        char path[128], parent[64];
        Reason reason = root_link_parent(root, device_path(path, name, ""), parent, sizeof(parent));

        ret->has_parent = reason == REASON_NONE &&
                        pci_address_parse(text_bytes(parent, strlen(parent)), &ret->parent);
        return reason;
}

/* Only virtual functions have the link. */
static void read_physical_function(Root *root, const char *name, PciFact *ret) {
        char path[128], target[64];

        if (root_link_name(root, device_path(path, name, "physfn"), target, sizeof(target)) == REASON_NONE)
                ret->is_vf = pci_address_parse(text_bytes(target, strlen(target)), &ret->physical_function);
}

/* NVIDIA's vGPU driver without mediated devices: type set for a virtual function, 0 for none. */
static void read_vgpu(Root *root, Buffer *buffer, const char *name, PciFact *ret) {
        char path[128];
        uint64_t type = 0;
        Bytes line = {};
        size_t cursor = 0;

        if (!ret->is_vf || ret->vendor != VENDOR_NVIDIA ||
                        root_read_attribute(root, device_path(path, name, "nvidia/current_vgpu_type"),
                                        buffer) != REASON_NONE)
                return;
        if (text_line(buffer_bytes(buffer), &cursor, &line) && text_u64(line, 10, &type) &&
                        type <= INT32_MAX)
                ret->vgpu_type = (uint32_t) type;
}

/* ── identity ──────────────────────────────────────────────────────────────────────────────────────────── */

static Reason read_hex(Root *root, const char *name, const char *file, Buffer *buffer, uint64_t max,
                uint64_t *ret) {
        char path[128];
        Reason reason = root_read_attribute(root, device_path(path, name, file), buffer);
        Bytes line = {};
        size_t cursor = 0;

        if (reason != REASON_NONE)
                return reason;
        if (!text_line(buffer_bytes(buffer), &cursor, &line) || !text_u64(line, 16, ret) || *ret > max)
                return REASON_MALFORMED;
        return REASON_NONE;
}

/* Trees without `uevent` have separate files. */
static void read_id_files(Root *root, const char *name, Buffer *buffer, PciFact *ret) {
        uint64_t vendor = 0, device = 0, class_code = 0, subsystem_vendor = 0, subsystem_device = 0;
        char path[128];

        ret->ids_reason = read_hex(root, name, "vendor", buffer, UINT16_MAX, &vendor);
        if (ret->ids_reason == REASON_NONE)
                ret->ids_reason = read_hex(root, name, "device", buffer, UINT16_MAX, &device);
        if (ret->ids_reason == REASON_NONE)
                ret->ids_reason = read_hex(root, name, "class", buffer, 0xffffff, &class_code);
        if (ret->ids_reason != REASON_NONE)
                return;
        (void) read_hex(root, name, "subsystem_vendor", buffer, UINT16_MAX, &subsystem_vendor);
        (void) read_hex(root, name, "subsystem_device", buffer, UINT16_MAX, &subsystem_device);
        ret->vendor = (uint16_t) vendor;
        ret->device = (uint16_t) device;
        ret->class_code = (uint32_t) class_code;
        ret->subsystem_vendor = (uint16_t) subsystem_vendor;
        ret->subsystem_device = (uint16_t) subsystem_device;
        if (root_link_name(root, device_path(path, name, "driver"), ret->driver, sizeof(ret->driver)) !=
                        REASON_NONE)
                ret->driver[0] = 0;
}

static void read_ids(Root *root, const char *name, Buffer *buffer, PciFact *ret) {
        char path[128];
        PciUevent uevent;

        ret->ids_reason = root_read_attribute(root, device_path(path, name, "uevent"), buffer);
        if (ret->ids_reason == REASON_ABSENT) {
                read_id_files(root, name, buffer, ret);
                return;
        }
        if (ret->ids_reason != REASON_NONE)
                return;
        pci_uevent_decode(buffer_bytes(buffer), &uevent);
        if (!uevent.has_id || !uevent.has_class) {
                ret->ids_reason = REASON_MALFORMED;
                return;
        }
        ret->vendor = uevent.vendor;
        ret->device = uevent.device;
        ret->class_code = uevent.class_code;
        ret->subsystem_vendor = uevent.subsystem_vendor;
        ret->subsystem_device = uevent.subsystem_device;
        memcpy(ret->driver, uevent.driver, sizeof(ret->driver));
}

static void read_resources(Root *root, const char *name, Buffer *buffer, PciFact *ret, FaultList *faults) {
        char path[128];
        size_t before = faults->n + faults->dropped;

        ret->resource_reason = root_read_attribute(root, device_path(path, name, "resource"), buffer);
        if (ret->resource_reason != REASON_NONE)
                return;
        pci_resources_decode(buffer_bytes(buffer), &ret->resources, faults);
        if (faults->n + faults->dropped > before)
                ret->resource_reason = REASON_MALFORMED;
}

/* ── configuration space ───────────────────────────────────────────────────────────────────────────────── */

static bool next_part(void *userdata, Bytes read, BytesRange *ret) {
        return pci_walk_next(userdata, read, ret, NULL);
}

static Reason read_parts(Root *root, Buffer *buffer, const char *name, PciWalk *walk) {
        char path[128];

        return root_read_parts(root, device_path(path, name, "config"), PCI_EXTENDED_CONFIG_SIZE, next_part,
                        walk, buffer);
}

Reason source_pci_read_config(Root *root, Buffer *buffer, const char *name) {
        PciWalk walk = {};

        return read_parts(root, buffer, name, &walk);
}

/* Without CAP_SYS_ADMIN 64 bytes are readable (drivers/pci, pci_read_config): the collector has all. */
static void take_copy(Root *root, Buffer *buffer, const char *name) {
        uint8_t bytes[PCI_CONFIG_SIZE];
        const Bytes live = { .data = bytes, .n = buffer->n };
        char path[128];

        if (live.n > sizeof(bytes))
                return;
        memcpy(bytes, buffer->data, live.n);
        if (root_read_private(root, device_path(path, name, "config"), PCI_EXTENDED_CONFIG_SIZE, buffer) ==
                                        REASON_NONE &&
                        pci_config_same_device(live, buffer_bytes(buffer)))
                return;
        memcpy(buffer->data, bytes, live.n);
        buffer->n = live.n;
}

static void read_config(Root *root, Buffer *buffer, const char *name, PciFact *ret, FaultList *faults) {
        PciWalk walk = {};

        ret->config.port_type = -1;
        ret->config_reason = read_parts(root, buffer, name, &walk);
        if (ret->config_reason != REASON_NONE)
                return;
        if (walk.header_visible && !walk.conventional_visible)
                take_copy(root, buffer, name);
        ret->config_known = pci_config_decode(buffer_bytes(buffer), &ret->config, faults);
        if (!ret->config_known)
                ret->config_reason = REASON_MALFORMED;
        else if (!ret->config.conventional_visible)
                ret->config_reason = REASON_PERMISSION;
        else if (!ret->config.extended_visible)
                /* The kernel cannot read more either: no memory-mapped configuration space. */
                ret->config_reason = REASON_ABSENT;
}

static int compare_addresses(const void *a, const void *b) {
        const PciFact *x = a, *y = b;

        return pci_address_compare(&x->address, &y->address);
}

/* ── all of them ───────────────────────────────────────────────────────────────────────────────────────── */

bool source_pci_read_device(Root *root, Buffer *buffer, const char *name, PciFact *ret, FaultList *faults) {
        /* Without its link in sys/bus/pci/devices it was removed. */
        if (read_parent(root, name, ret) == REASON_ABSENT)
                return false;
        read_ids(root, name, buffer, ret);
        read_resources(root, name, buffer, ret, faults);
        read_config(root, buffer, name, ret, faults);
        read_physical_function(root, name, ret);
        read_vgpu(root, buffer, name, ret);
        return true;
}

int source_pci_read(Root *root, Buffer *buffer, PciFacts *ret) {
        _cleanup_(name_list_done) NameList names = {};

        ret->reason = root_list(root, "sys/bus/pci/devices", PCI_DEVICES_MAX, &names);
        if (ret->reason == REASON_NONE && names.truncated)
                ret->reason = REASON_TOO_LARGE;
        if (names.n == 0)
                return 0;
        ret->devices = calloc(names.n, sizeof(PciFact));
        if (!ret->devices)
                return -ENOMEM;
        for (size_t i = 0; i < names.n; i++) {
                PciFact *device = &ret->devices[ret->n];

                if (!pci_address_parse(text_bytes(names.names[i], strlen(names.names[i])), &device->address))
                        continue;
                /* Skips devices removed since the listing. */
                ret->n += source_pci_read_device(root, buffer, names.names[i], device, &ret->faults);
        }
        /* Name order is address order except for domains of different length. */
        qsort(ret->devices, ret->n, sizeof(PciFact), compare_addresses);
        return 0;
}

void pci_facts_done(PciFacts *facts) {
        free(facts->devices);
        fault_list_done(&facts->faults);
        *facts = (PciFacts){};
}
