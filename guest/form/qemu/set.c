/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/qemu/qemu.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"

bool vm_property_moves(const char *name) {
        static const char *const names[] = { "aw-bits", "cache-size", "cmb_size_mb", "dma-translation",
                "driver", "host", "hostmem", "iommufd", "mem-reserve", "membar", "memdev", "pci-hole64-size",
                "pmrdev", "pref32-reserve", "pref64-reserve", "size", "sysfsdev", "vram64_size_mb",
                "x-aw-bits" };

        return VM_ONE_OF(name, names);
}

/* "device.hostpci0.x-vga=on": group and id contain no dot. */
static bool split(const char *text, VmSet *ret) {
        size_t group = strcspn(text, "."), id, property;

        if (group == 0 || !text[group])
                return false;
        text += group + 1;
        id = strcspn(text, ".");
        if (id == 0 || !text[id])
                return false;
        text += id + 1;
        property = strcspn(text, "=");
        if (property == 0 || !text[property])
                return false;
        *ret = (VmSet){ .group = group, .id = id, .property = property };
        return true;
}

static const char *id_of(const VmSet *set) {
        return set->text + set->group + 1;
}

static const char *property_of(const VmSet *set) {
        return id_of(set) + set->id + 1;
}

int vm_set_add(Vm *vm, const char *text) {
        VmSet set, *grown;

        if (!split(text, &set))
                return vm_fail(vm, "-set: expected GROUP.ID.PROPERTY=VALUE, not '%.100s'", text);
        if (vm->qemu->n_sets >= VM_SETS_MAX)
                return vm_fail(vm, "-set: expected at most %d", VM_SETS_MAX);
        grown = reallocarray(vm->qemu->sets, vm->qemu->n_sets + 1, sizeof(VmSet));
        if (!grown)
                return -ENOMEM;
        set.text = text;
        set.line = vm->line;
        vm->qemu->sets = grown;
        grown[vm->qemu->n_sets++] = set;
        return 0;
}

static bool is_of(const VmSet *set, const char *group, const char *id) {
        return strlen(group) == set->group && strlen(id) == set->id &&
                        memcmp(set->text, group, set->group) == 0 && memcmp(id_of(set), id, set->id) == 0;
}

int vm_set_apply(Vm *vm, const char *group, KeyValues *values) {
        const char *id = vm->qemu->n_sets > 0 ? key_values_get(values, "id") : NULL;
        _cleanup_free_ char *wanted = id ? strdup(id) : NULL;

        if (id && !wanted)
                return -ENOMEM;
        for (size_t i = 0; wanted && i < vm->qemu->n_sets; i++) {
                VmSet *set = &vm->qemu->sets[i];
                _cleanup_free_ char *property = NULL;
                int r;

                if (!is_of(set, group, wanted))
                        continue;
                property = strndup(property_of(set), set->property);
                if (!property)
                        return -ENOMEM;
                if (values->n >= KEY_VALUES_MAX)
                        return vm_fail(vm, "-set: expected at most %d properties of %.60s", KEY_VALUES_MAX,
                                        wanted);
                r = key_values_add(values, property, property_of(set) + set->property + 1);
                if (r < 0)
                        return r;
                set->used = true;
        }
        return 0;
}

int vm_set_finish(Vm *vm) {
        for (size_t i = 0; i < vm->qemu->n_sets; i++) {
                const VmSet *set = &vm->qemu->sets[i];
                char property[VM_NAME_MAX], what[96];
                int r;

                snprintf(property, sizeof(property), "%.*s", (int) set->property, property_of(set));
                if (set->used || !vm_property_moves(property))
                        continue;
                snprintf(what, sizeof(what), "-set %.80s", set->text);
                vm->line = set->line;
                r = vm_ignore(vm, what, "no -%.*s option has this id", (int) set->group, set->text);
                if (r < 0)
                        return r;
        }
        vm->line = 0;
        vm->qemu->n_sets = 0;
        return 0;
}
