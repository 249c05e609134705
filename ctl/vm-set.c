/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/vm-set.h"

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

        for (size_t i = 0; i < ELEMENTS(names); i++)
                if (strcmp(name, names[i]) == 0)
                        return true;
        return false;
}

/* The parts: "device.hostpci0.x-vga=on" has a group, an id that may hold points, and a property that holds none. */
typedef struct Parts {
        size_t group, id; /* lengths */
        const char *property, *equals;
} Parts;

static bool split(const char *text, Parts *ret) {
        const char *first = strchr(text, '.'), *equals = first ? strchr(first, '=') : NULL;
        const char *last = equals;

        if (!equals)
                return false;
        while (last > first && *last != '.')
                last--;
        if (first == text || last <= first + 1 || equals == last + 1)
                return false;
        *ret = (Parts){ (size_t) (first - text), (size_t) (last - first - 1), last + 1, equals };
        return true;
}

int vm_set_add(Vm *vm, const char *text) {
        VmSet *grown;
        Parts parts;

        if (!split(text, &parts))
                return vm_fail(vm, "-set: expected GROUP.ID.PROPERTY=VALUE, not '%.100s'", text);
        if (vm->n_sets >= VM_OBJECTS_MAX)
                return vm_fail(vm, "-set: expected at most %d", VM_OBJECTS_MAX);
        grown = reallocarray(vm->sets, vm->n_sets + 1, sizeof(VmSet));
        if (!grown)
                return -ENOMEM;
        vm->sets = grown;
        grown[vm->n_sets++] = (VmSet){ .text = text, .line = vm->line };
        return 0;
}

static bool names(const char *text, const Parts *parts, const char *group, const char *id) {
        return strlen(group) == parts->group && strncmp(text, group, parts->group) == 0 &&
                        strlen(id) == parts->id && strncmp(text + parts->group + 1, id, parts->id) == 0;
}

int vm_set_apply(Vm *vm, const char *group, KeyValues *values) {
        const char *id = vm->n_sets > 0 ? key_values_get(values, "id") : NULL;
        _cleanup_free_ char *wanted = id ? strdup(id) : NULL;

        if (id && !wanted)
                return -ENOMEM;
        for (size_t i = 0; wanted && i < vm->n_sets; i++) {
                VmSet *set = &vm->sets[i];
                _cleanup_free_ char *property = NULL;
                Parts parts;
                int r;

                if (!split(set->text, &parts) || !names(set->text, &parts, group, wanted))
                        continue;
                property = strndup(parts.property, (size_t) (parts.equals - parts.property));
                if (!property)
                        return -ENOMEM;
                r = key_values_add(values, property, parts.equals + 1);
                if (r < 0)
                        return r;
                set->used = true;
        }
        return 0;
}

int vm_set_finish(Vm *vm) {
        for (size_t i = 0; i < vm->n_sets; i++) {
                const VmSet *set = &vm->sets[i];
                char property[VM_NAME_MAX], what[96];
                Parts parts;
                int r;

                if (set->used || !split(set->text, &parts))
                        continue;
                snprintf(property, sizeof(property), "%.*s", (int) (parts.equals - parts.property),
                                parts.property);
                if (!vm_property_moves(property))
                        continue;
                snprintf(what, sizeof(what), "-set %.80s", set->text);
                vm->line = set->line;
                r = vm_ignore(vm, what, "no such %.*s is known", (int) parts.group, set->text);
                if (r < 0)
                        return r;
        }
        vm->line = 0;
        vm->n_sets = 0;
        return 0;
}
