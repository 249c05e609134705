/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/form/shell/shell.h"

static bool is_variable_name(const char *text, size_t n) {
        if (n == 0 || n >= 64 || isdigit((unsigned char) *text))
                return false;
        for (size_t i = 0; i < n; i++)
                if (!shell_is_name(text[i]))
                        return false;
        return true;
}

static int export_one(Shell *shell, const char *text) {
        ShellVariable *variable = shell_variable(shell, text);

        if (variable)
                variable->exported = true;
        return 0;
}

/* "export A=b C", "local x=1": assignments as words. Arrays are assigned when they are read. */
static int declare(Shell *shell, const ShellFields *fields) {
        const char *word = fields->items[0].text;
        bool exports = strcmp(word, "export") == 0;
        bool local = shell->functions_within > 0 && !exports && strcmp(word, "readonly") != 0;
        int r = 0;

        for (size_t i = 1; r >= 0 && i < fields->n; i++) {
                const char *text = fields->items[i].text, *equals = strchr(text, '=');
                size_t n = equals ? (size_t) (equals - text) : strlen(text);
                bool more = equals && n > 0 && text[n - 1] == '+';
                char name[64];

                if (*text == '-') {
                        exports |= strchr(text, 'x') != NULL;
                        continue;
                }
                if (!is_variable_name(text, n - more))
                        continue;
                snprintf(name, sizeof(name), "%.*s", (int) (n - more), text);
                if (local)
                        r = shell_local(shell, name);
                if (r < 0)
                        return r;
                if (more)
                        r = shell_set_unknown(shell, name, VM_UNKNOWN_OPERATION, fields->items[i].line);
                else if (equals)
                        r = shell_set(shell, name, equals + 1, fields->items[i].line);
                if (r >= 0 && exports)
                        r = export_one(shell, name);
        }
        return r;
}

static int unset(Shell *shell, const ShellFields *fields) {
        int r = 0;

        for (size_t i = 1; r >= 0 && i < fields->n; i++) {
                const char *name = fields->items[i].text;
                size_t n = strcspn(name, "[");

                /* "A[1]": removes one element. */
                if (name[n] && is_variable_name(name, n)) {
                        char array[64];

                        snprintf(array, sizeof(array), "%.*s", (int) n, name);
                        r = shell_set_unknown(shell, array, VM_UNKNOWN_OPERATION, fields->items[i].line);
                } else
                        r = shell_unset(shell, name);
        }
        return r;
}

/* "set -- -m 4G" replaces the arguments. */
static int set(Shell *shell, const ShellFields *fields) {
        ShellFields arguments = {};
        int r = 0;

        for (size_t i = 1; i < fields->n; i++) {
                if (strcmp(fields->items[i].text, "--") != 0)
                        continue;
                for (size_t j = i + 1; r >= 0 && j < fields->n; j++)
                        r = shell_fields_add(
                                        shell, &arguments, fields->items[j].text, fields->items[j].line);
                shell->arguments = arguments;
                shell->lasting++;
                shell->arguments_known = true;
                return r;
        }
        return r;
}

static int let(Shell *shell, const ShellFields *fields) {
        int r = 0;

        for (size_t i = 1; r >= 0 && i < fields->n; i++)
                r = shell_calculate_status(shell, fields->items[i].text, strlen(fields->items[i].text),
                                fields->items[i].line);
        return r;
}

static int shift(Shell *shell, const ShellFields *fields) {
        unsigned long n = fields->n > 1 ? strtoul(fields->items[1].text, NULL, 10) : 1;

        if (n > shell->arguments.n)
                n = shell->arguments.n;
        if (n > 0) {
                shell->arguments.items += n;
                shell->arguments.n -= n;
                shell->arguments.size -= n;
        }
        return 0;
}

