/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guest/form/qemu/cmdline.h"
#include "guest/form/qemu/qemu.h"
#include "probe/cleanup.h"

/* ── parts that matter ─────────────────────────────────────────────────────────────────────────────────── */

static bool all(const KeyValues *values, const char *key) {
        return true;
}

static bool of_machine(const KeyValues *values, const char *key) {
        return !vm_machine_property_is_harmless(key);
}

static bool of_cpu(const KeyValues *values, const char *key) {
        static const char *const names[] = { "model", "phys-bits", "phys_bits", "host-phys-bits",
                "host_phys_bits", "host-phys-bits-limit", "host_phys_bits_limit", "guest-phys-bits",
                "guest_phys_bits", "vendor", "lm", "i64", "la57", "pdpe1gb", "pae", "pse36" };

        return VM_ONE_OF(key, names);
}

static bool of_device(const KeyValues *values, const char *key) {
        const char *driver = key_values_get(values, "driver");

        /* A device alone behind a port has its own window. */
        if (driver && strncmp(driver, "vfio-pci", 8) == 0 && strcmp(key, "bus") == 0)
                return true;
        return vm_property_moves(key);
}

static bool of_object(const KeyValues *values, const char *key) {
        static const char *const names[] = { "qom-type", "size", "policy", "reduced-phys-bits", "cbitpos" };
        const char *type = key_values_get(values, "qom-type");

        if (type && (strncmp(type, "memory-backend-", 15) == 0 || strstr(type, "-guest")) &&
                        strcmp(key, "id") == 0)
                return true;
        return VM_ONE_OF(key, names);
}

static bool of_drive(const KeyValues *values, const char *key) {
        return strcmp(key, "if") == 0 || strcmp(key, "unit") == 0;
}

static bool of_netdev(const KeyValues *values, const char *key) {
        return strcmp(key, "type") == 0;
}

static bool of_blockdev(const KeyValues *values, const char *key) {
        return strcmp(key, "driver") == 0;
}

static bool of_fw_cfg(const KeyValues *values, const char *key) {
        static const char *const starts[] = { "opt/ovmf/", "opt/org.tianocore/", "opt/org.seabios/",
                "etc/" };
        const char *name = key_values_get(values, "name");

        if (strcmp(key, "name") == 0 || !name)
                return true;
        for (size_t i = 0; i < ELEMENTS(starts); i++)
                if (strncmp(name, starts[i], strlen(starts[i])) == 0)
                        return true;
        return false;
}

/* A path's known part may identify it. */
static bool of_bios(const KeyValues *values, const char *key) {
        const char *path = key_values_get(values, key);

        return path && vm_is_mark(path);
}

static const struct {
        const char *name, *implied;
        bool (*matters)(const KeyValues *values, const char *key);
} options[] = {
        { "machine", "type", of_machine },
        { "M", "type", of_machine },
        { "cpu", "model", of_cpu },
        { "accel", "accel", all },
        { "m", "size", all },
        { "device", "driver", of_device },
        { "object", "qom-type", of_object },
        { "drive", NULL, of_drive },
        { "netdev", "type", of_netdev },
        { "blockdev", "driver", of_blockdev },
        { "fw_cfg", "name", of_fw_cfg },
        { "global", NULL, all },
        { "set", NULL, all },
        { "readconfig", NULL, all },
        { "bios", "path", of_bios },
};

/* ── checks ────────────────────────────────────────────────────────────────────────────────────────────── */

static bool any_matters(const KeyValues *values, bool (*matters)(const KeyValues *values, const char *key)) {
        for (size_t i = 0; i < values->n; i++) {
                const KeyValue *item = &values->items[i];

                /* An unknown key may be any. */
                if ((vm_has_mark(item->key) && matters != of_netdev) ||
                                (vm_has_mark(item->value) && matters(values, item->key)))
                        return true;
        }
        return false;
}

int vm_unknown_check(Vm *vm, const VmWords *words, const char *option, const char *text) {
        for (size_t i = 0; vm_has_mark(text) && i < ELEMENTS(options); i++) {
                _cleanup_(key_values_done) KeyValues values = {};
                int r;

                if (strcmp(option, options[i].name) != 0)
                        continue;
                r = key_values_parse(text, options[i].implied, &values);
                if (r == -ENOMEM)
                        return r;
                if (r < 0 || any_matters(&values, options[i].matters))
                        return vm_unknown_refuse(vm, words, option, text);
        }
        return 0;
}

/* "$QEMU_OPTS" of NixOS, "$QEMU_EXTRA_ARGS": further options from the environment. */
static bool is_environment(const VmWords *words, const char *text) {
        static const char *const ends[] = { "ARGS", "FLAGS", "OPTIONS", "OPTS", "PARAMS" };
        size_t number = vm_is_mark(text) ? vm_mark_first(text) : SIZE_MAX, i = 1, end = 0;
        const VmUnknown *unknown = number < words->n_unknowns ? &words->unknowns[number] : NULL;

        if (!unknown || unknown->kind != VM_UNKNOWN_UNSET || strncmp(unknown->name, "QEMU_", 5) != 0)
                return false;
        while (end < ELEMENTS(ends) && !vm_ends_with(unknown->name, ends[end]))
                end++;
        while (i < words->n && words->items[i].text[0] != '-')
                i++;
        return end < ELEMENTS(ends) && i < words->n;
}

int vm_unknown_word(Vm *vm, const VmWords *words, const char *text) {
        const bool environment = is_environment(words, text);
        char what[96];

        if (!vm_has_mark(text))
                return 0;
        /* "$DIRECTORY/disk.img" is a disk; "$OPTIONS" may be anything. */
        if (!vm_is_mark(text) && text[0] != '-' && strchr("/.", *vm_mark_end(text)) && *vm_mark_end(text))
                return 0;
        if (text[0] != '-' && text[0] != VM_MARK_START)
                return 0;
        if (!environment && !vm_is_arguments(words, text))
                return vm_unknown_refuse(vm, words, "", text);
        snprintf(what, sizeof(what), "$%s", words->unknowns[vm_mark_first(text)].name);
        return vm_ignore(vm, what, "%s; assumed empty",
                        environment ? "more options, which the environment may contain"
                                    : "the script's own arguments");
}
