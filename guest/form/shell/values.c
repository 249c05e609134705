/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guest/form/shell/shell.h"
#include "probe/decode/text.h"

int shell_full(Shell *shell) {
        if (!shell->memory.full)
                return -ENOMEM;
        return vm_error(shell->error, shell->text.line, "variables that expand to more than %zu MiB",
                        SHELL_MEMORY_MAX >> 20);
}

int shell_fields_add(Shell *shell, ShellFields *fields, const char *text, unsigned line) {
        if (fields->n >= SHELL_FIELDS_MAX)
                return vm_error(shell->error, line, "expected at most %d words", SHELL_FIELDS_MAX);
        if (fields->n == fields->size) {
                size_t size = fields->size > 0 ? 2 * fields->size : 8;
                VmWord *items = shell_take(&shell->memory, size * sizeof(VmWord));

                if (!items)
                        return shell_full(shell);
                if (fields->n > 0)
                        memcpy(items, fields->items, fields->n * sizeof(VmWord));
                fields->items = items;
                fields->size = size;
        }
        fields->items[fields->n++] = (VmWord){ text, line };
        return 0;
}

int shell_fields_add_copy(Shell *shell, ShellFields *fields, const char *text, size_t n, unsigned line) {
        const char *copy = shell_take_text(&shell->memory, text, n);

        return copy ? shell_fields_add(shell, fields, copy, line) : shell_full(shell);
}

int shell_fields_copy(Shell *shell, const ShellFields *fields, ShellFields *ret) {
        ShellFields copy = {};

        for (size_t i = 0; i < fields->n; i++) {
                int r = shell_fields_add(shell, &copy, fields->items[i].text, fields->items[i].line);

                if (r < 0)
                        return r;
        }
        *ret = copy;
        return 0;
}

/* ── variables ─────────────────────────────────────────────────────────────────────────────────────────── */

ShellVariable *shell_variable(Shell *shell, const char *name) {
        for (size_t i = 0; i < shell->n_variables; i++)
                if (strcmp(shell->variables[i].name, name) == 0)
                        return &shell->variables[i];
        return NULL;
}

static int add_variable(Shell *shell, const char *name, ShellVariable **ret) {
        ShellVariable *variable = shell_variable(shell, name);

        shell->lasting++;
        if (!variable) {
                const char *copy = shell_take_text(&shell->memory, name, strlen(name));

                if (shell->n_variables >= SHELL_VARIABLES_MAX)
                        return vm_error(shell->error, shell->text.line, "expected at most %d variables",
                                        SHELL_VARIABLES_MAX);
                if (!shell->variables)
                        shell->variables = shell_take(
                                        &shell->memory, SHELL_VARIABLES_MAX * sizeof(ShellVariable));
                if (!copy || !shell->variables)
                        return shell_full(shell);
                variable = &shell->variables[shell->n_variables++];
                *variable = (ShellVariable){ .name = copy };
        }
        *ret = variable;
        return 0;
}

int shell_set(Shell *shell, const char *name, const char *text, unsigned line) {
        ShellVariable *variable;
        ShellFields values = {};
        int r = 0;

        /* Names the unknown value after this variable. */
        if (vm_is_mark(text)) {
                VmUnknown unknown = shell->unknowns[vm_mark_first(text)];

                if (unknown.kind != VM_UNKNOWN_ARGUMENTS && *name)
                        r = shell_unknown(shell, name, unknown.kind, line, &text);
        }
        if (r >= 0)
                r = shell_fields_add(shell, &values, text, line);
        if (r >= 0)
                r = add_variable(shell, name, &variable);
        if (r < 0)
                return r;
        variable->values = values;
        variable->array = false;
        return 0;
}

int shell_set_array(Shell *shell, const char *name, const ShellFields *values) {
        ShellVariable *variable;
        int r = add_variable(shell, name, &variable);

        if (r < 0)
                return r;
        variable->array = true;
        return shell_fields_copy(shell, values, &variable->values);
}

const char *shell_separators(Shell *shell) {
        const ShellVariable *variable = shell_variable(shell, "IFS");

        if (!variable || variable->values.n != 1 || vm_has_mark(variable->values.items[0].text))
                return " \t\n\r";
        return variable->values.items[0].text;
}

int shell_unset(Shell *shell, const char *name) {
        ShellVariable *variable = shell_variable(shell, name);

        shell->lasting++;
        if (variable)
                *variable = shell->variables[--shell->n_variables];
        return 0;
}

int shell_local(Shell *shell, const char *name) {
        const ShellVariable *variable = shell_variable(shell, name);
        ShellLocal *local = shell_take(&shell->memory, sizeof(ShellLocal));

        shell->lasting++;
        if (!local)
                return shell_full(shell);
        *local = (ShellLocal){ .next = shell->locals, .was_set = variable != NULL };
        if (variable)
                local->before = *variable;
        else
                local->before.name = shell_take_text(&shell->memory, name, strlen(name));
        if (!local->before.name)
                return shell_full(shell);
        shell->locals = local;
        return 0;
}

