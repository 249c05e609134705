/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The virt machine of qemu-system-aarch64 (hw/arm/virt.c): its properties of -machine, its SMMU, and what it
 * rejects on any host. Which release has a property is decided by the VMM's rules. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guest/form/qemu/qemu.h"
#include "guest/machine.h"
#include "probe/cleanup.h"
#include "probe/grow.h"

/* ── properties of -machine ────────────────────────────────────────────────────────────────────────────── */

static int set_switch(Vm *vm, const char *key, const char *value, Tristate *ret) {
        char what[64];
        bool on;
        int r;

        snprintf(what, sizeof(what), "-machine %s", key);
        r = vm_boolean(vm, what, value, &on);
        if (r >= 0)
                *ret = tristate(on);
        return r;
}

static int set_acpi(Vm *vm, const char *key, const char *value) {
        vm->guest->virt.acpi = TRISTATE_UNKNOWN;
        return strcmp(value, "auto") == 0 ? 0 : set_switch(vm, key, value, &vm->guest->virt.acpi);
}

/* 0 is no power of two, and in a guest the default. */
int vm_virt_window_check(Vm *vm, const char *what) {
        return vm->guest->virt.highmem_mmio_size
                        ? 0
                        : vm_refuse(vm, what, "highmem-mmio-size is not a power of 2");
}

static int set_window_size(Vm *vm, const char *key, const char *value) {
        int r = vm_size(vm, "-machine highmem-mmio-size", value, 1, &vm->guest->virt.highmem_mmio_size);

        return r < 0 ? r : vm_virt_window_check(vm, "-machine highmem-mmio-size");
}

static int set_gic(Vm *vm, const char *key, const char *value) {
        static const struct {
                const char *value;
                uint8_t version;
        } versions[] = {
                { "2", 2 },
                { "3", 3 },
                { "4", 4 },
                { "host", GIC_HOST },
                { "max", GIC_MAX },
        };

        for (size_t i = 0; i < ELEMENTS(versions); i++)
                if (strcmp(value, versions[i].value) == 0) {
                        vm->guest->virt.gic_version = versions[i].version;
                        return 0;
                }
        if (strcmp(value, "x-5") == 0)
                return vm_ignore(vm, "-machine gic-version=x-5", "hawd does not support GICv5");
        return vm_refuse(vm, "-machine gic-version=",
                        "Invalid gic-version value: valid values are 2, 3, 4, host and max");
}

/* The last one counts. */
static int set_iommu(Vm *vm, const char *key, const char *value) {
        const bool smmu = strcmp(value, "smmuv3") == 0;

        if (!smmu && strcmp(value, "none") != 0)
                return vm_refuse(vm,
                                "-machine iommu=", "Invalid iommu value: valid values are none and smmuv3");
        vm->qemu->machine_smmu = smmu;
        return 0;
}

static int set_msi(Vm *vm, const char *key, const char *value) {
        GuestVirt *virt = &vm->guest->virt;

        /* its= is the same property by another name. */
        virt->its = TRISTATE_UNKNOWN;
        if (strcmp(value, "auto") == 0)
                virt->msi_gicv2m = TRISTATE_UNKNOWN;
        else if (strcmp(value, "gicv2m") == 0)
                virt->msi_gicv2m = TRISTATE_YES;
        else if (strcmp(value, "its") == 0) {
                virt->msi_gicv2m = TRISTATE_NO;
                virt->its = TRISTATE_YES;
        } else if (strcmp(value, "off") == 0)
                virt->msi_gicv2m = virt->its = TRISTATE_NO;
        else
                return vm_refuse(vm, "-machine msi=",
                                "Invalid msi value: valid values are auto, gicv2m, its, off");
        return 0;
}

static int set_secure(Vm *vm, const char *key, const char *value) {
        return vm_boolean(vm, "-machine secure", value, &vm->qemu->secure);
}

static int set_virtualization(Vm *vm, const char *key, const char *value) {
        return set_switch(vm, key, value, &vm->guest->virt.virtualization);
}

static int set_irqchip(Vm *vm, const char *key, const char *value) {
        vm->qemu->irqchip_off = strcmp(value, "off") == 0;
        return 0;
}

/* Its windows lie behind the hot-plug region. */
static int note_cxl(Vm *vm, const char *key, const char *value) {
        bool on = true;
        int r = strcmp(key, "cxl") == 0 ? vm_boolean(vm, "-machine cxl", value, &on) : 0;

        return r < 0 || !on ? r : vm_ignore(vm, "-machine cxl", "hawd does not support CXL on virt");
}

