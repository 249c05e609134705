/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/qemu/cmdline.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guest/firmware/firmware.h"
#include "guest/form/qemu/config.h"
#include "guest/form/qemu/place.h"
#include "guest/form/qemu/qemu.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"

static int set_name(Vm *vm, const KeyValues *values) {
        const char *name = key_values_get(values, "guest");

        if (name)
                text_printable(bytes_of(name), vm->guest->name, sizeof(vm->guest->name));
        return 0;
}

static int set_accelerator(Vm *vm, const KeyValues *values) {
        const char *names = key_values_get(values, "accel");

        return names ? vm_accelerator(vm, names, ACCELERATOR_BY_LIST) : 0;
}

static int set_netdev(Vm *vm, const KeyValues *values) {
        const char *type = key_values_get(values, "type");

        if (!type || strcmp(type, "vhost-vdpa") != 0)
                return 0;
        return vm_ignore(vm, "-netdev vhost-vdpa",
                        "a device that accesses guest memory; hawd does not support it");
}

static int set_device(Vm *vm, const KeyValues *values) {
        int r = vm_place_device(vm, values);

        return r < 0 ? r : vm_device(vm, values);
}

static int set_bios(Vm *vm, const KeyValues *values) {
        const char *path = key_values_get(values, "path");

        if (path && *path)
                guest_firmware_set_path(&vm->guest->firmware, path);
        return 0;
}

/* -pflash FILE is -drive if=pflash,file=FILE. */
static int set_flash(Vm *vm, const KeyValues *values) {
        return *vm->guest->firmware.path ? 0 : set_bios(vm, values);
}

/* Turns in which options are read: objects before options that refer to them, globals last, because a
 * device's own settings override them. */
typedef enum Turn {
        TURN_SETS,
        TURN_MACHINE, /* the architecture, which decides what other options mean */
        TURN_OBJECTS,
        TURN_OPTIONS,
        TURN_GLOBALS,
        _TURN_MAX,
} Turn;

static const struct {
        const char *name;
        Turn turn;
        const char *implied;
        int (*set)(Vm *vm, const KeyValues *values);
} options[] = {
        { "object", TURN_OBJECTS, "qom-type", vm_object },
        { "blockdev", TURN_OBJECTS, "driver", vm_object },
        { "machine", TURN_OPTIONS, "type", vm_machine },
        { "M", TURN_OPTIONS, "type", vm_machine },
        { "accel", TURN_OPTIONS, "accel", set_accelerator },
        { "m", TURN_OPTIONS, "size", vm_memory },
        { "smp", TURN_OPTIONS, "cpus", vm_smp },
        { "numa", TURN_OPTIONS, "type", vm_numa },
        { "device", TURN_OPTIONS, "driver", set_device },
        { "drive", TURN_OPTIONS, NULL, vm_drive },
        { "fw_cfg", TURN_OPTIONS, "name", vm_fw_cfg },
        { "netdev", TURN_OPTIONS, "type", set_netdev },
        { "name", TURN_OPTIONS, "guest", set_name },
        { "bios", TURN_OPTIONS, "path", set_bios },
        { "pflash", TURN_OPTIONS, "path", set_flash },
        { "global", TURN_GLOBALS, NULL, vm_global },
};

static bool is_machine(const char *name) {
        return strcmp(name, "machine") == 0 || strcmp(name, "M") == 0;
}

static int set_values(Vm *vm, const char *name, const char *implied, const char *text,
                int (*set)(Vm *vm, const KeyValues *values)) {
        _cleanup_(key_values_done) KeyValues values = {};
        int r = key_values_parse(text, implied, &values);

        if (r == -EINVAL)
                return vm_fail(vm, "-%s: expected KEY=VALUE,..., not '%.100s'", name, text);
        if (r >= 0)
                r = vm_set_apply(vm, name, &values);
        return r < 0 ? r : set(vm, &values);
}

/* Reads a group of a -readconfig file; some names differ from their option's. */
static int set_group(Vm *vm, Turn turn, const char *group, KeyValues *values) {
        static const struct {
                const char *group, *option;
        } names[] = { { "memory", "m" }, { "smp-opts", "smp" }, { "boot-opts", "boot" } };
        const char *name = group;
        char what[96];

        for (size_t i = 0; i < ELEMENTS(names); i++)
                if (strcmp(group, names[i].group) == 0)
                        name = names[i].option;
        for (size_t i = 0; i < ELEMENTS(options); i++)
                if (strcmp(name, options[i].name) == 0) {
                        vm_place_option(vm, name, "");
                        int r = options[i].turn == turn ? vm_set_apply(vm, name, values) : 0;

                        return options[i].turn != turn || r < 0 ? r : options[i].set(vm, values);
                }
        if (turn != TURN_OPTIONS || vm_option_is_harmless(name))
                return 0;
        snprintf(what, sizeof(what), "-readconfig [%s]", group);
        return vm_ignore(vm, what, "not understood");
}

