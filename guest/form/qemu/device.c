/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/qemu/qemu.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/size.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"

#define MIB (UINT64_C(1) << 20)

static int add_device(Vm *vm, const char *name, GuestDevice **ret) {
        int r = guest_add_device(vm->guest, ret);

        if (r < 0)
                return vm_bounded(vm, r);
        text_printable(bytes_of(name), (*ret)->name, sizeof((*ret)->name));
        return 0;
}

static const char *device_name(const KeyValues *values) {
        const char *id = key_values_get(values, "id"), *driver = key_values_get(values, "driver");

        return id && *id ? id : driver ? driver : "";
}

/* ── VFIO ──────────────────────────────────────────────────────────────────────────────────────────────── */

/* QEMU accepts capitals and an omitted domain. */
static bool parse_address(const char *text, PciAddress *ret) {
        char whole[32];
        size_t n = strlen(text);

        if (n >= sizeof(whole) - 5)
                return false;
        snprintf(whole, sizeof(whole), "%s%s", n <= strlen("00:00.0") ? "0000:" : "", text);
        for (char *c = whole; *c; c++)
                if (*c >= 'A' && *c <= 'F')
                        *c |= 0x20;
        return pci_address_parse(bytes_of(whole), ret);
}

int vm_assigned(Vm *vm, const char *name, const PciAddress *address, bool iommufd, GuestDevice **ret) {
        GuestDevice *device;
        int r = add_device(vm, name, &device);

        if (r < 0)
                return r;
        device->assigned = device->has_address = true;
        device->iommufd = iommufd;
        device->address = *address;
        *ret = device;
        return 0;
}

int vm_mediated(Vm *vm, const char *name, const char *uuid, bool iommufd, GuestDevice **ret) {
        GuestDevice *device;
        int r = add_device(vm, name, &device);

        if (r < 0)
                return r;
        device->assigned = device->mediated = true;
        device->iommufd = iommufd;
        memcpy(device->uuid, uuid, sizeof(device->uuid));
        *ret = device;
        return 0;
}

/* Takes the last part of a path. */
static bool parse_uuid(const char *path, char ret[UUID_TEXT_MAX]) {
        const char *last = path ? strrchr(path, '/') : NULL;

        return last && uuid_parse(bytes_of(last + 1), ret);
}

static int add_vfio(Vm *vm, const KeyValues *values) {
        const char *host = key_values_get(values, "host"), *path = key_values_get(values, "sysfsdev");
        const char *id = key_values_get(values, "id"), *last = path ? strrchr(path, '/') : NULL;
        bool iommufd = key_values_get(values, "iommufd") != NULL;
        char uuid[UUID_TEXT_MAX];
        GuestDevice *device;
        PciAddress parsed;
        int r;

        id = id && *id ? id : NULL;
        if (!host && parse_uuid(path, uuid)) {
                r = vm_mediated(vm, id ? id : uuid, uuid, iommufd, &device);
                if (r >= 0)
                        vm_port_take(vm, key_values_get(values, "bus"), device);
                return r;
        }
        if (host && !parse_address(host, &parsed))
                return vm_fail(vm, "expected a PCI address such as 0000:01:00.0, not '%s'", host);
        if (host || (last && parse_address(last + 1, &parsed))) {
                r = vm_assigned(vm, id ? id : host ? host : last + 1, &parsed, iommufd, &device);
                if (r >= 0)
                        vm_port_take(vm, key_values_get(values, "bus"), device);
                return r;
        }
        r = add_device(vm, id ? id : last ? last + 1 : device_name(values), &device);
        if (r < 0)
                return r;
        device->assigned = true;
        device->iommufd = iommufd;
        return vm_ignore(vm, device->name,
                        path ? "its path names no device of the host: expected a PCI address or a UUID at "
                               "its end"
                             : "an assigned device, but the device of the host is unknown");
}

static int ignore_mapped(Vm *vm, const KeyValues *values) {
        return vm_ignore(vm, device_name(values),
                        "a device that accesses guest memory; hawd does not support it");
}

/* ── vIOMMU ────────────────────────────────────────────────────────────────────────────────────────────── */

static int set_viommu(Vm *vm, const KeyValues *values, ViommuKind kind) {
        GuestViommu *viommu = &vm->guest->viommu;
        const char *bits = key_values_get(values, "aw-bits"),
                   *dma = key_values_get(values, "dma-translation");
        uint64_t number;
        bool on;
        int r = 0;

        viommu->kind = kind;
        if (!bits)
                bits = key_values_get(values, "x-aw-bits");
        if (bits) {
                r = vm_number(vm, "aw-bits", bits, 64, &number);
                if (r < 0)
                        return r;
                viommu->aw_bits = (uint8_t) number;
        }
        if (dma) {
                r = vm_boolean(vm, "dma-translation", dma, &on);
                if (r >= 0)
                        viommu->dma_translation = tristate(on);
        }
        return r;
}

/* Only x86 has these. */
static int refuse_foreign(Vm *vm, const KeyValues *values) {
        char what[96], text[160];
        const char *driver = key_values_get(values, "driver");

        snprintf(what, sizeof(what), "-device %.60s", driver);
        snprintf(text, sizeof(text), "'%.60s' is not a valid device model name", driver);
        return vm_refuse(vm, what, text);
}

