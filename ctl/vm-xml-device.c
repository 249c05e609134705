/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* <devices>: those that reach memory, take a place in it, or say how wide addresses are. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/vm-element.h"
#include "probe/cleanup.h"
#include "profile/guest/guest-size.h"

/* As QEMU's device of that driver, with up to two properties; a NULL value leaves one out. */
static int as_device(Vm *vm, const char *driver, const char *id, const char *key, const char *value,
                const char *key2, const char *value2) {
        _cleanup_(key_values_done) KeyValues values = {};
        int r = key_values_add(&values, "driver", driver);

        if (r >= 0 && *id)
                r = key_values_add(&values, "id", id);
        if (r >= 0 && value)
                r = key_values_add(&values, key, value);
        if (r >= 0 && value2)
                r = key_values_add(&values, key2, value2);
        return r < 0 ? r : vm_device(vm, &values);
}

static void device_id(const xmlNode *node, char ret[VM_ATTRIBUTE_MAX]) {
        vm_element_attribute(vm_element_child(node, "alias"), "name", ret);
}

/* ── assigned ──────────────────────────────────────────────────────────────────────────────────────────── */

static int part(Vm *vm, const xmlNode *address, const char *name, uint64_t max, unsigned *ret) {
        char text[VM_ATTRIBUTE_MAX];
        uint64_t number = 0;
        int r = 0;

        if (vm_element_attribute(address, name, text))
                r = vm_number(vm, name, text, max, &number);
        *ret = (unsigned) number;
        return r;
}

/* Of the controllers around it, the one whose bus it is on. */
static bool behind_port(const Vm *vm, const xmlNode *node) {
        const xmlNode *address = vm_element_child(node, "address");
        const xmlNode *controller = vm_element_child(node->parent, "controller");
        char bus[VM_ATTRIBUTE_MAX], type[VM_ATTRIBUTE_MAX], index[VM_ATTRIBUTE_MAX], model[VM_ATTRIBUTE_MAX];

        /* Where the domain leaves it to libvirt, it gives each its own port on a machine that has ports. */
        if (!vm_element_attribute(address, "bus", bus))
                return vm->guest->machine == MACHINE_Q35;
        for (; controller; controller = vm_element_next(controller)) {
                vm_element_attribute(controller, "type", type);
                vm_element_attribute(controller, "index", index);
                vm_element_attribute(controller, "model", model);
                if (strcmp(type, "pci") == 0 && *index && strtoul(index, NULL, 0) == strtoul(bus, NULL, 0))
                        return strcmp(model, "pcie-root-port") == 0 ||
                                        strcmp(model, "pcie-switch-downstream-port") == 0;
        }
        return false;
}

/* The device's own word goes before the domain's. */
static bool has_iommufd(const xmlNode *node) {
        const xmlNode *driver = vm_element_child(node, "driver");
        char text[VM_ATTRIBUTE_MAX];

        vm_element_attribute(driver, "name", text);
        if (strcmp(text, "iommufd") == 0)
                return true;
        if (!vm_element_attribute(driver, "iommufd", text))
                vm_element_attribute(vm_element_child(node->parent->parent, "iommufd"), "enabled", text);
        return strcmp(text, "yes") == 0;
}

/* Kept for the guest, and not handed to it. */
static bool is_unassigned(const xmlNode *node) {
        char type[VM_ATTRIBUTE_MAX];

        vm_element_attribute(vm_element_child(node, "address"), "type", type);
        return strcmp(type, "unassigned") == 0;
}

static int add_assigned(Vm *vm, const xmlNode *node) {
        const xmlNode *address = vm_element_child(vm_element_child(node, "source"), "address");
        char id[VM_ATTRIBUTE_MAX], text[40];
        unsigned domain, bus, slot, function;
        int r;

        if (!address)
                return vm_fail(vm, "<%.20s>: expected <source><address .../></source>",
                                (const char *) node->name);
        vm_element_line(vm, address);
        r = part(vm, address, "domain", UINT32_MAX, &domain);
        if (r >= 0)
                r = part(vm, address, "bus", 255, &bus);
        if (r >= 0)
                r = part(vm, address, "slot", 31, &slot);
        if (r >= 0)
                r = part(vm, address, "function", 7, &function);
        if (r < 0)
                return r;
        snprintf(text, sizeof(text), "%04x:%02x:%02x.%x", domain, bus, slot, function);
        device_id(node, id);
        return vm_assigned(vm, *id ? id : NULL, text, has_iommufd(node), behind_port(vm, node));
}