static int set_group_machine(Vm *vm, const char *group, KeyValues *values) {
        return is_machine(group) ? vm_machine_look(vm, values) : 0;
}

static int set_group_object(Vm *vm, const char *group, KeyValues *values) {
        return set_group(vm, TURN_OBJECTS, group, values);
}

static int set_group_option(Vm *vm, const char *group, KeyValues *values) {
        return set_group(vm, TURN_OPTIONS, group, values);
}

static int set_group_global(Vm *vm, const char *group, KeyValues *values) {
        return set_group(vm, TURN_GLOBALS, group, values);
}

static int read_config(Vm *vm, Turn turn, const char *path) {
        static const VmConfigGroup set[_TURN_MAX] = {
                [TURN_MACHINE] = set_group_machine,
                [TURN_OBJECTS] = set_group_object,
                [TURN_OPTIONS] = set_group_option,
                [TURN_GLOBALS] = set_group_global,
        };
        char what[96];
        const char *why;
        int r;

        if (!set[turn])
                return 0;
        if (turn == TURN_OBJECTS && ++vm->qemu->n_configs > VM_CONFIGS_MAX)
                return vm_fail(vm, "-readconfig: expected at most %d", VM_CONFIGS_MAX);
        r = vm_config_read(vm, path, set[turn], &why);
        if (r < 0 || !why)
                return r;
        vm->qemu->places.more = true;
        snprintf(what, sizeof(what), "-readconfig %.80s", path);
        return vm_ignore(vm, what, "cannot read the file: %s", why);
}

/* Options without keys and values, and unknown ones. */
static int set_other(Vm *vm, const char *name, const char *text) {
        char what[64];

        if (strcmp(name, "cpu") == 0)
                return vm_cpu(vm, text);
        if (strcmp(name, "enable-kvm") == 0 || strcmp(name, "kvm") == 0)
                return vm_accelerator(vm, "kvm", ACCELERATOR_BY_MACHINE);
        if (strcmp(name, "no-kvm") == 0)
                return vm_accelerator(vm, "tcg", ACCELERATOR_BY_MACHINE);
        if (strcmp(name, "no-acpi") == 0)
                vm->guest->virt.acpi = vm->qemu->arm64 ? TRISTATE_NO : TRISTATE_UNKNOWN;
        if (vm_option_is_harmless(name))
                return 0;
        snprintf(what, sizeof(what), "-%s", name);
        return vm_ignore(vm, what, "not understood");
}

static int set_option(Vm *vm, Turn turn, const char *name, const char *text) {
        if (turn == TURN_MACHINE && is_machine(name))
                return set_values(vm, name, "type", text, vm_machine_look);
        /* On x86 the number of CPUs affects no address. */
        if (strcmp(name, "smp") == 0 && !vm->qemu->arm64)
                return 0;
        vm_place_option(vm, name, text);
        if (strcmp(name, "readconfig") == 0)
                return read_config(vm, turn, text);
        if (strcmp(name, "set") == 0)
                return turn == TURN_SETS ? vm_set_add(vm, text) : 0;
        for (size_t i = 0; i < ELEMENTS(options); i++)
                if (strcmp(name, options[i].name) == 0)
                        return options[i].turn == turn
                                        ? set_values(vm, name, options[i].implied, text, options[i].set)
                                        : 0;
        return turn == TURN_OPTIONS ? set_other(vm, name, text) : 0;
}

/* Whether it takes the next word. Unknown options do, unless that is an option. */
static bool takes_value(const char *name, const VmWord *next) {
        if (vm_option_stands_alone(name))
                return false;
        for (size_t i = 0; i < ELEMENTS(options); i++)
                if (strcmp(name, options[i].name) == 0)
                        return true;
        return vm_option_has_value(name) || (next && next->text[0] != '-');
}

