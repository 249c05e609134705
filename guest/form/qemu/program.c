/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The QEMU in a command line, which says the architecture and may say the accelerator. */

#include <string.h>

#include "guest/form/qemu/qemu.h"
#include "guest/form/words/program.h"
#include "probe/cleanup.h"

static void set_arm64(Vm *vm) {
        vm->qemu->arm64 = true;
        vm->guest->machine = MACHINE_VIRT;
        vm->guest->architecture = ARCHITECTURE_ARM64;
}

static void set_program(Vm *vm, QemuProgram program) {
        VmQemu *qemu = vm->qemu;

        qemu->i386 = program == QEMU_PROGRAM_I386;
        qemu->x86 = qemu->i386 || program == QEMU_PROGRAM_X86_64;
        qemu->any_program = qemu->no_machine = !qemu->x86;
        if (program != QEMU_PROGRAM_AARCH64)
                return;
        /* It has no default machine. */
        qemu->aarch64 = true;
        qemu->any_program = false;
        set_arm64(vm);
}

int vm_qemu_program_host(Vm *vm) {
        Guest *guest = vm->guest;
        int r;

        if (!vm->qemu->any_program || !vm->qemu->no_machine)
                return 0;
        r = vm_host_architecture(vm->files, &guest->read_for);
        if (r < 0)
                return r;
        guest->by_host = true;
        if (guest->read_for == ARCHITECTURE_ARM64)
                set_arm64(vm);
        else
                vm->qemu->no_machine = false;
        return 0;
}

int vm_qemu_program(Vm *vm, const VmWords *words, size_t *ret_first, bool *ret_kvm) {
        size_t program = vm_program_find(words->items, words->n), option;
        const char *name;

        *ret_kvm = false;
        *ret_first = 0;
        if (words->n > 0 && words->items[0].text[0] == '-') {
                set_program(vm, QEMU_PROGRAM_NONE);
                return 0;
        }
        if (program < words->n) {
                name = words->items[program].text;
                vm->line = words->items[program].line;
                if (qemu_program(name) == QEMU_PROGRAM_FOREIGN)
                        return vm_fail(vm, "expected an x86 or arm64 machine, not %s",
                                        qemu_program_name(name));
                *ret_first = program + 1;
                *ret_kvm = qemu_program(name) == QEMU_PROGRAM_KVM;
                set_program(vm, qemu_program(name));
                if (!vm_has_mark(name))
                        vm_program_note(name, vm->guest);
                return 0;
        }
        option = vm_program_nameless(words->items, words->n);
        if (option == words->n)
                return vm_fail(vm, "expected a QEMU command line: qemu-system-x86_64 not found in it");
        name = words->items[option - 1].text;
        set_program(vm, QEMU_PROGRAM_NONE);
        *ret_first = option;
        return vm_bounded(vm,
                        guest_assume(vm->guest, "program", "%.80s is QEMU, judging by its options",
                                        vm_has_mark(name) ? "a variable" : name));
}

int vm_qemu_check_query(Vm *vm, const VmWords *words, size_t first) {
        if (!vm_is_query(words->items + first, words->n - first))
                return 0;
        vm->line = first > 0 ? words->items[first - 1].line : words->items[0].line;
        return vm_fail(vm,
                        "this QEMU only prints its help or version: expected the command line of a machine");
}

/* Rejects typographic dashes and quotes: QEMU would take the word for a disk. */
int vm_qemu_check_dashes(Vm *vm, const VmWords *words) {
        static const char *const starts[] = { "\xe2\x80\x90", "\xe2\x80\x91", "\xe2\x80\x92", "\xe2\x80\x93",
                "\xe2\x80\x94", "\xe2\x88\x92", "\xe2\x80\x98", "\xe2\x80\x99", "\xe2\x80\x9c",
                "\xe2\x80\x9d", "\xef\xbc\x8d", "\xef\xb9\xa3" };

        for (size_t i = 0; i < words->n; i++)
                for (size_t j = 0; j < ELEMENTS(starts); j++)
                        if (strncmp(words->items[i].text, starts[j], strlen(starts[j])) == 0) {
                                vm->line = words->items[i].line;
                                return vm_fail(vm,
                                                "'%.40s' starts with a typographic dash or quote: use the "
                                                "ASCII character",
                                                words->items[i].text + strlen(starts[j]));
                        }
        return 0;
}
