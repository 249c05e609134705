/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/form/shell/shell.h"

/* "NAME", its index in brackets, and the operation. */
typedef struct Parameter {
        char name[64];
        char index[64];
        const char *operation, *end;
        unsigned line;
        bool length, quoted;
} Parameter;

static bool split(const char *text, size_t n, Parameter *ret) {
        const char *end = text + n, *start;
        size_t length;

        if (n > 1 && *text == '#') {
                ret->length = true;
                text++;
        }
        start = text;
        while (text < end && shell_is_name(*text))
                text++;
        if (text == start && text < end && strchr("@*#?$!-", *text))
                text++;
        length = (size_t) (text - start);
        if (length == 0 || length >= sizeof(ret->name))
                return false;
        snprintf(ret->name, sizeof(ret->name), "%.*s", (int) length, start);
        if (text < end && *text == '[') {
                const char *close = memchr(text, ']', (size_t) (end - text));

                length = close ? (size_t) (close - text) - 1 : sizeof(ret->index);
                if (length == 0 || length >= sizeof(ret->index))
                        return false;
                snprintf(ret->index, sizeof(ret->index), "%.*s", (int) length, text + 1);
                text = close + 1;
        }
        ret->operation = text;
        ret->end = end;
        return true;
}

static int give(Shell *shell, const char *text, unsigned line, ShellFields *ret) {
        return shell_fields_add(shell, ret, text, line);
}

static int give_unknown(
                Shell *shell, const Parameter *p, const char *name, VmUnknownKind kind, ShellFields *ret) {
        const char *mark;
        int r = shell_unknown(shell, name, kind, p->line, &mark);

        return r < 0 ? r : give(shell, mark, p->line, ret);
}

/* ── values ────────────────────────────────────────────────────────────────────────────────────────────── */

static bool is_all(const Parameter *p) {
        return strcmp(p->index, "@") == 0 || strcmp(p->index, "*") == 0;
}

static int join(Shell *shell, const ShellFields *values, unsigned line, ShellFields *ret) {
        const char separator[2] = { *shell_separators(shell) };
        size_t n = 0;
        char *text, *out;

        for (size_t i = 0; i < values->n; i++)
                n += strlen(values->items[i].text) + 1;
        text = out = shell_take(&shell->memory, n + 1);
        if (!text)
                return shell_full(shell);
        for (size_t i = 0; i < values->n; i++)
                out += sprintf(out, "%s%s", i > 0 ? separator : "", values->items[i].text);
        *out = 0;
        return give(shell, text, line, ret);
}

/* "$1", "$@", "$#" */
static int arguments(Shell *shell, const Parameter *p, bool *ret_set, ShellFields *ret) {
        unsigned long number = strtoul(p->name, NULL, 10);
        char digits[24];

        *ret_set = false;
        if (strcmp(p->name, "#") == 0) {
                *ret_set = true;
                if (!shell->arguments_known && shell->arguments_matter)
                        return give_unknown(shell, p, "#", VM_UNKNOWN_OPERATION, ret);
                shell->arguments_asked |= !shell->arguments_known;
                snprintf(digits, sizeof(digits), "%zu", shell->arguments.n);
                return shell_fields_add_copy(shell, ret, digits, strlen(digits), p->line);
        }
        if (strcmp(p->name, "@") == 0 || strcmp(p->name, "*") == 0) {
                *ret_set = !shell->arguments_known || shell->arguments.n > 0;
                if (!shell->arguments_known)
                        return give_unknown(shell, p, p->name, VM_UNKNOWN_ARGUMENTS, ret);
                return *p->name == '*' && p->quoted ? join(shell, &shell->arguments, p->line, ret)
                                                    : shell_fields_copy(shell, &shell->arguments, ret);
        }
        if (strcmp(p->name, "0") == 0 || !isdigit((unsigned char) *p->name)) {
                *ret_set = true;
                return give_unknown(shell, p, p->name, VM_UNKNOWN_OPERATION, ret);
        }
        if (number > shell->arguments.n)
                return shell->arguments_known ? 0
                                              : give_unknown(shell, p, p->name, VM_UNKNOWN_ARGUMENT, ret);
        *ret_set = true;
        return give(shell, shell->arguments.items[number - 1].text, p->line, ret);
}

