/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/qemu/qemu.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/firmware/firmware.h"
#include "guest/form/qemu/place.h"
#include "guest/machine.h"
#include "probe/cleanup.h"

static int set_machine_accelerator(Vm *vm, const char *names) {
        return vm_accelerator(vm, names, ACCELERATOR_BY_MACHINE);
}

int vm_machine_look(Vm *vm, const KeyValues *values) {
        const char *type = key_values_get(values, "type");
        GuestVersion version;
        MachineKind kind;
        bool exact;

        if (!type)
                return 0;
        vm->qemu->no_machine = false;
        if (machine_from_name(type, &kind, &version, &exact) >= 0)
                vm->qemu->arm64 = machine_architecture(kind) == ARCHITECTURE_ARM64;
        return 0;
}

static int set_type(Vm *vm, const char *value) {
        int r = guest_set_machine(vm->guest, value);
        const bool arm64 = r >= 0 && vm->guest->architecture == ARCHITECTURE_ARM64;

        if (vm->qemu->aarch64 && (r == -EINVAL || !arm64))
                return vm_fail(vm, "-machine: expected virt or one of its versions, not '%s'", value);
        if (r == -EINVAL || (vm->qemu->x86 && arm64))
                return vm_fail(vm, "-machine: expected pc, q35, microvm or one of their versions, not '%s'",
                                value);
        return vm_bounded(vm, r);
}

static int set_backend(Vm *vm, const char *value) {
        snprintf(vm->qemu->memory_backend, sizeof(vm->qemu->memory_backend), "%s", value);
        return 0;
}

static int set_protection(Vm *vm, const char *value) {
        snprintf(vm->qemu->protection, sizeof(vm->qemu->protection), "%s", value);
        return 0;
}

/* The id of the node or object that has the firmware file. */
static int set_pflash(Vm *vm, const char *value) {
        snprintf(vm->qemu->pflash, sizeof(vm->qemu->pflash), "%s", value);
        return 0;
}

static int set_firmware(Vm *vm, const char *value) {
        guest_firmware_set_path(&vm->guest->firmware, value);
        return 0;
}

static int set_below_4g(Vm *vm, const char *value) {
        uint64_t *bytes = &vm->guest->memory.below_4g_max;
        int r = vm_size(vm, "-machine max-ram-below-4g", value, 1, bytes);

        if (r >= 0 && *bytes > UINT64_C(1) << 32)
                return vm_fail(vm, "-machine max-ram-below-4g: expected at most 4G, not '%s'", value);
        return r;
}

static int set_cxl(Vm *vm, const char *value) {
        return vm_boolean(vm, "-machine cxl", value, &vm->guest->memory.cxl_on);
}

static int set_smm(Vm *vm, const char *value) {
        bool on;
        int r;

        vm->guest->smm = TRISTATE_UNKNOWN;
        if (strcmp(value, "auto") == 0)
                return 0;
        r = vm_boolean(vm, "-machine smm", value, &on);
        if (r >= 0)
                vm->guest->smm = tristate(on);
        return r;
}

/* microvm only; "auto" is off there (hw/i386/microvm.c). */
static int set_pcie(Vm *vm, const char *value) {
        bool on = false;
        int r = strcmp(value, "auto") == 0 ? 0 : vm_boolean(vm, "-machine pcie", value, &on);

        if (r >= 0)
                vm->guest->pcie = tristate(on);
        return r;
}

static int set_ram(Vm *vm, const char *value) {
        return vm_size(vm, "-machine memory.size", value, 1, &vm->guest->memory.ram);
}

static int set_max(Vm *vm, const char *value) {
        return vm_size(vm, "-machine memory.max-size", value, 1, &vm->guest->memory.max);
}

static int set_slots(Vm *vm, const char *value) {
        return vm_memory_slots(vm, "-machine memory.slots", value);
}

static int add_window(Vm *vm, const char *value) {
        GuestMemory *memory = &vm->guest->memory;

        if (memory->n_cxl >= GUEST_CXL_MAX)
                return vm_fail(vm, "-machine cxl-fmw: expected at most %d windows", GUEST_CXL_MAX);
        return vm_size(vm, "-machine cxl-fmw size", value, 1, &memory->cxl[memory->n_cxl++]);
}

static int add_epc(Vm *vm, const char *value) {
        GuestMemory *memory = &vm->guest->memory;
        const VmObject *backend = vm_object_find(vm, value);

        if (!backend)
                return vm_fail(vm, "-machine sgx-epc: memory backend '%s' not found", value);
        if (memory->sgx_epc + backend->size > UINT64_C(1) << 52)
                return vm_fail(vm, "-machine sgx-epc: larger than 4 PiB");
        memory->sgx_epc += backend->size;
        return 0;
}

