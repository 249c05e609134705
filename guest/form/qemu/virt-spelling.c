/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How -machine of a virt machine is spelt: what QEMU of each release makes of it was asked (5.2, 7.2, 10.0,
 * 11.1). It changed with 6.1 (system/vl.c, keyval_dashify()). */

#include <stdio.h>
#include <string.h>

#include "guest/form/qemu/qemu.h"

/* "gic_version" is "gic-version". */
static int fold(Vm *vm, const char *name, char *key) {
        char what[96];
        bool folded = false;

        for (char *c = key; *c; c++)
                if (*c == '_') {
                        *c = '-';
                        folded = true;
                }
        /* Known with both spellings in all releases. */
        if (!folded || strcmp(key, "kernel-irqchip") == 0)
                return 0;
        snprintf(what, sizeof(what), "-machine %s", name);
        return vm_bounded(vm, guest_assume(vm->guest, what, "QEMU 6.1 or later: older ones reject \"_\""));
}

int vm_virt_spelling(Vm *vm, const KeyValue *item, char key[static VM_VIRT_KEY_MAX]) {
        char what[96];
        int r;

        /* No property has a name that long. */
        if (strlen(item->key) >= VM_VIRT_KEY_MAX)
                return vm_virt_refuse_property(vm, item->key);
        strcpy(key, item->key);
        r = fold(vm, item->key, key);
        if (r < 0 || !item->bare)
                return r;
        snprintf(what, sizeof(what), "-machine %s", item->key);
        return vm_ignore(vm, what, "a name without \"=\", which QEMU 6.1 and later reject");
}

int vm_virt_refuse_json(Vm *vm) {
        return vm_refuse(vm, "-machine {…}", "QEMU does not read JSON here: write type=virt,KEY=VALUE");
}