static int element(Shell *shell, const Parameter *p, const ShellVariable *variable, bool *ret_set,
                ShellFields *ret) {
        const ShellFields *values = &variable->values;
        unsigned long number = 0;

        *ret_set = values->n > 0;
        if (is_all(p) && strcmp(p->index, "*") == 0 && p->quoted)
                return join(shell, values, p->line, ret);
        if (is_all(p) || (shell->zsh && variable->array && !*p->index))
                return shell_fields_copy(shell, values, ret);
        if (*p->index) {
                char *end;

                number = strtoul(p->index, &end, 10);
                if (*end || shell->zsh)
                        return give_unknown(shell, p, p->name, VM_UNKNOWN_OPERATION, ret);
        }
        *ret_set = number < values->n;
        return number < values->n ? give(shell, values->items[number].text, p->line, ret) : 0;
}

/* bash's names of the host; of the last, distributions have their own. */
static int of_bash(Shell *shell, const Parameter *p, bool *ret_set, ShellFields *ret) {
        static const char machine[] = "uname -m";
        const char *text = "linux-gnu";
        int r = 0;

        *ret_set = true;
        if (strcmp(p->name, "MACHTYPE") == 0)
                return give_unknown(shell, p, p->name, VM_UNKNOWN_OUTPUT, ret);
        if (strcmp(p->name, "HOSTTYPE") == 0)
                r = shell_output(shell, machine, strlen(machine), &text);
        return r < 0 ? r : give(shell, text, p->line, ret);
}

/* If not set, *ret_set is false. */
static int value(Shell *shell, const Parameter *p, bool *ret_set, ShellFields *ret) {
        static const char *const names[] = { "OSTYPE", "HOSTTYPE", "MACHTYPE" };
        const ShellVariable *variable = NULL;

        if (!isalpha((unsigned char) *p->name) && *p->name != '_')
                return arguments(shell, p, ret_set, ret);
        variable = shell_variable(shell, p->name);
        if (!variable && VM_ONE_OF(p->name, names))
                return of_bash(shell, p, ret_set, ret);
        *ret_set = false;
        if (!variable)
                return give_unknown(shell, p, p->name, VM_UNKNOWN_UNSET, ret);
        return element(shell, p, variable, ret_set, ret);
}

/* ── operations ────────────────────────────────────────────────────────────────────────────────────────── */

/* Whether it is empty in a plain start. */
static bool is_empty(Shell *shell, const ShellFields *values, bool *ret_known) {
        char plain[256];
        bool empty = true;

        *ret_known = true;
        for (size_t i = 0; i < values->n; i++) {
                if (!shell_plain(shell, values->items[i].text, plain, sizeof(plain))) {
                        *ret_known = !vm_has_mark(values->items[i].text);
                        empty = false;
                } else
                        empty = empty && !*plain;
        }
        return empty;
}

static int expand_word(Shell *shell, const Parameter *p, const char *text, ShellFields *ret) {
        ShellRaw raw = { text, (size_t) (p->end - text), p->line };
        const char *expanded;
        int r;

        if (!p->quoted)
                return shell_expand(shell, &raw, ret);
        r = shell_expand_text(shell, &raw, &expanded);
        return r < 0 ? r : give(shell, expanded, p->line, ret);
}