static int add_mediated(Vm *vm, const xmlNode *node) {
        const xmlNode *address = vm_element_child(vm_element_child(node, "source"), "address");
        char id[VM_ATTRIBUTE_MAX], uuid[VM_ATTRIBUTE_MAX], path[VM_ATTRIBUTE_MAX + 32];

        vm_element_attribute(address, "uuid", uuid);
        snprintf(path, sizeof(path), "/sys/bus/mdev/devices/%s", uuid);
        device_id(node, id);
        return as_device(vm, "vfio-pci", *id ? id : uuid, "sysfsdev", path, NULL, NULL);
}

static int read_hostdev(VmDomain *domain, const xmlNode *node) {
        char type[VM_ATTRIBUTE_MAX];

        vm_element_attribute(node, "type", type);
        if (is_unassigned(node))
                return 0;
        if (strcmp(type, "pci") == 0)
                return add_assigned(domain->vm, node);
        if (strcmp(type, "mdev") == 0)
                return add_mediated(domain->vm, node);
        if (strcmp(type, "usb") == 0 || strcmp(type, "scsi") == 0 || strcmp(type, "scsi_host") == 0)
                return 0;
        return vm_ignore(domain->vm, "<hostdev>", "type='%.40s' is not understood", type);
}

static int read_interface(VmDomain *domain, const xmlNode *node) {
        char type[VM_ATTRIBUTE_MAX], teaming[VM_ATTRIBUTE_MAX];

        vm_element_attribute(node, "type", type);
        if (strcmp(type, "hostdev") == 0)
                return add_assigned(domain->vm, node);
        /* Of a pair only that half is a host's device, which a network of such devices gives. */
        vm_element_attribute(vm_element_child(node, "teaming"), "type", teaming);
        if (strcmp(teaming, "transient") == 0)
                return vm_ignore(domain->vm, "<interface>",
                                "an assigned device, but which of the host's its network chooses");
        if (strcmp(type, "vdpa") == 0)
                return vm_ignore(domain->vm, "<interface type='vdpa'>",
                                "a device that reaches guest memory, and is not followed");
        return 0;
}

/* ── memory ────────────────────────────────────────────────────────────────────────────────────────────── */

/* Modules lie in the region that <maxMemory> sets apart; of SGX's the place is their own. */
static int read_module(VmDomain *domain, const xmlNode *node) {
        const xmlNode *target = vm_element_child(node, "target"), *size = vm_element_child(target, "size");
        char model[VM_ATTRIBUTE_MAX];
        uint64_t bytes;
        int r;

        if (!size)
                return vm_fail(domain->vm, "<memory>: expected <target><size>");
        r = vm_element_size(domain->vm, size, &bytes);
        if (r < 0)
                return r;
        vm_element_attribute(node, "model", model);
        domain->modules += bytes;
        if (strcmp(model, "sgx-epc") == 0)
                domain->vm->guest->memory.sgx_epc += bytes;
        if (domain->modules > GUEST_SIZE_MAX)
                return vm_fail(domain->vm, "<memory>: modules of more than 4 PiB");
        return 0;
}

static int read_shmem(VmDomain *domain, const xmlNode *node) {
        const xmlNode *size = vm_element_child(node, "size");
        bool served = vm_element_child(node, "server") != NULL;
        char name[VM_ATTRIBUTE_MAX], id[VM_ATTRIBUTE_MAX], text[32];
        uint64_t bytes = UINT64_C(4) << 20; /* libvirt's default */
        int r = 0;

        if (size)
                r = vm_element_size(domain->vm, size, &bytes);
        if (r < 0)
                return r;
        vm_element_attribute(node, "name", name);
        device_id(node, id);
        snprintf(text, sizeof(text), "%" PRIu64 "k", bytes >> 10);
        return as_device(domain->vm, "ivshmem", *id ? id : name, "size", served && !size ? NULL : text, NULL,
                        NULL);
}