static const struct {
        const char *name;
        int (*set)(Vm *vm, const char *key, const char *value); /* NULL: no effect */
} properties[] = {
        { "acpi", set_acpi },
        { "gic-version", set_gic },
        { "iommu", set_iommu },
        { "kernel-irqchip", set_irqchip },
        { "msi", set_msi },
        { "highmem-mmio-size", set_window_size },
        { "secure", set_secure },
        { "virtualization", set_virtualization },
        { "cxl", note_cxl },
        { "dtb-kaslr-seed", NULL },
        { "dtb-randomness", NULL },
        { "ras", NULL },
        { "shim", NULL },
        { "virtio-mmio-transports", NULL },
        { "x-change-vmfd-on-reset", NULL },
};

bool vm_virt_property_is_harmless(const char *key) {
        for (size_t i = 0; i < ELEMENTS(properties); i++)
                if (strcmp(properties[i].name, key) == 0)
                        return !properties[i].set;
        return false;
}

int vm_virt_property(Vm *vm, const char *key, const char *value, bool *ret_known) {
        GuestVirt *virt = &vm->guest->virt;
        const struct {
                const char *name;
                Tristate *state;
        } switches[] = {
                { "highmem", &virt->highmem },
                { "highmem-redists", &virt->highmem_redists },
                { "highmem-ecam", &virt->highmem_ecam },
                { "highmem-mmio", &virt->highmem_mmio },
                { "compact-highmem", &virt->compact_highmem },
                { "its", &virt->its },
                { "mte", &virt->mte },
        };

        *ret_known = true;
        for (size_t i = 0; i < ELEMENTS(switches); i++)
                if (strcmp(key, switches[i].name) == 0)
                        return set_switch(vm, key, value, switches[i].state);
        if (strncmp(key, "smp.", 4) == 0)
                return vm_smp_part(vm, "-machine", key + 4, value);
        if (strncmp(key, "cxl-fmw.", 8) == 0)
                return note_cxl(vm, key, value);
        for (size_t i = 0; i < ELEMENTS(properties); i++)
                if (strcmp(key, properties[i].name) == 0)
                        return properties[i].set ? properties[i].set(vm, key, value) : 0;
        *ret_known = false;
        return 0;
}

int vm_virt_refuse_property(Vm *vm, const char *key) {
        char what[96], text[160], machine[64];

        machine_to_name(vm->guest->machine, &vm->guest->machine_version, vm->guest->machine_own, machine,
                        sizeof(machine));
        snprintf(what, sizeof(what), "-machine %.60s=", key);
        snprintf(text, sizeof(text), "Property '%.40s-machine.%.60s' not found", machine, key);
        return vm_refuse(vm, what, text);
}

/* ── its IOMMU ─────────────────────────────────────────────────────────────────────────────────────────── */

/* One for each root bus. */
static int take_bus(Vm *vm, const char *bus) {
        VmQemu *qemu = vm->qemu;
        char(*grown)[VM_NAME_MAX];

        for (size_t i = 0; i < qemu->n_smmu_buses; i++)
                if (strcmp(qemu->smmu_buses[i], bus) == 0)
                        return vm_refuse(vm, "-device arm-smmuv3",
                                        "An iommu is already attached to this bus");
        if (strlen(bus) >= VM_NAME_MAX)
                return vm_ignore(vm, "-device arm-smmuv3", "a bus with a name that long");
        grown = grow(qemu->smmu_buses, qemu->n_smmu_buses, sizeof(*grown));
        if (!grown)
                return -ENOMEM;
        qemu->smmu_buses = grown;
        snprintf(grown[qemu->n_smmu_buses++], VM_NAME_MAX, "%s", bus);
        return 0;
}

int vm_virt_smmu(Vm *vm, const KeyValues *values) {
        const char *bus = key_values_get(values, "primary-bus"), *accel = key_values_get(values, "accel");
        GuestViommu *viommu = &vm->guest->viommu;
        bool on;
        int r;

        if (!bus || !*bus)
                return vm_refuse(vm, "-device arm-smmuv3", "SMMU is not attached to any PCI bus!");
        r = take_bus(vm, bus);
        if (r < 0)
                return r;
        if (viommu->kind == VIOMMU_VIRTIO)
                return vm_refuse(vm, "-device arm-smmuv3",
                                "virt machine already has virtio-iommu set. Doesn't support incompatible "
                                "iommus");
        vm->qemu->device_smmu = true;
        *viommu = (GuestViommu){
                .kind = VIOMMU_SMMUV3, .past_libvirt = viommu->past_libvirt, .of_bus = true
        };
        if (!accel || strcmp(accel, "auto") == 0)
                return 0;
        r = vm_boolean(vm, "-device arm-smmuv3,accel", accel, &on);
        if (r >= 0)
                viommu->accel = tristate(on);
        return r;
}