static int set_intel(Vm *vm, const KeyValues *values) {
        return vm->qemu->arm64 ? refuse_foreign(vm, values) : set_viommu(vm, values, VIOMMU_INTEL);
}

static int set_amd(Vm *vm, const KeyValues *values) {
        return vm->qemu->arm64 ? refuse_foreign(vm, values) : set_viommu(vm, values, VIOMMU_AMD);
}

static int set_virtio(Vm *vm, const KeyValues *values) {
        vm->guest->virt.two_iommus |= vm->qemu->arm64 && vm->guest->viommu.kind == VIOMMU_VIRTIO;
        return set_viommu(vm, values, VIOMMU_VIRTIO);
}

/* ── large BARs of emulated devices ────────────────────────────────────────────────────────────────────── */

static int add_bar(Vm *vm, const KeyValues *values, uint8_t index, uint64_t size, bool ram) {
        GuestDevice *device;
        GuestBar *bar;
        int r;

        if (size == 0)
                return 0;
        if (size > GUEST_BAR_MAX)
                return vm_fail(vm, "%s: larger than 1 PiB", device_name(values));
        r = add_device(vm, device_name(values), &device);
        if (r < 0)
                return r;
        bar = &device->bars[device->n_bars++];
        *bar = (GuestBar){ .index = index, .size = 16, .is_64bit = true, .prefetchable = true, .ram = ram };
        while (bar->size < size)
                bar->size <<= 1;
        vm_port_take(vm, key_values_get(values, "bus"), device);
        return 0;
}

static int add_backed(Vm *vm, const KeyValues *values, const char *key, uint8_t index) {
        const char *id = key_values_get(values, key);
        const VmObject *backend = id ? vm_object_find(vm, id) : NULL;

        if (!id)
                return 0;
        if (!backend)
                return vm_fail(vm, "%s: memory backend '%s' not found", device_name(values), id);
        return add_bar(vm, values, index, backend->size, true);
}

static int add_sized(
                Vm *vm, const KeyValues *values, const char *key, uint64_t scale, uint8_t index, bool ram) {
        const char *text = key_values_get(values, key);
        uint64_t size;
        int r;

        if (!text)
                return 0;
        r = vm_size(vm, key, text, scale, &size);
        return r < 0 ? r : add_bar(vm, values, index, size, ram);
}

static int add_ivshmem(Vm *vm, const KeyValues *values) {
        if (key_values_get(values, "memdev"))
                return add_backed(vm, values, "memdev", 2);
        if (key_values_get(values, "size"))
                return add_sized(vm, values, "size", MIB, 2, true);
        return vm_ignore(vm, device_name(values), "shared memory whose size only its server knows");
}

static int add_qxl(Vm *vm, const KeyValues *values) {
        return add_sized(vm, values, "vram64_size_mb", MIB, 4, true);
}

static int add_gpu(Vm *vm, const KeyValues *values) {
        return add_sized(vm, values, "hostmem", 1, 4, true);
}

static int add_nvme(Vm *vm, const KeyValues *values) {
        int r = add_sized(vm, values, "cmb_size_mb", MIB, 2, false);

        return r < 0 ? r : add_backed(vm, values, "pmrdev", 4);
}

static int add_filesystem(Vm *vm, const KeyValues *values) {
        return add_sized(vm, values, "cache-size", 1, 2, true);
}

static int add_testdev(Vm *vm, const KeyValues *values) {
        const char *backed = key_values_get(values, "membar-backed");

        return add_sized(vm, values, "membar", 1, 2, backed && strcmp(backed, "on") == 0);
}

/* Unlisted drivers have small BARs and no memory: disks, networks, displays. */
static const struct {
        const char *driver; /* prefix of its name */
        int (*add)(Vm *vm, const KeyValues *values);
} drivers[] = {
        { "vfio-pci", add_vfio },
        { "vfio-user", ignore_mapped },
        { "vhost-vdpa", ignore_mapped },
        { "xen-pci-passthrough", ignore_mapped },
        { "intel-iommu", set_intel },
        { "amd-iommu", set_amd },
        { "virtio-iommu", set_virtio },
        { "arm-smmuv3", vm_virt_smmu },
        { "ivshmem", add_ivshmem },
        { "qxl", add_qxl },
        { "virtio-vga", add_gpu },
        { "virtio-gpu", add_gpu },
        { "nvme", add_nvme },
        { "vhost-user-fs", add_filesystem },
        { "pci-testdev", add_testdev },
        { "pc-dimm", vm_module },
        { "nvdimm", vm_module },
        { "virtio-mem", vm_module },
        { "virtio-pmem", vm_module },
};

int vm_device(Vm *vm, const KeyValues *values) {
        const char *driver = key_values_get(values, "driver");

        if (!driver)
                return vm_fail(vm, "-device: expected DRIVER,PROPERTY=VALUE,...");
        /* Apple's SMC, which macOS requires. */
        if (strcmp(driver, "isa-applesmc") == 0)
                guest_system_set(&vm->guest->system, SYSTEM_MACOS, TRISTATE_YES, driver);
        for (size_t i = 0; i < ELEMENTS(drivers); i++)
                if (strncmp(driver, drivers[i].driver, strlen(drivers[i].driver)) == 0)
                        return drivers[i].add(vm, values);
        return vm_port_device(vm, values);
}
