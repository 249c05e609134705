/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/cpu-model.h"
#include "guest/form/qemu/place.h"
#include "guest/machine.h"
#include "probe/cleanup.h"

void vm_qemu_done(VmQemu *qemu) {
        free(qemu->objects);
        free(qemu->sets);
        free(qemu->ports);
        free(qemu->smmu_buses);
        free(qemu->places.items);
        *qemu = (VmQemu){};
}

const VmObject *vm_object_find(const Vm *vm, const char *id) {
        for (size_t i = 0; i < vm->qemu->n_objects; i++)
                if (strcmp(vm->qemu->objects[i].id, id) == 0)
                        return &vm->qemu->objects[i];
        return NULL;
}

/* On arm64 a finding, as other settings that QEMU rejects. */
static int reject_memory(Vm *vm, const char *text) {
        GuestMemory *memory = &vm->guest->memory;

        memory->max = 0;
        memory->slots = 0;
        return vm_refuse(vm, "-m", text);
}

static int finish_memory(Vm *vm) {
        GuestMemory *memory = &vm->guest->memory;
        int r = vm_memory_backend(vm);

        if (r >= 0)
                r = vm_numa_finish(vm);
        if (r < 0)
                return r;
        if (memory->ram == 0) {
                memory->ram = UINT64_C(128) << 20;
                r = guest_assume(vm->guest, "memory.ram", "128 MiB, QEMU's default");
                if (r < 0)
                        return vm_bounded(vm, r);
        }
        if (vm->qemu->arm64 && !vm->qemu->domain && memory->slots > 0 && memory->max == 0)
                return reject_memory(vm, "slots without maxmem");
        if (vm->qemu->arm64 && !vm->qemu->domain && memory->max > 0 && memory->max < memory->ram)
                return reject_memory(
                                vm, "invalid value of maxmem: it must be at least the initial memory size");
        if (memory->slots > 0 && memory->max == 0)
                return vm_fail(vm, "memory slots: expected a maximum memory as well");
        if (memory->max > 0 && memory->max < memory->ram)
                return vm_fail(vm, "maximum memory: expected at least the %" PRIu64 " MiB at boot",
                                memory->ram >> 20);
        /* QEMU needs no hot-plug region then. */
        if (memory->max == memory->ram && memory->slots == 0)
                memory->max = 0;
        return 0;
}

/* qemu-system-i386: its default model, and no long mode for any. */
static int finish_i386(Vm *vm) {
        GuestCpu *cpu = &vm->guest->cpu;
        int r = 0;

        if (!vm->qemu->i386)
                return 0;
        cpu->long_mode = TRISTATE_NO;
        if (!*cpu->model) {
                snprintf(cpu->model, sizeof(cpu->model), "qemu32");
                r = guest_assume(vm->guest, "cpu.model", "qemu32, the default of qemu-system-i386");
        }
        return vm_bounded(vm, r);
}

static bool is_short(const GuestCpu *cpu) {
        const GuestCpuModel *model =
                        guest_cpu_model_find(*cpu->model ? cpu->model : GUEST_CPU_MODEL_DEFAULT);

        if (cpu->long_mode != TRISTATE_UNKNOWN)
                return cpu->long_mode == TRISTATE_NO;
        return model && model->long_mode == TRISTATE_NO;
}

/* "-cpu host" and "max" set host-phys-bits. With KVM, phys-bits is then ignored. */
static int finish_cpu(Vm *vm) {
        GuestCpu *cpu = &vm->guest->cpu;
        uint8_t given = cpu->phys_bits;

        if (cpu->width_mode != WIDTH_HOST || given == 0)
                return 0;
        /* QEMU rejects phys-bits on 32-bit models, even with host-phys-bits. */
        if (!vm->guest->kvm || is_short(cpu)) {
                cpu->width_mode = WIDTH_EXPLICIT;
                return 0;
        }
        cpu->phys_bits = 0;
        return vm_bounded(vm,
                        guest_assume(vm->guest, "cpu.physBits",
                                        "the host's: with host-phys-bits=on, which -cpu host sets, "
                                        "phys-bits=%u is ignored",
                                        given));
}

/* microvm has PCI Express only with pcie=on. */
static int finish_pcie(Vm *vm) {
        Guest *guest = vm->guest;

        if (guest->machine != MACHINE_MICROVM) {
                guest->pcie = TRISTATE_UNKNOWN;
                return 0;
        }
        if (guest->pcie == TRISTATE_UNKNOWN)
                guest->pcie = TRISTATE_NO;
        for (size_t i = 0; i < guest->n_devices && guest->pcie == TRISTATE_NO; i++)
                if (guest->devices[i].assigned)
                        return vm_refuse(vm, "-machine microvm",
                                        "it has no PCI bus for assigned devices: add pcie=on");
        return 0;
}

int vm_finish(Vm *vm) {
        int r = vm_accelerator_finish(vm);

        if (r >= 0)
                r = finish_memory(vm);
        if (r >= 0)
                r = vm_protection_finish(vm);
        if (r >= 0)
                r = finish_i386(vm);
        if (r >= 0)
                vm_globals(vm);
        if (r >= 0)
                r = finish_cpu(vm);
        if (r >= 0)
                r = finish_pcie(vm);
        if (r >= 0)
                r = vm_bounded(vm, guest_note_machine(vm->guest));
        if (r >= 0)
                r = vm_firmware_resolve(vm);
        if (r >= 0)
                r = vm_virt_finish(vm);
        if (r >= 0)
                r = vm_ports_finish(vm);
        if (r >= 0)
                r = vm_places_finish(vm);
        return r;
}
