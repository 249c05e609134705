/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/qemu/vm.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/cpu-model.h"
#include "guest/form/qemu/place.h"
#include "guest/form/qemu/port.h"
#include "guest/machine.h"
#include "guest/size.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"

void vm_done(Vm *vm) {
        free(vm->objects);
        free(vm->sets);
        free(vm->ports);
        free(vm->places.items);
        vm->places = (VmPlaces){};
        vm->ports = NULL;
        vm->n_ports = 0;
        vm->objects = NULL;
        vm->sets = NULL;
        vm->n_objects = vm->n_sets = 0;
}

int vm_fail(Vm *vm, const char *format, ...) {
        char text[sizeof(vm->error->text)];
        va_list ap;

        va_start(ap, format);
        vsnprintf(text, sizeof(text), format, ap);
        va_end(ap);
        vm->error->line = vm->line;
        text_printable((Bytes){ .data = (const uint8_t *) text, .n = strlen(text) }, vm->error->text,
                        sizeof(vm->error->text));
        return -EINVAL;
}

int vm_bounded(Vm *vm, int r) {
        return r == -E2BIG ? vm_fail(vm, "expected at most %d devices and %d things that are not understood",
                                             GUEST_DEVICES_MAX, GUEST_NOTES_MAX)
                           : r;
}

int vm_ignore(Vm *vm, const char *what, const char *format, ...) {
        char text[160];
        va_list ap;
        int r;

        va_start(ap, format);
        vsnprintf(text, sizeof(text), format, ap);
        va_end(ap);
        if (vm->line > 0)
                r = guest_ignore(vm->guest, what, "line %u: %s", vm->line, text);
        else
                r = guest_ignore(vm->guest, what, "%s", text);
        return vm_bounded(vm, r);
}

const VmObject *vm_object_find(const Vm *vm, const char *id) {
        for (size_t i = 0; i < vm->n_objects; i++)
                if (strcmp(vm->objects[i].id, id) == 0)
                        return &vm->objects[i];
        return NULL;
}

int vm_size(Vm *vm, const char *option, const char *text, uint64_t default_scale, uint64_t *ret) {
        int r = guest_size_from_qemu(text, default_scale, ret);

        if (r == -ERANGE)
                return vm_fail(vm, "%s: %s is more than 4 PiB, all that x86 can address", option, text);
        return r < 0 ? vm_fail(vm, "%s: expected a size such as 4G, not '%s'", option, text) : 0;
}

int vm_number(Vm *vm, const char *option, const char *text, uint64_t max, uint64_t *ret) {
        Bytes bytes = { .data = (const uint8_t *) text, .n = strlen(text) };
        bool hexadecimal = text_starts(bytes, "0x") || text_starts(bytes, "0X");

        if (!text_u64(bytes, hexadecimal ? 16 : 10, ret) || *ret > max)
                return vm_fail(vm, "%s: expected a number from 0 to %" PRIu64 ", not '%s'", option, max,
                                text);
        return 0;
}

int vm_boolean(Vm *vm, const char *option, const char *text, bool *ret) {
        static const char *const words[] = { "on", "yes", "true", "y", "off", "no", "false", "n" };

        for (size_t i = 0; i < ELEMENTS(words); i++)
                if (strcmp(text, words[i]) == 0) {
                        *ret = i < ELEMENTS(words) / 2;
                        return 0;
                }
        return vm_fail(vm, "%s: expected on or off, not '%s'", option, text);
}

/* ── when all is there ─────────────────────────────────────────────────────────────────────────────────── */

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
        if (memory->slots > 0 && memory->max == 0)
                return vm_fail(vm, "memory slots: expected a maximum memory beside them");
        if (memory->max > 0 && memory->max < memory->ram)
                return vm_fail(vm, "maximum memory: expected at least the %" PRIu64 " MiB at boot",
                                memory->ram >> 20);
        /* QEMU has a hot-plug region only for what goes beyond. */
        if (memory->max == memory->ram && memory->slots == 0)
                memory->max = 0;
        return 0;
}

/* The 32-bit program's default, and what it leaves of every model. */
static int finish_i386(Vm *vm) {
        GuestCpu *cpu = &vm->guest->cpu;
        int r = 0;

        if (!vm->i386)
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

/* "-cpu host" and "max" bring host-phys-bits; beside that, under KVM, phys-bits counts for nothing. */
static int finish_cpu(Vm *vm) {
        GuestCpu *cpu = &vm->guest->cpu;
        uint8_t given = cpu->phys_bits;

        if (cpu->width_mode != WIDTH_HOST || given == 0)
                return 0;
        /* Of a 32-bit model QEMU takes none, beside host-phys-bits neither. */
        if (!vm->guest->kvm || is_short(cpu)) {
                cpu->width_mode = WIDTH_EXPLICIT;
                return 0;
        }
        cpu->phys_bits = 0;
        return vm_bounded(vm,
                        guest_assume(vm->guest, "cpu.physBits",
                                        "the host's: beside host-phys-bits=on, which -cpu host sets, phys-bits=%u counts for nothing",
                                        given));
}

/* microvm has virtio over MMIO, and PCI Express where it is asked for. */
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
                r = vm_ports_finish(vm);
        if (r >= 0)
                r = vm_places_finish(vm);
        return r;
}
