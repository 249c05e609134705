/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* <devices> that access memory, use address space or set the width of addresses. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/form/libvirt/element.h"
#include "guest/form/words/program.h"
#include "guest/guest.h"
#include "guest/size.h"
#include "probe/cleanup.h"

/* ── memory ────────────────────────────────────────────────────────────────────────────────────────────── */

/* libvirt rounds sizes up; this is the minimum. */
static int add_module(VmDomain *domain, const char *model, const xmlNode *target, uint64_t size) {
        const xmlNode *block = vm_element_child(target, "block");
        int kind = memory_from_string(model);
        GuestModule module = { .kind = kind < 0 ? MEMORY_DIMM : (MemoryKind) kind, .size = size };
        uint64_t bytes = 0;
        int r = block ? vm_element_size(domain->vm, block, &bytes) : 0;

        if (r >= 0 && (bytes & (bytes - 1)) == 0) {
                module.align = bytes > UINT64_C(2) << 20 ? bytes : 0;
                module.block = bytes;
        }
        return r < 0 || module.size == 0
                        ? r
                        : vm_bounded(domain->vm, guest_add_module(domain->vm->guest, &module));
}

/* Modules are in the region of <maxMemory>, SGX has its own. */
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
        else
                r = add_module(domain, model, target, bytes);
        if (r < 0)
                return r;
        if (domain->modules > GUEST_SIZE_MAX)
                return vm_fail(domain->vm, "<memory>: modules larger than 4 PiB");
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
        vm_element_alias(node, id);
        snprintf(text, sizeof(text), "%" PRIu64 "k", bytes >> 10);
        return vm_element_device(domain->vm, "ivshmem", *id ? id : name, "size",
                        served && !size ? NULL : text, NULL, NULL);
}

static int read_video(VmDomain *domain, const xmlNode *node) {
        const xmlNode *model = vm_element_child(node, "model");
        char type[VM_ATTRIBUTE_MAX], id[VM_ATTRIBUTE_MAX], text[VM_ATTRIBUTE_MAX + 2],
                        number[VM_ATTRIBUTE_MAX];

        vm_element_attribute(model, "type", type);
        if (strcmp(type, "qxl") != 0 || !vm_element_attribute(model, "vram64", number))
                return 0;
        vm_element_alias(node, id);
        snprintf(text, sizeof(text), "%sk", number);
        return vm_element_device(domain->vm, "qxl", id, "vram64_size_mb", text, NULL, NULL);
}

/* ── platform ──────────────────────────────────────────────────────────────────────────────────────────── */

/* With a bus, libvirt adds a device to it instead of the machine's own SMMU. */
static int read_smmu(Vm *vm, const xmlNode *driver) {
        char bus[VM_ATTRIBUTE_MAX], accel[VM_ATTRIBUTE_MAX];
        bool known;

        if (!vm_element_attribute(driver, "pciBus", bus))
                return vm_virt_property(vm, "iommu", "smmuv3", &known);
        return vm_element_device(vm, "arm-smmuv3", "", "primary-bus", bus, "accel",
                        vm_element_attribute(driver, "accel", accel) ? accel : NULL);
}

static int read_iommu(VmDomain *domain, const xmlNode *node) {
        static const struct {
                const char *model, *driver;
        } models[] = {
                { "intel", "intel-iommu" },
                { "amd", "amd-iommu" },
                { "virtio", "virtio-iommu-pci" },
        };
        const xmlNode *driver = vm_element_child(node, "driver");
        Vm *vm = domain->vm;
        char model[VM_ATTRIBUTE_MAX], bits[VM_ATTRIBUTE_MAX], dma[VM_ATTRIBUTE_MAX];
        bool wide, dma_given;

        vm_element_attribute(node, "model", model);
        if (vm->qemu->arm64 && strcmp(model, "smmuv3") == 0)
                return read_smmu(vm, driver);
        wide = vm_element_attribute(driver, "aw_bits", bits);
        dma_given = vm_element_attribute(driver, "dma_translation", dma);
        for (size_t i = 0; i < ELEMENTS(models); i++)
                if (strcmp(model, models[i].model) == 0)
                        return vm_element_device(domain->vm, models[i].driver, "", "aw-bits",
                                        wide ? bits : NULL, "dma-translation", dma_given ? dma : NULL);
        return vm_ignore(domain->vm, "<iommu>", "model='%.40s' is not understood", model);
}

static int read_controller(VmDomain *domain, const xmlNode *node) {
        const xmlNode *hole = vm_element_child(node, "pcihole64");
        char type[VM_ATTRIBUTE_MAX];
        uint64_t size;
        int r;

        vm_element_attribute(node, "type", type);
        if (strcmp(type, "pci") != 0 || !hole)
                return 0;
        r = vm_element_size(domain->vm, hole, &size);
        if (r < 0 || !domain->vm->qemu->arm64)
                return r < 0 ? r : vm_hole(domain->vm, size);
        domain->vm->guest->virt.highmem_mmio_size = size;
        r = vm_virt_window_check(domain->vm, "<pcihole64>");
        if (r < 0)
                return r;
        return vm_bounded(domain->vm,
                        guest_assume(domain->vm->guest, "<pcihole64>",
                                        "libvirt 12.8 or later: 11.3 and earlier reject it on aarch64"));
}

static int read_emulator(VmDomain *domain, const xmlNode *node) {
        char path[VM_ATTRIBUTE_MAX];

        vm_element_text(node, path);
        domain->vm->qemu->i386 = qemu_program(path) == QEMU_PROGRAM_I386;
        vm_program_note(path, domain->vm->guest);
        return 0;
}

int vm_domain_devices(VmDomain *domain, const xmlNode *node) {
        static const VmElement elements[] = {
                { "disk", vm_domain_disk },
                { "hostdev", vm_domain_hostdev },
                { "interface", vm_domain_interface },
                { "memory", read_module },
                { "shmem", read_shmem },
                { "video", read_video },
                { "iommu", read_iommu },
                { "controller", read_controller },
                { "audio" },
                { "channel" },
                { "console" },
                { "crypto" },
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

        int r = vm_domain_ports(domain, node);

        if (r >= 0)
                r = vm_element_children(domain, node, elements, ELEMENTS(elements));
        return r < 0 ? r : vm_domain_added_ports(domain, node);
}
