/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guest/form/shell/shell.h"

#define SAVED_MAX 16

/* A simple command. Assignments before it are its own: the old values are saved. */
typedef struct Simple {
        ShellFields fields;
        size_t n_saved;
        ShellVariable saved[SAVED_MAX];
        bool was_set[SAVED_MAX];
        bool declares; /* "export", "local": take assignments */
        bool exports;
        bool refers;   /* "local -n" */
        bool brackets; /* "[[": operators are words */
        unsigned line;
} Simple;

static bool is_declaration(const char *word) {
        static const char *const words[] = { "export", "local", "declare", "typeset", "readonly" };

        return VM_ONE_OF(word, words);
}

/* The length of "NAME=", "NAME+=", "NAME[2]="; 0: not an assignment. */
static size_t assignment_length(const ShellRaw *raw) {
        size_t n = 0;

        while (n < raw->n && shell_is_name(raw->text[n]))
                n++;
        if (n == 0 || n >= 64 || isdigit((unsigned char) raw->text[0]))
                return 0;
        /* In unit files and in sudo's log, a command follows. */
        if ((n == 9 && memcmp(raw->text, "ExecStart", n) == 0) ||
                        (n == 7 && memcmp(raw->text, "COMMAND", n) == 0))
                return 0;
        if (n < raw->n && raw->text[n] == '[') {
                while (n < raw->n && raw->text[n] != ']')
                        n++;
                n += n < raw->n;
        }
        if (n < raw->n && raw->text[n] == '+')
                n++;
        return n < raw->n && raw->text[n] == '=' ? n + 1 : 0;
}

/* ── assignments ───────────────────────────────────────────────────────────────────────────────────────── */

static int save(Shell *shell, Simple *simple, const char *name) {
        const ShellVariable *variable = shell_variable(shell, name);

        if (simple->n_saved >= SAVED_MAX || simple->declares)
                return 0;
        simple->was_set[simple->n_saved] = variable != NULL;
        if (variable)
                simple->saved[simple->n_saved] = *variable;
        else
                simple->saved[simple->n_saved].name = shell_take_text(&shell->memory, name, strlen(name));
        return simple->saved[simple->n_saved++].name ? 0 : shell_full(shell);
}

static void restore(Shell *shell, Simple *simple) {
        while (simple->n_saved > 0) {
                const ShellVariable *before = &simple->saved[--simple->n_saved];
                ShellVariable *variable = shell_variable(shell, before->name);

                if (variable && simple->was_set[simple->n_saved])
                        *variable = *before;
                else if (variable)
                        shell_unset(shell, before->name);
        }
}

/* "( … )" after "NAME=". */
static int read_array(Shell *shell, ShellFields *ret) {
        unsigned line = shell->text.line;
        int r = 0;

        shell->text.in++;
        while (r >= 0) {
                ShellRaw raw;

                shell_skip_blanks(&shell->text);
                if (shell_at(shell, "\n")) {
                        shell->text.in++;
                        shell->text.line++;
                        continue;
                }
                if (shell_at(shell, ")")) {
                        shell->text.in++;
                        return 0;
                }
                if (shell->text.in == shell->text.end || shell_at(shell, "|&;<>("))
                        return vm_error(shell->error, line, "this list is not closed");
                r = shell_lex_word(&shell->text, &raw, shell->error);
                if (r >= 0 && !shell_skips(shell))
                        r = shell_expand(shell, &raw, ret);
        }
        return r;
}

static int append_array(Shell *shell, const char *name, const ShellFields *values) {
        const ShellVariable *variable = shell_variable(shell, name);
        ShellFields all = {};
        int r = variable ? shell_fields_copy(shell, &variable->values, &all) : 0;

        for (size_t i = 0; r >= 0 && i < values->n; i++)
                r = shell_fields_add(shell, &all, values->items[i].text, values->items[i].line);
        return r < 0 ? r : shell_set_array(shell, name, &all);
}

static int append_text(Shell *shell, const char *name, const char *text, unsigned line) {
        const ShellVariable *variable = shell_variable(shell, name);
        const char *before = variable && variable->values.n > 0 ? variable->values.items[0].text : "";
        ShellFields values = {};
        size_t n = strlen(before);
        char *whole = shell_take(&shell->memory, n + strlen(text) + 1);
        int r;

        if (!whole)
                return shell_full(shell);
        memcpy(whole, before, n);
        strcpy(whole + n, text);
        if (!variable || !variable->array)
                return shell_set(shell, name, whole, line);
        r = shell_fields_add(shell, &values, whole, line);
        for (size_t i = 1; r >= 0 && i < variable->values.n; i++)
                r = shell_fields_add(shell, &values, variable->values.items[i].text, line);
        return r < 0 ? r : shell_set_array(shell, name, &values);
}

