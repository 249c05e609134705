/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guest/form/shell/shell.h"

/* Texts within the script: functions, scripts in quotes, here-documents. */

int shell_run_function(Shell *shell, ShellFunction *function, const ShellFields *arguments, ShellRank rank) {
        const ShellText text = shell->text;
        const ShellFields before = shell->arguments;
        const bool known = shell->arguments_known;
        const ShellRank former = shell->rank;
        ShellLocal *locals = shell->locals;
        int r;

        if (shell->depth > SHELL_DEPTH_MAX - 8 || shell->functions_within >= 16)
                return vm_error(shell->error, text.line, "more than %d nested functions", 16);
        function->called = true;
        shell->functions_within++;
        shell->rank = rank;
        shell->arguments = arguments ? *arguments : (ShellFields){};
        shell->arguments_known = arguments != NULL;
        shell->text = function->body;
        r = shell_run_list(shell, NULL);
        shell->text = text;
        shell->arguments = before;
        shell->arguments_known = known;
        shell->rank = former;
        shell->functions_within--;
        shell_locals_end(shell, locals);
        if (shell->leave != SHELL_LEAVE_SCRIPT)
                shell->leave = SHELL_LEAVE_NOT;
        shell->status = SHELL_STATUS_UNKNOWN;
        return r;
}

/* A new shell gets only exported variables. */
static void keep_exported(Shell *shell) {
        size_t n = 0;

        for (size_t i = 0; i < shell->n_variables; i++)
                if (shell->variables[i].exported)
                        shell->variables[n++] = shell->variables[i];
        shell->n_variables = n;
}

int shell_run_inner(Shell *shell, const char *text, unsigned line, ShellRank rank) {
        const ShellText before = shell->text;
        const ShellRank former = shell->rank;
        const ShellLeave leave = shell->leave;
        const size_t n_here = shell->n_here;
        const bool own = shell->inner_own, stays = shell->inner_stays;
        ShellScope scope;
        int r;

        if (shell->inner >= SHELL_INNER_MAX)
                return vm_error(shell->error, line, "more than %d nested scripts", SHELL_INNER_MAX);
        r = shell_scope_start(shell, &scope);
        if (r < 0)
                return r;
        if (own)
                keep_exported(shell);
        shell->inner++;
        shell->inner_own = shell->inner_stays = false;
        shell->n_here = 0;
        shell->rank = rank > former ? rank : former;
        shell->text = (ShellText){ text, text + strlen(text), line, .start = text,
                .origin = shell_text_place(&before, before.in) };
        r = shell_run_list(shell, NULL);
        shell->text = before;
        shell->rank = former;
        shell->leave = leave;
        shell->n_here = n_here;
        shell->inner--;
        if (!stays)
                shell_scope_end(shell, &scope);
        shell->status = SHELL_STATUS_UNKNOWN;
        return r;
}

/* ── here-documents ────────────────────────────────────────────────────────────────────────────────────── */

static bool ends_here(const ShellHere *here, const char *line, size_t n) {
        while (here->tabs && n > 0 && *line == '\t') {
                line++;
                n--;
        }
        if (n > 0 && line[n - 1] == '\r')
                n--;
        return strlen(here->end) == n && memcmp(line, here->end, n) == 0;
}

static int run_here(Shell *shell, const ShellHere *here, const char *text, size_t n, unsigned line) {
        char *copy = shell_take_text(&shell->memory, text, n);

        if (!copy)
                return shell_full(shell);
        if (shell_skips(shell) || shell->inner >= SHELL_INNER_MAX)
                return 0;
        shell->inner_own = here->quoted;
        return shell_run_inner(shell, copy, line, here->runs ? SHELL_RANK_COMMAND : SHELL_RANK_TEXT);
}

int shell_take_line(Shell *shell) {
        ShellHere here[4];
        size_t n_here = shell->n_here;
        int r = 0;

        shell->text.in++;
        shell->text.line++;
        memcpy(here, shell->here, sizeof(here));
        shell->n_here = 0;
        for (size_t i = 0; r >= 0 && i < n_here; i++) {
                const char *start = shell->text.in;
                unsigned first = shell->text.line;
                bool over = false;

                while (!over && shell->text.in < shell->text.end) {
                        const char *line = shell->text.in;
                        const char *end = memchr(line, '\n', (size_t) (shell->text.end - line));
                        size_t n = (size_t) ((end ? end : shell->text.end) - line);

                        over = ends_here(&here[i], line, n);
                        shell->text.in = end ? end + 1 : shell->text.end;
                        shell->text.line += end != NULL;
                        if (over)
                                r = run_here(shell, &here[i], start, (size_t) (line - start), first);
                }
        }
        return r;
}
