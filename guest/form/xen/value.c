/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/form/xen/xl.h"
#include "guest/size.h"
#include "probe/cleanup.h"

const XlSetting *xl_find(Xl *xl, const char *name) {
        const XlSetting *setting = xl_config_get(xl->config, name);

        if (setting)
                xl->vm.line = setting->line;
        return setting;
}

int xl_string(Xl *xl, const char *name, const char **ret) {
        const XlSetting *setting = xl_find(xl, name);

        *ret = NULL;
        if (!setting)
                return 0;
        if (setting->value.is_list)
                return vm_fail(&xl->vm, "%s: expected one value, not a list", name);
        *ret = setting->value.text;
        return 0;
}

int xl_long(Xl *xl, const char *name, long *ret, bool *ret_set) {
        const XlSetting *setting = xl_find(xl, name);
        const char *text;
        char *end;
        long number;

        *ret_set = false;
        if (!setting)
                return 0;
        if (setting->value.is_list)
                return vm_fail(&xl->vm, "%s: expected a number, not a list", name);
        text = setting->value.text;
        if (setting->added)
                return vm_fail(&xl->vm, "%s: xl does not accept += with a number", name);
        errno = 0;
        number = strtol(text, &end, 0);
        if (errno || *end || end == text)
                return vm_fail(&xl->vm, "%s: expected a number, not '%.60s'", name, text);
        *ret = number;
        *ret_set = true;
        return 0;
}

int xl_toggle(Xl *xl, const char *name, Tristate *ret) {
        long number;
        bool set;
        int r = xl_long(xl, name, &number, &set);

        if (r >= 0 && set)
                *ret = tristate(number != 0);
        return r;
}

int xl_mebibytes(Xl *xl, const char *name, uint64_t *ret) {
        long number;
        bool set;
        int r = xl_long(xl, name, &number, &set);

        *ret = 0;
        if (r < 0 || !set)
                return r;
        if (number < 0)
                return vm_fail(&xl->vm, "%s: expected a number of MiB, not %ld", name, number);
        if ((unsigned long) number > GUEST_SIZE_MAX >> 20)
                return vm_fail(&xl->vm, "%s: %ld MiB is larger than 4 PiB, the maximum on x86", name,
                                number);
        *ret = (uint64_t) number << 20;
        return 0;
}

int xl_list(Xl *xl, const char *name, const XlValue **ret) {
        const XlSetting *setting = xl_find(xl, name);

        *ret = NULL;
        if (!setting)
                return 0;
        if (!setting->value.is_list)
                return vm_fail(&xl->vm, "%s: expected a list, as in %s=[ \"...\" ]", name, name);
        *ret = &setting->value;
        return 0;
}

const char *xl_item(Xl *xl, const XlValue *list, size_t i) {
        if (i >= list->n || list->items[i].is_list)
                return NULL;
        xl->vm.line = list->items[i].line;
        return list->items[i].text;
}

/* ── back to text ──────────────────────────────────────────────────────────────────────────────────────── */

static void write_string(FILE *f, const char *text) {
        static const char letters[] = "\"\\abfnrtv", characters[] = "\"\\\a\b\f\n\r\t\v";

        fputc('"', f);
        for (; *text; text++) {
                const char *character = strchr(characters, *text);

                if (character)
                        fprintf(f, "\\%c", letters[character - characters]);
                else
                        fputc(*text, f);
        }
        fputc('"', f);
}

static void write_value(FILE *f, const XlValue *value) {
        if (!value->is_list && value->quoted)
                write_string(f, value->text);
        else if (!value->is_list)
                fputs(value->text, f);
        if (!value->is_list)
                return;
        fputc('[', f);
        for (size_t i = 0; i < value->n; i++) {
                fputs(i > 0 ? ", " : "", f);
                write_value(f, &value->items[i]);
        }
        fputc(']', f);
}

char *xl_value_text(const XlValue *value) {
        char *text = NULL;
        size_t n;
        FILE *f = open_memstream(&text, &n);

        if (!f)
                return NULL;
        write_value(f, value);
        if (fclose(f) != 0) {
                free(text);
                return NULL;
        }
        return text;
}
