/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Remedies in the words of xl.cfg(5). */

#include <inttypes.h>

#include "guest/vmm/xen/xen.h"

bool xen_change(const Change *change, Guest *guest) {
        switch (change->kind) {
        case CHANGE_RAM:
        case CHANGE_MAX_MEMORY:
                return change_memory(change, guest);
        default:
                return false;
        }
}

void xen_option(ChangeRun *run, const Change *change) {
}
