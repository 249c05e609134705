/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* -accel, -machine accel=, -enable-kvm: which of several counts. */

#include <stdio.h>
#include <string.h>

#include "guest/form/qemu/qemu.h"

/* "kvm:tcg" */
static bool falls_back(const char *names) {
        for (const char *next = strchr(names, ':'); next; next = strchr(next + 1, ':'))
                if (strncmp(next + 1, "tcg", 3) == 0 && strchr(":", next[4]))
                        return true;
        return false;
}

int vm_accelerator(Vm *vm, const char *names, AcceleratorBy by) {
        VmAccelerator *given = &vm->qemu->accelerator;
        size_t n;

        /* QEMU uses the first -accel that works, but the last -machine accel=. */
        if (by == ACCELERATOR_BY_LIST && (given->by == by || given->by == ACCELERATOR_BY_DOMAIN)) {
                given->or_tcg |= strcmp(names, "tcg") == 0;
                return 0;
        }
        if (given->by != by && given->by != ACCELERATOR_BY_DEFAULT && given->by != ACCELERATOR_BY_DOMAIN)
                return vm_fail(vm,
                                "-accel cannot be used together with -machine accel= or -enable-kvm (QEMU since 5.0)");
        *given = (VmAccelerator){ .by = by, .line = vm->line };
        /* The others are fallbacks. */
        n = strcspn(names, ":,");
        memcpy(given->name, names, n < sizeof(given->name) ? n : sizeof(given->name) - 1);
        given->or_tcg = falls_back(names);
        return 0;
}

/* A QEMU for another architecture than the host's has no KVM. Whether the host of its own has it is not asked:
 * where it has not, the check says so. */
static int take_fallback(Vm *vm) {
        Guest *guest = vm->guest;
        GuestArchitecture host;
        int r = vm_host_architecture(vm->files, &host);

        if (r < 0)
                return r;
        guest->by_host = true;
        guest->read_for = r > 0 ? host : guest->architecture;
        guest->kvm = guest->read_for == guest->architecture;
        if (guest->kvm)
                return 0;
        return vm_bounded(vm,
                        guest_assume(guest, "accelerator",
                                        "tcg: the host's KVM does not run guests of this architecture"));
}

int vm_accelerator_finish(Vm *vm) {
        const VmAccelerator *given = &vm->qemu->accelerator;
        int r;

        if (given->by == ACCELERATOR_BY_DEFAULT)
                return 0;
        vm->guest->kvm = strcmp(given->name, "kvm") == 0;
        if (vm->guest->kvm && given->or_tcg && !vm->qemu->domain)
                return take_fallback(vm);
        if (vm->guest->kvm || strcmp(given->name, "tcg") == 0)
                return 0;
        vm->line = given->line;
        r = vm_ignore(vm, "accelerator",
                        "%.32s: the guest's address width under this accelerator is unknown", given->name);
        vm->line = 0;
        return r;
}