/* "...", "[...]", "<more>", "[options]": omitted text. */
static bool is_gap(const char *word) {
        size_t n = strlen(word);

        if (strstr(word, "...") || strstr(word, "\xe2\x80\xa6"))
                return strspn(word, ".[](){}<>\xe2\x80\xa6") == n;
        return n > 2 && ((*word == '<' && word[n - 1] == '>') || (*word == '[' && word[n - 1] == ']'));
}

static int take_turn(Vm *vm, Turn turn, const VmWord *words, size_t n) {
        for (size_t i = 0; i < n; i++) {
                const char *name = vm_option_name(words[i].text), *text = "";
                int r;

                vm->line = words[i].line;
                if (turn == TURN_OPTIONS && is_gap(words[i].text)) {
                        r = vm_ignore(vm, words[i].text, "the command line is incomplete here");
                        if (r < 0)
                                return r;
                }
                /* a disk image */
                if (!name)
                        continue;
                if (takes_value(name, i + 1 < n ? &words[i + 1] : NULL)) {
                        if (i + 1 == n)
                                return vm_fail(vm, "-%s: expected a value", name);
                        text = words[++i].text;
                        vm->line = words[i].line;
                }
                r = set_option(vm, turn, name, text);
                if (r >= 0 && turn == TURN_OPTIONS)
                        r = vm_form_option(vm, name, text);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Rejects unknown parts that could move addresses. */
static int check_unknown(Vm *vm, const VmWords *words) {
        for (size_t i = 0; i < words->n; i++) {
                const char *name = vm_option_name(words->items[i].text);
                int r;

                vm->line = words->items[i].line;
                r = i > 0 ? vm_unknown_word(vm, words, words->items[i].text) : 0;
                if (r < 0)
                        return r;
                if (!name)
                        continue;
                if (i + 1 == words->n || !takes_value(name, &words->items[i + 1]))
                        continue;
                vm->line = words->items[++i].line;
                r = vm_unknown_check(vm, words, name, words->items[i].text);
                if (r < 0)
                        return r;
        }
        return 0;
}

int vm_options(Vm *vm, const VmWord *words, size_t n) {
        int r = 0;

        for (Turn turn = TURN_SETS; r >= 0 && turn < _TURN_MAX; turn++) {
                r = take_turn(vm, turn, words, n);
                if (r >= 0 && turn == TURN_MACHINE)
                        r = vm_qemu_program_host(vm);
        }
        if (r >= 0)
                r = vm_set_finish(vm);
        vm->line = 0;
        return r;
}

/* ── the whole ──────────────────────────────────────────────────────────────────────────────────────────── */

static int read_words(Vm *vm, const VmWords *words) {
        size_t first;
        bool kvm;
        int r;

        r = vm_qemu_program(vm, words, &first, &kvm);
        if (r >= 0)
                r = vm_qemu_check_query(vm, words, first);
        if (r >= 0)
                r = vm_qemu_check_dashes(vm, words);
        if (r >= 0)
                r = vm_options(vm, words->items + first, words->n - first);
        if (r >= 0)
                r = vm_form_manager(vm, words);
        if (r >= 0 && words->more)
                r = vm_bounded(vm,
                                guest_assume(vm->guest, "command",
                                                "the first of several QEMU command lines"));
        if (r < 0)
                return r;
        if (vm->qemu->accelerator.by == ACCELERATOR_BY_DEFAULT) {
                vm->guest->kvm = kvm;
                r = vm_bounded(vm,
                                guest_assume(vm->guest, "accelerator",
                                                kvm ? "kvm, the default of a program with this name"
                                                    : "tcg, QEMU's default"));
        }
        return r < 0 ? r : vm_finish(vm);
}

int vm_cmdline_read(const VmWords *words, const VmFiles *files, Guest *ret, VmError *reterr) {
        _cleanup_(vm_words_done) VmWords spelled = {};
        Guest guest = { .machine = MACHINE_PC };
        VmQemu qemu = {};
        Vm vm = { .guest = &guest, .error = reterr, .files = files, .qemu = &qemu };
        int r = 0;

        *reterr = (VmError){};
        if (words->n_unknowns > 0) {
                r = check_unknown(&vm, words);
                if (r >= 0)
                        r = vm_unknown_spell(words, &spelled);
                words = &spelled;
        }
        if (r >= 0)
                r = read_words(&vm, words);
        vm_qemu_done(&qemu);
        if (r < 0) {
                guest_done(&guest);
                return r;
        }
        *ret = guest;
        return 0;
}
