/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Remedies for QEMU's virt: the effect of a change on the guest and on its options. */

#include "guest/vmm/qemu/qemu.h"
#include "guest/vmm/virt/virt.h"

bool virt_change(const Change *change, Guest *guest) {
        switch (change->kind) {
        case CHANGE_MAX_MEMORY:
        case CHANGE_RAM:
                return change_memory(change, guest);
        default:
                return false;
        }
}

void virt_option(ChangeRun *run, const Change *change) {
        if (change->kind == CHANGE_MAX_MEMORY || change->kind == CHANGE_RAM)
                qemu_option(run, change);
}
