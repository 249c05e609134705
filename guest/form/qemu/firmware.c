/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/qemu/qemu.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/firmware/firmware.h"
#include "probe/cleanup.h"

/* Disk names may name their system. */
static void name_system(Vm *vm, const char *file) {
        const char *slash = strrchr(file, '/');
        const char *name = slash ? slash + 1 : file;

        if (strcasestr(name, "opencore"))
                guest_system_set(&vm->guest->system, SYSTEM_MACOS, TRISTATE_YES, "the disk OpenCore");
        guest_system_from_text(&vm->guest->system, "the disk", name);
}

int vm_drive(Vm *vm, const KeyValues *values) {
        const char *interface = key_values_get(values, "if"), *file = key_values_get(values, "file");
        const char *unit = key_values_get(values, "unit");

        if (file && (!interface || strcmp(interface, "pflash") != 0))
                name_system(vm, file);
        /* The first has the firmware, the second its variables. */
        if (!interface || strcmp(interface, "pflash") != 0 || !file || (unit && strcmp(unit, "0") != 0))
                return 0;
        if (!unit && *vm->guest->firmware.path)
                return 0;
        guest_firmware_set_path(&vm->guest->firmware, file);
        return 0;
}

/* Follows nodes down to a file. */
int vm_firmware_resolve(Vm *vm) {
        const char *name = vm->qemu->pflash;

        if (!*name)
                return 0;
        for (unsigned depth = 0; depth < 8; depth++) {
                const VmObject *node = vm_object_find(vm, name);

                if (!node)
                        break;
                name = node->file;
        }
        if (*name)
                guest_firmware_set_path(&vm->guest->firmware, name);
        else
                return vm_ignore(vm, "firmware", "pflash0=%s has no known file", vm->qemu->pflash);
        return 0;
}

int vm_fw_cfg(Vm *vm, const KeyValues *values) {
        const char *name = key_values_get(values, "name"), *text = key_values_get(values, "string");
        int r;

        if (!name)
                return key_values_get(values, "gen_id")
                                ? 0
                                : vm_fail(vm, "-fw_cfg: expected name=NAME,string=TEXT");
        r = guest_firmware_set_option(vm->guest, name, text);
        if (r == -EINVAL)
                return vm_fail(vm, "-fw_cfg %s: the firmware does not read '%s'", name, text);
        return r > 0 ? 0 : vm_bounded(vm, r);
}