static int read_video(VmDomain *domain, const xmlNode *node) {
        const xmlNode *model = vm_element_child(node, "model");
        char type[VM_ATTRIBUTE_MAX], id[VM_ATTRIBUTE_MAX], text[VM_ATTRIBUTE_MAX + 2],
                        number[VM_ATTRIBUTE_MAX];

        vm_element_attribute(model, "type", type);
        if (strcmp(type, "qxl") != 0 || !vm_element_attribute(model, "vram64", number))
                return 0;
        device_id(node, id);
        snprintf(text, sizeof(text), "%sk", number);
        return as_device(domain->vm, "qxl", id, "vram64_size_mb", text, NULL, NULL);
}

/* ── platform ──────────────────────────────────────────────────────────────────────────────────────────── */

static int read_iommu(VmDomain *domain, const xmlNode *node) {
        static const struct {
                const char *model, *driver;
        } models[] = {
                { "intel", "intel-iommu" },
                { "amd", "amd-iommu" },
                { "virtio", "virtio-iommu-pci" },
        };
        const xmlNode *driver = vm_element_child(node, "driver");
        char model[VM_ATTRIBUTE_MAX], bits[VM_ATTRIBUTE_MAX], dma[VM_ATTRIBUTE_MAX];
        bool wide, dma_given;

        vm_element_attribute(node, "model", model);
        wide = vm_element_attribute(driver, "aw_bits", bits);
        dma_given = vm_element_attribute(driver, "dma_translation", dma);
        for (size_t i = 0; i < ELEMENTS(models); i++)
                if (strcmp(model, models[i].model) == 0)
                        return as_device(domain->vm, models[i].driver, "", "aw-bits", wide ? bits : NULL,
                                        "dma-translation", dma_given ? dma : NULL);
        return vm_ignore(domain->vm, "<iommu>", "model='%.40s' is not understood", model);
}

static int read_controller(VmDomain *domain, const xmlNode *node) {
        const xmlNode *hole = vm_element_child(node, "pcihole64"),
                      *target = vm_element_child(node, "target");
        char type[VM_ATTRIBUTE_MAX], reserve[VM_ATTRIBUTE_MAX];
        uint64_t size;
        int r;

        vm_element_attribute(node, "type", type);
        if (strcmp(type, "pci") != 0)
                return 0;
        if (vm_element_attribute(target, "memReserve", reserve))
                return vm_reserve(domain->vm, "<controller>", "memReserve");
        if (!hole)
                return 0;
        r = vm_element_size(domain->vm, hole, &size);
        return r < 0 ? r : vm_hole(domain->vm, size);
}

static int read_emulator(VmDomain *domain, const xmlNode *node) {
        char path[VM_ATTRIBUTE_MAX];
        const char *slash;

        vm_element_text(node, path);
        slash = strrchr(path, '/');
        domain->vm->i386 = strcmp(slash ? slash + 1 : path, "qemu-system-i386") == 0;
        return 0;
}

int vm_domain_devices(VmDomain *domain, const xmlNode *node) {
        static const VmElement elements[] = {
                { "hostdev", read_hostdev },
                { "interface", read_interface },
                { "memory", read_module },
                { "shmem", read_shmem },
                { "video", read_video },
                { "iommu", read_iommu },
                { "controller", read_controller },
                { "audio" },
                { "channel" },
                { "console" },
                { "crypto" },
                { "disk" },
                { "emulator", read_emulator },
                { "filesystem" },
                { "graphics" },
                { "hub" },
                { "input" },
                { "lease" },
                { "memballoon" },
                { "nvram" },
                { "panic" },
                { "parallel" },
                { "pstore" },
                { "redirdev" },
                { "redirfilter" },
                { "rng" },
                { "serial" },
                { "smartcard" },
                { "sound" },
                { "tpm" },
                { "vsock" },
                { "watchdog" },
        };

        return vm_element_children(domain, node, elements, ELEMENTS(elements));
}