/* "${X:-word}", "${X:=word}", "${X:+word}", "${X:?word}" */
static int replace(Shell *shell, const Parameter *p, bool set, const ShellFields *values, ShellFields *ret) {
        const char *operation = p->operation;
        bool colon = *operation == ':', known = true, missing;
        int r;

        operation += colon;
        missing = !set;
        if (colon && set)
                missing = is_empty(shell, values, &known);
        else if (!set)
                is_empty(shell, values, &known);
        /* This pass takes it as set. */
        if (!known && *operation == '+' && shell->doubt && strcmp(shell->doubt, p->name) == 0)
                return expand_word(shell, p, operation + 1, ret);
        /* It may be set. */
        if (!known && (*operation == '-' || *operation == '=' || *operation == '+'))
                return give_unknown(shell, p, p->name,
                                shell->unknowns[vm_mark_first(values->items[0].text)].kind, ret);
        if (*operation == '+')
                return missing ? 0 : expand_word(shell, p, operation + 1, ret);
        if (!missing || *operation == '?')
                return shell_fields_copy(shell, values, ret);
        r = expand_word(shell, p, operation + 1, ret);
        if (r >= 0 && *operation == '=' && ret->n > 0)
                r = shell_set(shell, p->name, ret->items[0].text, p->line);
        return r;
}

/* "${X%pattern}", "${X##pattern}" of a known text; else NULL. */
static const char *strip(Shell *shell, const Parameter *p, const char *text, const char *pattern) {
        bool front = *p->operation == '#', longest = p->operation[0] == p->operation[1];
        size_t n = strlen(text);
        char *copy;

        /* The time of patterns is quadratic. */
        if (n > 4096 || strlen(pattern) > 256)
                return NULL;
        for (size_t i = 0; i <= n; i++) {
                size_t at = front == longest ? n - i : i;

                copy = front ? shell_take_text(&shell->memory, text, at) : NULL;
                if (front && !copy)
                        return NULL;
                if (fnmatch(pattern, front ? copy : text + at, 0) == 0)
                        return front ? text + at : shell_take_text(&shell->memory, text, at);
        }
        return text;
}

static int operate(Shell *shell, const Parameter *p, const ShellFields *values, ShellFields *ret) {
        bool twice = p->end - p->operation > 1 && p->operation[0] == p->operation[1];
        const char *text = values->n == 1 ? values->items[0].text : NULL, *pattern, *stripped = NULL;
        ShellRaw raw = { p->operation + 1 + twice, (size_t) (p->end - p->operation) - 1 - twice, p->line };
        int r;

        if (values->n == 0)
                return 0;
        if (text && !vm_has_mark(text) && (*p->operation == '%' || *p->operation == '#')) {
                r = shell_expand_text(shell, &raw, &pattern);
                if (r < 0)
                        return r;
                stripped = vm_has_mark(pattern) ? NULL : strip(shell, p, text, pattern);
        }
        return stripped ? give(shell, stripped, p->line, ret)
                        : give_unknown(shell, p, p->name, VM_UNKNOWN_OPERATION, ret);
}

int shell_expand_parameter(
                Shell *shell, const char *text, size_t n, unsigned line, bool quoted, ShellFields *ret) {
        Parameter p = { .line = line, .quoted = quoted };
        ShellFields values = {};
        const char *operation;
        bool set;
        int r;

        if (!split(text, n, &p)) {
                char name[64];

                snprintf(name, sizeof(name), "{%.*s}", (int) (n < 48 ? n : 48), text);
                return give_unknown(shell, &p, name, VM_UNKNOWN_OPERATION, ret);
        }
        r = value(shell, &p, &set, &values);
        if (r < 0)
                return r;
        if (p.length)
                return give_unknown(shell, &p, p.name, VM_UNKNOWN_OPERATION, ret);
        operation = p.operation;
        if (operation == p.end)
                return shell_fields_copy(shell, &values, ret);
        operation += *operation == ':';
        if (operation < p.end && strchr("-=+?", *operation))
                return replace(shell, &p, set, &values, ret);
        /* "${@:2}" without arguments is empty. */
        if (*p.operation == ':' && strchr("@*", *p.name) && !shell->arguments_known)
                return shell_fields_copy(shell, &values, ret);
        return operate(shell, &p, &values, ret);
}
