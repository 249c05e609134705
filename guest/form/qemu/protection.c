/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Confidential guests: checks their objects, even if no machine uses them. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "guest/form/qemu/qemu.h"
#include "probe/cleanup.h"

static bool is_sev(const VmObject *object) {
        return strcmp(object->type, "sev-guest") == 0 || strcmp(object->type, "sev-snp-guest") == 0;
}

/* QEMU checks every -object, used or not. */
int vm_object_check(Vm *vm, const VmObject *object) {
        char what[96];
        int r = 0;

        if (vm->qemu->domain || strcmp(object->type, "blockdev") == 0)
                return 0;
        snprintf(what, sizeof(what), "-object %.40s%s%.40s", object->type, *object->id ? " " : "",
                        object->id);
        if (!*object->id)
                return vm_refuse(vm, what, "id= is missing");
        for (size_t i = 0; r >= 0 && !strchr(object->id, '$') && i < vm->qemu->n_objects; i++)
                if (strcmp(vm->qemu->objects[i].id, object->id) == 0 &&
                                strcmp(vm->qemu->objects[i].type, "blockdev") != 0)
                        return vm_refuse(vm, what, "two objects have this id");
        /* Required since QEMU 6.0; before, only if used. */
        if (is_sev(object) && !object->reduced)
                r = vm_refuse(vm, what,
                                "reduced-phys-bits= is missing: expected 1 to 63 (1 on all CPUs so far)");
        return r;
}

#define REDUCED_MAX 63

/* QEMU requires both; no CPU has its C-bit at 0. */
static int look_at_sev(Vm *vm, const VmObject *object) {
        char text[96];
        int r = 0;

        if (object->c_bit == 0 && !vm->qemu->domain)
                r = vm_refuse(vm, "cbitpos", "missing or 0: expected the host's C-bit");
        /* vm_object_check() reports a missing one. */
        if (r < 0 || !object->reduced || (object->reduced_bits >= 1 && object->reduced_bits <= REDUCED_MAX))
                return r;
        snprintf(text, sizeof(text), "it is %" PRIu64 "; supported: 1 to %d", object->reduced_bits,
                        REDUCED_MAX);
        return vm_refuse(vm, "reduced-phys-bits", text);
}

/* The object is missing or of another kind. */
static int refuse_other(Vm *vm, const VmObject *object) {
        char text[160];

        if (object && strncmp(object->type, "memory-backend-", 15) == 0)
                snprintf(text, sizeof(text), "%.60s is a memory backend: expected a SEV or TDX object",
                                vm->qemu->protection);
        else if (object || vm->qemu->places.more || vm->qemu->domain || strchr(vm->qemu->protection, '$'))
                return vm_ignore(vm, "confidential-guest-support", "SEV or TDX object '%s' not found",
                                vm->qemu->protection);
        else
                snprintf(text, sizeof(text), "object '%.60s' not found", vm->qemu->protection);
        return vm_refuse(vm, "-machine confidential-guest-support=", text);
}

int vm_protection_finish(Vm *vm) {
        static const struct {
                const char *type;
                Confidential confidential;
        } types[] = {
                { "sev-guest", CONFIDENTIAL_SEV },
                { "sev-snp-guest", CONFIDENTIAL_SEV_SNP },
                { "tdx-guest", CONFIDENTIAL_TDX },
        };
        const VmObject *object = vm_object_find(vm, vm->qemu->protection);
        int r;

        if (!*vm->qemu->protection)
                return 0;
        for (size_t i = 0; object && i < ELEMENTS(types); i++)
                if (strcmp(object->type, types[i].type) == 0) {
                        r = types[i].confidential == CONFIDENTIAL_TDX ? 0 : look_at_sev(vm, object);
                        if (r < 0)
                                return r;
                        vm->guest->confidential = types[i].confidential;
                        if (object->reduced_bits <= REDUCED_MAX)
                                vm->guest->reduced_phys_bits = (uint8_t) object->reduced_bits;
                        vm->guest->c_bit = (uint8_t) object->c_bit;
                        /* Policy bit 2: SEV-ES required. */
                        if (types[i].confidential == CONFIDENTIAL_SEV && (object->policy & 4) != 0)
                                vm->guest->confidential = CONFIDENTIAL_SEV_ES;
                        return 0;
                }
        return refuse_other(vm, object);
}
