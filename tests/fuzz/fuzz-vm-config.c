/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "guest-again.h"
#include "guest/form/qemu/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Names and values are what QEMU's own bounds let through. */
static int look_at(Vm *vm, const char *group, KeyValues *values) {
        guest_again_expect(*group && strlen(group) < 64);
        for (size_t i = 0; i < values->n; i++) {
                guest_again_expect(*values->items[i].key && strlen(values->items[i].key) < 64);
                guest_again_expect(strlen(values->items[i].value) < 1024);
        }
        return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        VmError error = {};
        Vm vm = { .error = &error };
        int r = vm_config_parse(&vm, "vm.conf", (const char *) data, size, look_at);

        if (r < 0) {
                guest_again_expect(r == -EINVAL);
                guest_again_error(error.text, sizeof(error.text));
        }
        return 0;
}
