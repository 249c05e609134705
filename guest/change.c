/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/change.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/option-value.h"
#include "probe/cleanup.h"

/* The nodes must cover all RAM. A maximum equal to RAM follows it; otherwise it would become a hot-plug
 * region. */
static bool apply_ram(GuestMemory *memory, uint64_t bytes) {
        uint64_t less = memory->ram - bytes;

        if (bytes == 0 || bytes >= memory->ram || (memory->numa && memory->numa_size <= less))
                return false;
        if (memory->numa)
                memory->numa_size -= less;
        if (memory->max == memory->ram)
                memory->max = bytes;
        memory->ram = bytes;
        return true;
}

bool change_memory(const Change *change, Guest *guest) {
        GuestMemory *memory = &guest->memory;
        uint64_t plugged = guest_plugged(memory);

        if (change->kind == CHANGE_RAM)
                return apply_ram(memory, change->value);
        if (memory->max <= memory->ram || change->value >= memory->max)
                return false;
        /* Plugged memory stays. */
        if (plugged > 0 && change->value < memory->ram + plugged)
                return false;
        memory->max = change->value > memory->ram ? change->value : 0;
        if (memory->max == 0)
                memory->slots = 0;
        return true;
}

void change_note(ChangeRun *run, const char *format, ...) {
        char *note = run->forms->note, text[sizeof(run->forms->note)];
        size_t n = strlen(note);
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(text, sizeof(text), format, arguments);
        va_end(arguments);
        if (!strstr(note, text))
                snprintf(note + n, sizeof(text) - n, "%s%s", n ? "; " : "", text);
}

json_t *change_option_find(const ChangeRun *run, const char *name, const char *part) {
        for (size_t i = json_array_size(run->options); i-- > 0;) {
                json_t *option = json_array_get(run->options, i);

                if (strcmp(json_string_value(json_array_get(option, 0)), name) == 0 &&
                                (!part || strstr(json_string_value(json_array_get(option, 1)), part)))
                        return option;
        }
        return NULL;
}

json_t *change_option_open(ChangeRun *run, const char *name, const char *part, const char *start) {
        json_t *option = change_option_find(run, name, part);

        if (option)
                return option;
        option = json_pack("[s, s]", name, start);
        if (json_array_append_new(run->options, option) < 0) {
                run->error = -ENOMEM;
                return NULL;
        }
        return option;
}

const char *change_option_value(const json_t *option) {
        const char *value = json_string_value(json_array_get(option, 1));

        return value ? value : "";
}

bool change_option_has(const json_t *option, const char *implied, const char *key) {
        _cleanup_free_ char *value = option_get(change_option_value(option), implied, key);

        return value != NULL;
}

void change_option_show(ChangeRun *run, json_t *option) {
        for (size_t i = 0; i < json_array_size(run->changed_options); i++)
                if (json_array_get(run->changed_options, i) == option)
                        return;
        if (json_array_append(run->changed_options, option) < 0)
                run->error = -ENOMEM;
}

void change_option_put(ChangeRun *run, const char *name, const char *format, ...) {
        json_t *option = change_option_open(run, name, NULL, "");
        char *value = NULL;
        va_list arguments;
        int n;

        va_start(arguments, format);
        n = vasprintf(&value, format, arguments);
        va_end(arguments);
        if (n < 0) {
                run->error = -ENOMEM;
                return;
        }
        if (json_array_set_new(option, 1, json_string(value)) < 0)
                run->error = -ENOMEM;
        free(value);
        change_option_show(run, option);
}

void change_option_set(ChangeRun *run, json_t *option, const char *implied, const char *key,
                const char *format, ...) {
        _cleanup_free_ char *changed = NULL;
        char value[96];
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(value, sizeof(value), format, arguments);
        va_end(arguments);
        changed = option_set(change_option_value(option), implied, key, value);
        if (!changed || json_array_set_new(option, 1, json_string(changed)) < 0)
                run->error = -ENOMEM;
        change_option_show(run, option);
}
