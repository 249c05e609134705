/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/shell/script.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/form/command.h"
#include "guest/form/json/guest-json.h"
#include "guest/form/shell/ways.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"

#define NOTES_MAX 8

/* Reports why there is no machine. */
static int refuse_none(const ShellSeen *seen, const char *text, VmError *error) {
        if (seen->foreign > 0)
                return vm_error(error, seen->foreign, "expected an x86 or arm64 machine, not %s",
                                seen->foreign_name);
        if (seen->query > 0)
                return vm_error(error, seen->query,
                                "this QEMU only prints its help or version: expected the command line of a "
                                "machine");
        if (seen->bare > 0)
                return vm_error(error, seen->bare,
                                "this QEMU has no options: expected the whole command line of a machine");
        for (text += strspn(text, " \t\r\n"); *text == '#'; text += strspn(text, " \t\r\n"))
                text += strcspn(text, "\n");
        if (*text == '[')
                return vm_error(error, 0,
                                "a file for QEMU's -readconfig: use the command line that names it, which "
                                "has the CPU");
        return vm_error(error, 0, "expected a QEMU command line: qemu-system-x86_64 not found in it");
}

/* ── other ways ────────────────────────────────────────────────────────────────────────────────────────── */

static bool is_told_apart(const char *key) {
        static const char *const same[] = { "name", "form", "assumed", "ignored" };

        return !VM_ONE_OF(key, same);
}

static void add_differences(const json_t *one, const json_t *two, char *text, size_t size) {
        const char *key;
        json_t *value;

        json_object_foreach((json_t *) one, key, value) {
                size_t n = strlen(text);

                if (is_told_apart(key) && !json_equal(value, json_object_get(two, key)) &&
                                !strstr(text, key))
                        snprintf(text + n, size - n, "%s%s", n > 0 ? ", " : "", key);
        }
}

/* Lists the members that differ. */
static int compare(const Guest *one, const Guest *two, char *text, size_t size) {
        json_t *a = guest_json_write(one), *b = guest_json_write(two);
        int r = a && b ? 0 : -ENOMEM;

        *text = 0;
        if (r >= 0) {
                add_differences(a, b, text, size);
                add_differences(b, a, text, size);
        }
        json_decref(a);
        json_decref(b);
        return r;
}

static bool is_noted(const GuestNote *notes, size_t n, const char *what) {
        for (size_t i = 0; i < n; i++)
                if (strcmp(notes[i].what, what) == 0)
                        return true;
        return false;
}

static int note(Guest *guest, const ShellWay *way, const char *text) {
        char what[64];
        int r;

        if (way->before > 0 && way->before != way->line)
                snprintf(what, sizeof(what), "conditions in lines %u and %u", way->before, way->line);
        else
                snprintf(what, sizeof(what), "condition in line %u", way->line);
        if (is_noted(guest->ignored, guest->n_ignored, what))
                return 0;
        r = guest_ignore(guest, what, "%.*s", 150, text);
        return r == -E2BIG ? 0 : r;
}

/* If something taken as unset were set, another guest would start. */
static int note_unset(Guest *guest, const ShellWay *way) {
        char what[80];
        int r;

        snprintf(what, sizeof(what), "%s%s", way->arguments ? "arguments" : "$", way->set);
        if (is_noted(guest->assumed, guest->n_assumed, what))
                return 0;
        r = guest_assume(guest, what, "%s",
                        way->arguments ? "none: the script is started without arguments"
                                       : "unset: this text does not set it");
        return r == -E2BIG ? 0 : r;
}

static int look_at_way(const ShellWay *way, const VmFiles *files, Guest *guest, unsigned *notes) {
        _cleanup_(guest_done) Guest other = {};
        char keys[96], text[160];
        VmError error = {};
        int r = vm_command_read(&way->words, files, &other, &error);

        if (r == -EINVAL)
                snprintf(text, sizeof(text), "the other branch starts a guest that hawd cannot read: %.100s",
                                error.text);
        else if (r >= 0) {
                r = compare(guest, &other, keys, sizeof(keys));
                if (r < 0 || !*keys)
                        return r;
                snprintf(text, sizeof(text), "the other branch starts a different guest (%s)", keys);
        }
        if (r < 0 && r != -EINVAL)
                return r;
        if (way->arguments || *way->set)
                return note_unset(guest, way);
        /* The single conditions are already noted. */
        if (way->before > 0 && *notes > 0)
                return 0;
        return ++*notes > NOTES_MAX ? 0 : note(guest, way, text);
}

int vm_shell_read(
                const char *text, size_t n, bool paste, const VmFiles *files, Guest *ret, VmError *reterr) {
        _cleanup_free_ ShellWays *ways = calloc(1, sizeof(ShellWays));
        unsigned notes = 0;
        Guest guest;
        int r;

        if (!ways)
                return -ENOMEM;
        if (n > VM_SHELL_MAX)
                return vm_error(reterr, 0, "too long for a script: use the command line that it starts");
        r = shell_ways_find(text, n, paste, files, ways, reterr);
        if (r < 0)
                return r;
        if (ways->n == 0)
                return refuse_none(&ways->seen, text, reterr);
        r = vm_command_read(&ways->items[0].words, files, &guest, reterr);
        if (r < 0) {
                shell_ways_done(ways);
                return r;
        }
        if (ways->by_host) {
                r = vm_host_architecture(files, &guest.read_for);
                guest.by_host = true;
        }
        for (size_t i = 1; r >= 0 && i < ways->n; i++)
                r = look_at_way(&ways->items[i], files, &guest, &notes);
        if (r >= 0 && ways->incomplete)
                r = guest_ignore(&guest, "conditions", "too many branches in the script");
        if (r >= 0 && ways->partly)
                r = guest_assume(&guest, "conditions", "not all combinations were tried");
        shell_ways_done(ways);
        if (r < 0 && r != -E2BIG) {
                guest_done(&guest);
                return r;
        }
        *ret = guest;
        return 0;
}