void shell_locals_end(Shell *shell, ShellLocal *before) {
        while (shell->locals && shell->locals != before) {
                const ShellLocal *local = shell->locals;
                ShellVariable *variable = shell_variable(shell, local->before.name);

                if (variable && local->was_set)
                        *variable = local->before;
                else if (variable)
                        shell_unset(shell, local->before.name);
                shell->locals = local->next;
        }
}

int shell_scope_start(Shell *shell, ShellScope *ret) {
        ShellScope scope = { .n = shell->n_variables };

        if (scope.n > 0) {
                scope.variables = shell_take(&shell->memory, scope.n * sizeof(ShellVariable));
                if (!scope.variables)
                        return shell_full(shell);
                memcpy(scope.variables, shell->variables, scope.n * sizeof(ShellVariable));
        }
        *ret = scope;
        return 0;
}

void shell_scope_end(Shell *shell, const ShellScope *scope) {
        if (scope->n > 0)
                memcpy(shell->variables, scope->variables, scope->n * sizeof(ShellVariable));
        shell->n_variables = scope->n;
}

/* ── unknown values ────────────────────────────────────────────────────────────────────────────────────── */

static int give_mark(Shell *shell, size_t number, const char **ret) {
        char mark[VM_MARK_SIZE];

        *ret = shell_take_text(&shell->memory, mark, vm_mark(number, mark));
        return *ret ? 0 : shell_full(shell);
}

int shell_unknown(Shell *shell, const char *name, VmUnknownKind kind, unsigned line, const char **ret) {
        VmUnknown unknown = { .line = line, .kind = kind };

        shell->lasting++;
        text_printable(bytes_of(name), unknown.name, sizeof(unknown.name));
        for (size_t i = 0; i < shell->n_unknowns; i++)
                if (shell->unknowns[i].kind == kind && shell->unknowns[i].line == line &&
                                strcmp(shell->unknowns[i].name, unknown.name) == 0)
                        return give_mark(shell, i, ret);
        if (shell->n_unknowns >= VM_UNKNOWNS_MAX)
                return vm_error(shell->error, line, "expected at most %d variables without a value",
                                VM_UNKNOWNS_MAX);
        if (!shell->unknowns)
                shell->unknowns = shell_take(&shell->memory, VM_UNKNOWNS_MAX * sizeof(VmUnknown));
        if (!shell->unknowns)
                return shell_full(shell);
        shell->unknowns[shell->n_unknowns] = unknown;
        return give_mark(shell, shell->n_unknowns++, ret);
}

int shell_set_unknown(Shell *shell, const char *name, VmUnknownKind kind, unsigned line) {
        const char *mark;
        int r = shell_unknown(shell, name, kind, line, &mark);

        return r < 0 ? r : shell_set(shell, name, mark, line);
}

int shell_forget(Shell *shell, unsigned line) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < shell->n_variables; i++)
                r = shell_set_unknown(shell, shell->variables[i].name, VM_UNKNOWN_CHANGED, line);
        return r;
}

/* Set by a login, a terminal or the shell itself. */
static bool is_of_session(const char *name) {
        static const char *const names[] = { "BASH", "COLUMNS", "DESKTOP_SESSION", "DISPLAY", "EDITOR",
                "EUID", "FUNCNAME", "GROUPS", "HOME", "HOSTNAME", "LANG", "LINENO", "LINES", "LOGNAME",
                "OLDPWD", "PATH", "PPID", "PWD", "RANDOM", "SECONDS", "SHELL", "SHLVL", "TERM", "TMUX",
                "UID", "USER", "WAYLAND_DISPLAY" };
        static const char *const starts[] = { "BASH_", "SSH_", "SUDO_", "XDG_", "ZSH_" };

        if (VM_ONE_OF(name, names))
                return true;
        for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++)
                if (strncmp(name, starts[i], strlen(starts[i])) == 0)
                        return true;
        return false;
}

static void doubt(Shell *shell, const VmUnknown *unknown) {
        ShellDoubts *unset = &shell->unset;

        if (unknown->kind != VM_UNKNOWN_UNSET) {
                shell->arguments_asked = true;
                return;
        }
        for (size_t i = 0; i < unset->n; i++)
                if (strcmp(unset->names[i], unknown->name) == 0)
                        return;
        if (unset->n < SHELL_DOUBTS_MAX)
                snprintf(unset->names[unset->n++], sizeof(*unset->names), "%s", unknown->name);
}

bool shell_plain(Shell *shell, const char *text, char *ret, size_t size) {
        size_t n = 0;

        while (*text) {
                if (*text == VM_MARK_START) {
                        const VmUnknown *unknown = &shell->unknowns[vm_mark_first(text)];
                        bool argument = unknown->kind == VM_UNKNOWN_ARGUMENT ||
                                        unknown->kind == VM_UNKNOWN_ARGUMENTS;

                        if (argument ? shell->arguments_matter
                                     : unknown->kind != VM_UNKNOWN_UNSET || is_of_session(unknown->name) ||
                                                                        (shell->doubt &&
                                                                                        strcmp(shell->doubt,
                                                                                                        unknown->name) ==
                                                                                                        0))
                                return false;
                        doubt(shell, unknown);
                        text = vm_mark_end(text);
                        continue;
                }
                if (n + 1 >= size)
                        return false;
                ret[n++] = *text++;
        }
        ret[n] = 0;
        return true;
}