static const struct {
        const char *name;                      /* "*": any number */
        int (*set)(Vm *vm, const char *value); /* NULL: no effect */
        bool x86;                              /* not of the virt machine */
} properties[] = {
        { "type", set_type },
        { "accel", set_machine_accelerator },
        { "memory-backend", set_backend },
        { "max-ram-below-4g", set_below_4g, true },
        { "confidential-guest-support", set_protection },
        { "memory-encryption", set_protection },
        { "cxl", set_cxl },
        { "cxl-fmw.*.size", add_window },
        { "sgx-epc.*.memdev", add_epc, true },
        { "pflash0", set_pflash },
        { "igvm-cfg", set_pflash, true },
        { "firmware", set_firmware },
        { "memory.size", set_ram },
        { "memory.max-size", set_max },
        { "memory.slots", set_slots },
        { "cxl-fmw.*.targets.*", NULL },
        { "cxl-fmw.*.interleave-granularity", NULL },
        { "sgx-epc.*.node", NULL, true },
        { "smp.*", NULL },
        { "boot.*", NULL },
        { "smp-cache.*.*", NULL },
        { "acpi", NULL },
        { "append", NULL },
        { "auto-kernel-cmdline", NULL, true },
        { "aux-ram-share", NULL },
        { "default-bus-bypass-iommu", NULL },
        { "default_bus_bypass_iommu", NULL },
        { "dt-compatible", NULL },
        { "dtb", NULL },
        { "dump-guest-core", NULL },
        { "dumpdtb", NULL },
        { "fd-bootchk", NULL, true },
        { "graphics", NULL },
        { "hmat", NULL },
        { "hpet", NULL, true },
        { "i8042", NULL, true },
        { "igd-passthru", NULL, true },
        { "initrd", NULL },
        { "ioapic2", NULL, true },
        { "isa-serial", NULL, true },
        { "kernel", NULL },
        { "kernel-irqchip", NULL },
        { "kernel_irqchip", NULL },
        { "kvm-shadow-mem", NULL },
        { "kvm-type", NULL, true },
        { "mem-merge", NULL },
        { "nvdimm", NULL },
        { "nvdimm-persistence", NULL },
        { "option-roms", NULL, true },
        { "pflash1", NULL },
        { "pcspk-audiodev", NULL, true },
        { "phandle-start", NULL },
        { "pic", NULL, true },
        { "pit", NULL, true },
        { "rtc", NULL, true },
        { "sata", NULL, true },
        { "smbios-entry-point-type", NULL, true },
        { "smbus", NULL, true },
        { "smm", set_smm, true },
        { "pcie", set_pcie, true },
        { "spcr", NULL },
        { "suppress-vmdesc", NULL },
        { "usb", NULL },
        { "vmport", NULL, true },
        { "x-oem-id", NULL },
        { "x-oem-table-id", NULL },
        { "x-option-roms", NULL, true },
};

static bool matches(const char *pattern, const char *name) {
        for (; *pattern; pattern++) {
                if (*pattern != '*') {
                        if (*name++ != *pattern)
                                return false;
                        continue;
                }
                /* One component, not empty. */
                if (!*name || *name == '.')
                        return false;
                name += strcspn(name, ".");
        }
        return !*name;
}

bool vm_machine_property_is_harmless(const char *key) {
        for (size_t i = 0; i < ELEMENTS(properties); i++)
                if (matches(properties[i].name, key))
                        return !properties[i].set;
        return vm_virt_property_is_harmless(key);
}

static int set_property(Vm *vm, const char *key, const char *value) {
        bool known = false;
        char what[96];
        int r = 0;

        if (vm->qemu->arm64)
                r = vm_virt_property(vm, key, value, &known);
        if (known)
                return r;
        for (size_t i = 0; i < ELEMENTS(properties); i++) {
                if (!matches(properties[i].name, key))
                        continue;
                if (properties[i].x86 && vm->qemu->arm64)
                        return vm_virt_refuse_property(vm, key);
                return properties[i].set ? properties[i].set(vm, value) : 0;
        }
        if (vm->qemu->arm64)
                return vm_virt_refuse_property(vm, key);
        snprintf(what, sizeof(what), "-machine %s=%s", key, value);
        return vm_ignore(vm, what, "not understood");
}

int vm_machine(Vm *vm, const KeyValues *values) {
        int r = vm->qemu->arm64 && values->json ? vm_virt_refuse_json(vm) : 0;

        for (size_t i = 0; r >= 0 && i < values->n; i++) {
                const KeyValue *item = &values->items[i];
                char key[VM_VIRT_KEY_MAX] = "";

                if (vm->qemu->arm64)
                        r = vm_virt_spelling(vm, item, key);
                /* Noted: what it means depends on the release. */
                if (vm->qemu->arm64 && item->bare)
                        continue;
                vm_place_machine(vm, *key ? key : item->key, item->value);
                if (r >= 0)
                        r = set_property(vm, *key ? key : item->key, item->value);
        }
        return r;
}