/* "read -r A B": input from a user or a file. */
static int read_input(Shell *shell, const ShellFields *fields) {
        int r = 0;

        for (size_t i = 1; r >= 0 && i < fields->n; i++) {
                const char *text = fields->items[i].text;

                /* -t of mapfile has no value. */
                if (strcmp(text, "-p") == 0 || strcmp(text, "-n") == 0 || strcmp(text, "-d") == 0 ||
                                strcmp(text, "-u") == 0 ||
                                (strcmp(text, "-t") == 0 && *fields->items[0].text == 'r' &&
                                                strcmp(fields->items[0].text, "read") == 0))
                        i++;
                else if (is_variable_name(text, strlen(text)))
                        r = shell_set_unknown(shell, text, VM_UNKNOWN_INPUT, fields->items[i].line);
        }
        return r;
}

/* "printf -v X", "getopts ab: X": the third word is the name. */
static int set_named(Shell *shell, const ShellFields *fields) {
        bool getopts = strcmp(fields->items[0].text, "getopts") == 0;
        size_t at = 2;

        if (!getopts && (fields->n < 3 || strcmp(fields->items[1].text, "-v") != 0))
                return 0;
        if (fields->n <= at || !is_variable_name(fields->items[at].text, strlen(fields->items[at].text)))
                return 0;
        if (getopts && !shell->arguments_matter) {
                shell->arguments_asked = true;
                shell->status = SHELL_STATUS_FALSE;
        }
        return shell_set_unknown(
                        shell, fields->items[at].text, VM_UNKNOWN_OPERATION, fields->items[at].line);
}

static int source(Shell *shell, const ShellFields *fields) {
        return shell_forget(shell, fields->items[0].line);
}

static int evaluate(Shell *shell, const ShellFields *fields) {
        size_t n = 0;
        char *text, *out;

        for (size_t i = 1; i < fields->n; i++)
                n += strlen(fields->items[i].text) + 1;
        text = out = shell_take(&shell->memory, n + 1);
        if (!text)
                return shell_full(shell);
        for (size_t i = 1; i < fields->n; i++)
                out += sprintf(out, "%s%s", i > 1 ? " " : "", fields->items[i].text);
        *out = 0;
        shell->inner_stays = true;
        /* The output may set any variable. */
        if (vm_is_mark(text))
                return shell_forget(shell, fields->items[0].line);
        return shell_run_inner(shell, text, fields->items[0].line, shell->rank);
}

static int leave(Shell *shell, const ShellFields *fields) {
        switch (*fields->items[0].text) {
        case 'e':
                shell->leave = SHELL_LEAVE_SCRIPT;
                break;
        case 'r':
                shell->leave = SHELL_LEAVE_FUNCTION;
                break;
        case 'c':
                shell->leave = SHELL_LEAVE_ROUND;
                break;
        default:
                shell->leave = SHELL_LEAVE_LOOP;
        }
        return 0;
}

static int truth(Shell *shell, const ShellFields *fields) {
        shell->status = strcmp(fields->items[0].text, "false") == 0 ? SHELL_STATUS_FALSE : SHELL_STATUS_TRUE;
        return 0;
}

static int test(Shell *shell, const ShellFields *fields) {
        shell->status = shell_test(shell, fields);
        return 0;
}

int shell_builtin(Shell *shell, const ShellFields *fields, bool *ret_done) {
        static const struct {
                const char *name;
                int (*run)(Shell *shell, const ShellFields *fields);
        } builtins[] = {
                { "export", declare },
                { "local", declare },
                { "declare", declare },
                { "typeset", declare },
                { "readonly", declare },
                { "unset", unset },
                { "set", set },
                { "let", let },
                { "shift", shift },
                { "read", read_input },
                { "mapfile", read_input },
                { "readarray", read_input },
                { "printf", set_named },
                { "getopts", set_named },
                { "source", source },
                { ".", source },
                { "eval", evaluate },
                { "exit", leave },
                { "return", leave },
                { "break", leave },
                { "continue", leave },
                { "true", truth },
                { ":", truth },
                { "false", truth },
                { "[", test },
                { "[[", test },
                { "test", test },
        };

        *ret_done = false;
        for (size_t i = 0; i < sizeof(builtins) / sizeof(*builtins); i++)
                if (strcmp(fields->items[0].text, builtins[i].name) == 0) {
                        *ret_done = true;
                        return builtins[i].run(shell, fields);
                }
        return 0;
}
