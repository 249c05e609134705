/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/qemu/config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "probe/cleanup.h"
#include "probe/decode/text.h"

/* QEMU's limits. */
#define NAME_MAX_LENGTH 63
#define LINE_MAX_LENGTH 1022

typedef struct Config {
        Vm *vm;
        const char *path;
        unsigned line;
        VmConfigGroup set;
        char group[NAME_MAX_LENGTH + 1]; /* "": none yet */
        KeyValues values;
} Config;

static int fail(Config *config, const char *expected) {
        return vm_fail(config->vm, "-readconfig %.120s: line %u: expected %s", config->path, config->line,
                        expected);
}

/* Ends the current group. */
static int flush(Config *config) {
        int r = *config->group ? config->set(config->vm, config->group, &config->values) : 0;

        key_values_done(&config->values);
        *config->group = 0;
        return r;
}

static bool take_name(Bytes *line, const char *stops, char ret[NAME_MAX_LENGTH + 1]) {
        size_t n = 0;

        while (n < line->n && line->data[n] && !strchr(stops, line->data[n]))
                n++;
        if (n == 0 || n > NAME_MAX_LENGTH)
                return false;
        memcpy(ret, line->data, n);
        ret[n] = 0;
        *line = bytes_part(*line, n, line->n - n);
        return true;
}

static bool take(Bytes *line, const char *text) {
        if (!text_starts(*line, text))
                return false;
        *line = bytes_part(*line, strlen(text), line->n - strlen(text));
        return true;
}

static void take_blanks(Bytes *line) {
        while (take(line, " ") || take(line, "\t"))
                ;
}

/* [group] and [group "id"] */
static int read_group(Config *config, Bytes line) {
        static const char expected[] = "[GROUP] or [GROUP \"ID\"]";
        char id[NAME_MAX_LENGTH + 1];
        int r;

        r = flush(config);
        if (r < 0)
                return r;
        take(&line, "[");
        if (!take_name(&line, " \t]\"", config->group))
                return fail(config, expected);
        take_blanks(&line);
        if (take(&line, "\"")) {
                if (!take_name(&line, "\"", id) || !take(&line, "\""))
                        return fail(config, expected);
                r = key_values_add(&config->values, "id", id);
                if (r < 0)
                        return r;
        }
        return take(&line, "]") ? 0 : fail(config, expected);
}

/* key = "value" */
static int read_value(Config *config, Bytes line) {
        static const char expected[] = "KEY = \"VALUE\"";
        char key[NAME_MAX_LENGTH + 1], value[LINE_MAX_LENGTH + 1];
        size_t n = 0;

        if (!*config->group)
                return fail(config, "a [GROUP] before it");
        take_blanks(&line);
        if (!take_name(&line, " \t", key))
                return fail(config, expected);
        take_blanks(&line);
        if (!take(&line, "="))
                return fail(config, expected);
        take_blanks(&line);
        if (!take(&line, "\""))
                return fail(config, expected);
        while (n < line.n && line.data[n] && line.data[n] != '"')
                n++;
        if (n == line.n || line.data[n] != '"')
                return fail(config, expected);
        if (n > 0)
                memcpy(value, line.data, n);
        value[n] = 0;
        if (config->values.n >= KEY_VALUES_MAX)
                return fail(config, "no more values in a group");
        return key_values_add(&config->values, key, value);
}

static int read_line(Config *config, Bytes line) {
        Bytes trimmed = text_trim(line);

        if (trimmed.n == 0 || text_starts(trimmed, "#"))
                return 0;
        if (line.n > LINE_MAX_LENGTH)
                return fail(config, "at most 1022 characters");
        return text_starts(line, "[") ? read_group(config, line) : read_value(config, line);
}

int vm_config_parse(Vm *vm, const char *path, const char *text, size_t n, VmConfigGroup set) {
        Config config = { .vm = vm, .path = path, .set = set };
        Bytes bytes = { .data = (const uint8_t *) text, .n = n }, line;
        size_t cursor = 0;
        int r = 0;

        while (r >= 0 && text_line(bytes, &cursor, &line)) {
                config.line++;
                r = read_line(&config, line);
        }
        if (r >= 0)
                r = flush(&config);
        key_values_done(&config.values);
        return r;
}

int vm_config_read(Vm *vm, const char *path, VmConfigGroup set, const char **ret_why) {
        _cleanup_free_ char *text = NULL;
        size_t n;
        int r;

        *ret_why = vm->files ? NULL : "hawd does not read files here";
        r = vm->files ? vm->files->read(vm->files->userdata, path, &text, &n, ret_why) : 0;
        if (r >= 0 && *ret_why && vm_proxmox_knows(path)) {
                r = vm_proxmox_groups(vm, path, *ret_why, set);
                *ret_why = NULL;
                return r;
        }
        return r < 0 || *ret_why ? r : vm_config_parse(vm, path, text, n, set);
}