static int assign(Shell *shell, Simple *simple, const ShellRaw *raw, size_t length) {
        bool more = raw->text[length - 2] == '+', element = memchr(raw->text, '[', length) != NULL;
        ShellRaw value = { raw->text + length, raw->n - length, raw->line };
        ShellFields values = {};
        bool array = value.n == 0 && shell_at(shell, "(");
        const char *text = "";
        char name[64];
        int r;

        snprintf(name, sizeof(name), "%.*s", (int) strcspn(raw->text, "=+["), raw->text);
        r = array ? read_array(shell, &values) : 0;
        if (r < 0 || shell_skips(shell))
                return r;
        if (!array)
                r = shell_expand_text(shell, &value, &text);
        if (r >= 0)
                r = save(shell, simple, name);
        if (r >= 0 && simple->declares && shell->functions_within > 0)
                r = shell_local(shell, name);
        if (r < 0)
                return r;
        /* "local -n NAME=OTHER": changing one changes the other. */
        if (simple->refers && !array)
                r = shell_set_unknown(shell, text, VM_UNKNOWN_CHANGED, raw->line);
        if (r < 0)
                return r;
        if (element || simple->refers)
                r = shell_set_unknown(shell, name, VM_UNKNOWN_OPERATION, raw->line);
        else if (array)
                r = more ? append_array(shell, name, &values) : shell_set_array(shell, name, &values);
        else
                r = more ? append_text(shell, name, text, raw->line)
                         : shell_set(shell, name, text, raw->line);
        if (r >= 0 && simple->exports)
                shell_variable(shell, name)->exported = true;
        return r;
}

/* ── words ─────────────────────────────────────────────────────────────────────────────────────────────── */

static int add_word(Shell *shell, Simple *simple, const ShellRaw *raw) {
        size_t length = assignment_length(raw);
        int r;

        if (length > 0 && (simple->fields.n == 0 || simple->declares))
                return assign(shell, simple, raw, length);
        if (shell_skips(shell))
                return 0;
        if (simple->fields.n == 0)
                restore(shell, simple);
        if (simple->brackets) {
                const char *text;

                r = shell_expand_text(shell, raw, &text);
                if (r >= 0)
                        r = shell_fields_add(shell, &simple->fields, text, raw->line);
        } else
                r = shell_expand(shell, raw, &simple->fields);
        if (r >= 0 && simple->fields.n > 0) {
                simple->declares = is_declaration(simple->fields.items[0].text);
                simple->exports |= simple->declares &&
                                (strcmp(simple->fields.items[0].text, "export") == 0 ||
                                                shell_raw_is(raw, "-x"));
                simple->refers |= simple->declares && raw->text[0] == '-' && memchr(raw->text, 'n', raw->n);
                simple->brackets = shell_raw_is(raw, "[[") || simple->brackets;
        }
        return r;
}

/* Operators between "[[" and "]]" are words. */
static int add_operator(Shell *shell, Simple *simple) {
        const char *text = shell->text.in++;

        return shell_skips(shell) ? 0
                                  : shell_fields_add_copy(shell, &simple->fields, text, 1, shell->text.line);
}

static bool is_open(const Simple *simple) {
        return simple->brackets && strcmp(simple->fields.items[simple->fields.n - 1].text, "]]") != 0;
}

static int add_placeholder(Shell *shell, ShellFields *fields) {
        const char *text = shell->text.in;
        size_t n = shell_placeholder(&shell->text);

        shell->text.in += n;
        return shell_skips(shell) ? 0 : shell_fields_add_copy(shell, fields, text, n, shell->text.line);
}

static int read_words(Shell *shell, Simple *simple) {
        int r = 0;

        while (r >= 0) {
                ShellRaw raw;
                bool done = false;

                shell_skip_blanks(&shell->text);
                if (shell->text.in == shell->text.end)
                        break;
                if (shell_at(shell, "\n")) {
                        if (!shell_goes_on(shell, &simple->fields))
                                break;
                        shell->text.in++;
                        shell->text.line++;
                        continue;
                }
                if (is_open(simple) && shell_at(shell, "|&;<>()")) {
                        r = add_operator(shell, simple);
                        continue;
                }
                r = shell_redirection(shell, &done);
                if (r < 0 || done)
                        continue;
                if (simple->fields.n > 0 && shell_placeholder(&shell->text) > 0) {
                        r = add_placeholder(shell, &simple->fields);
                        continue;
                }
                if (shell_at(shell, "|&;()"))
                        break;
                r = shell_lex_word(&shell->text, &raw, shell->error);
                if (r >= 0 && raw.n > 0)
                        r = add_word(shell, simple, &raw);
                if (r >= 0 && raw.n == 0)
                        break;
        }
        return r;
}

static ShellFunction *function_of(Shell *shell, const char *name) {
        for (size_t i = 0; i < shell->n_functions; i++)
                if (strcmp(shell->functions[i].name, name) == 0)
                        return &shell->functions[i];
        return NULL;
}

int shell_run_simple(Shell *shell) {
        Simple simple = { .line = shell->text.line };
        ShellFunction *function;
        bool done = false;
        int r = read_words(shell, &simple);

        if (r < 0 || shell_skips(shell))
                return r;
        shell->status = simple.fields.n > 0 ? SHELL_STATUS_UNKNOWN : SHELL_STATUS_TRUE;
        for (size_t i = 0; i < shell->n_here; i++)
                shell->here[i].runs |= shell_runs_input(&simple.fields);
        if (simple.fields.n == 0)
                return 0;
        function = function_of(shell, simple.fields.items[0].text);
        if (function) {
                ShellFields arguments = simple.fields;

                arguments.items++;
                arguments.n--;
                arguments.size = arguments.n;
                return shell_run_function(shell, function, &arguments, shell->rank);
        }
        r = shell_builtin(shell, &simple.fields, &done);
        return r < 0 || done ? r : shell_look_at(shell, &simple.fields);
}