static int finish_iommu(Vm *vm) {
        const VmQemu *qemu = vm->qemu;
        GuestViommu *viommu = &vm->guest->viommu;

        if (!qemu->machine_smmu)
                return 0;
        if (qemu->device_smmu)
                return vm_refuse(vm, "-device arm-smmuv3",
                                "virt machine already has iommu=smmuv3 set. Doesn't support incompatible "
                                "iommus");
        vm->guest->virt.two_iommus |= viommu->kind != VIOMMU_NONE;
        viommu->kind = VIOMMU_SMMUV3;
        return 0;
}

/* ── the whole ─────────────────────────────────────────────────────────────────────────────────────────── */

/* edk2's images by any name; x86's do not run there. */
static int finish_firmware(Vm *vm) {
        GuestFirmware *firmware = &vm->guest->firmware;
        const char *slash = strrchr(firmware->path, '/'), *name = slash ? slash + 1 : firmware->path;

        if (firmware->kind == FIRMWARE_OVMF && strncmp(name, "OVMF", 4) != 0)
                firmware->kind = FIRMWARE_AAVMF;
        else if (firmware->kind != FIRMWARE_AAVMF && firmware->kind != FIRMWARE_NONE)
                firmware->kind = FIRMWARE_UNKNOWN;
        return 0;
}

static int check_machine(Vm *vm) {
        const GuestVirt *virt = &vm->guest->virt;
        int r = 0;

        if (vm->qemu->no_machine && vm->qemu->any_program)
                r = vm_ignore(vm, "-machine",
                                "not given: whether this build of QEMU has a default machine is unknown");
        else if (vm->qemu->no_machine)
                r = vm_refuse(vm, "-machine", "No machine specified, and there is no default");
        if (r >= 0 && virt->gic_version == 4 && vm->guest->kvm)
                r = vm_refuse(vm, "-machine gic-version=4", "KVM does not support GICv4 emulation");
        else if (r >= 0 && virt->gic_version == 4 && virt->virtualization != TRISTATE_YES)
                r = vm_refuse(vm, "-machine gic-version=4", "gic-version=4 requires virtualization enabled");
        if (r >= 0 && virt->gic_version == GIC_HOST && !vm->guest->kvm)
                r = vm_refuse(vm, "-machine gic-version=host", "gic-version=host requires KVM");
        /* Without KVM's, releases differ in which version they emulate. */
        if (r >= 0 && vm->qemu->irqchip_off && vm->guest->kvm)
                r = vm_ignore(vm, "-machine kernel-irqchip=off",
                                "whether the guest starts with its interrupt controller and CPUs is unknown");
        if (r >= 0 && vm->qemu->secure && vm->guest->kvm)
                r = vm_refuse(vm, "-machine secure=on",
                                "mach-virt: KVM does not support providing Security extensions (TrustZone) "
                                "to the guest CPU");
        /* The default CPU has 32 bits, which KVM on arm64 does not run by this name. */
        if (r >= 0 && vm->guest->kvm && !*vm->guest->cpu.model)
                r = vm->qemu->domain
                                ? vm_refuse(vm, "<cpu>",
                                                  "missing: the default, cortex-a15, does not run under "
                                                  "KVM: set <cpu mode='host-passthrough'/>")
                                : vm_refuse(vm, "-cpu",
                                                  "missing: the default, cortex-a15, does not run under "
                                                  "KVM: set -cpu host");
        return r;
}

int vm_virt_finish(Vm *vm) {
        int r;

        if (!vm->qemu->arm64) {
                /* An image for arm64 does not run on x86. */
                if (vm->guest->firmware.kind == FIRMWARE_AAVMF)
                        vm->guest->firmware.kind = FIRMWARE_UNKNOWN;
                return 0;
        }
        /* Without a version, libvirt takes the host's newest GIC, and GICv2 without KVM. */
        if (vm->qemu->domain && vm->guest->virt.gic_version == GIC_DEFAULT)
                vm->guest->virt.gic_version = vm->guest->kvm ? GIC_HOST : 2;
        r = check_machine(vm);
        if (r >= 0)
                r = vm_smp_finish(vm);
        if (r >= 0)
                r = finish_iommu(vm);
        return r < 0 ? r : finish_firmware(vm);
}
