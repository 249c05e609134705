/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "guest/form/shell/shell.h"

int shell_work(Shell *shell, size_t n) {
        shell->work += n;
        if (shell->work > SHELL_WORK_MAX)
                return vm_error(shell->error, shell->text.line,
                                "the script runs too long: use the command line that it starts");
        return 0;
}

bool shell_skips(const Shell *shell) {
        return shell->skipping > 0 || shell->leave != SHELL_LEAVE_NOT;
}

bool shell_takes(Shell *shell, const char *place, unsigned line) {
        ShellChoice choice = { shell_text_place(&shell->text, place), line, shell->otherwise };

        for (size_t i = 0; i < shell->forced.n; i++)
                if (shell->forced.items[i].place == choice.place)
                        choice.other = shell->forced.items[i].other;
        for (size_t i = 0; i < shell->met.n; i++)
                if (shell->met.items[i].place == choice.place)
                        return !choice.other;
        if (shell->met.n < SHELL_CHOICES_MAX)
                shell->met.items[shell->met.n++] = choice;
        else
                shell->too_many = true;
        return !choice.other;
}

static bool at(const Shell *shell, const char *operator) {
        size_t n = strlen(operator);

        return (size_t) (shell->text.end - shell->text.in) >= n && memcmp(shell->text.in, operator, n) == 0;
}

int shell_next_word(Shell *shell, ShellRaw *ret) {
        shell_skip_blanks(&shell->text);
        return shell_lex_word(&shell->text, ret, shell->error);
}

int shell_skip_lines(Shell *shell, const char *separators) {
        int r = 0;

        for (shell_skip_blanks(&shell->text); r >= 0; shell_skip_blanks(&shell->text))
                if (shell_at(shell, "\n"))
                        r = shell_take_line(shell);
                else if (shell_at(shell, separators))
                        shell->text.in++;
                else
                        break;
        return r;
}

/* "name ()", "function name {". */
static int define(Shell *shell, const ShellRaw *name) {
        ShellFunction function = {};
        int r;

        shell_skip_blanks(&shell->text);
        if (at(shell, "(")) {
                shell->text.in++;
                shell_skip_blanks(&shell->text);
                shell->text.in += at(shell, ")");
        }
        r = shell_skip_lines(shell, "");
        if (r < 0)
                return r;
        shell->lasting++;
        function.body = shell->text;
        function.name = shell_take_text(&shell->memory, name->text, name->n);
        if (!shell->functions)
                shell->functions = shell_take(&shell->memory, SHELL_FUNCTIONS_MAX * sizeof(ShellFunction));
        if (!function.name || !shell->functions)
                return shell_full(shell);
        /* The body is only read here; calls run it. */
        shell->skipping++;
        if (at(shell, "{") || at(shell, "(")) {
                ShellRaw word = { shell->text.in, 0, shell->text.line };
                bool done;

                if (at(shell, "{"))
                        r = shell_lex_word(&shell->text, &word, shell->error);
                if (r >= 0)
                        r = shell_run_compound(shell, &word, &done);
        }
        shell->skipping--;
        if (r < 0 || shell_skips(shell))
                return r;
        function.body.end = shell->text.in;
        for (size_t i = shell->n_functions; i-- > 0;)
                if (strcmp(shell->functions[i].name, function.name) == 0) {
                        shell->functions[i] = function;
                        return 0;
                }
        if (shell->n_functions >= SHELL_FUNCTIONS_MAX)
                return vm_error(shell->error, name->line, "expected at most %d functions",
                                SHELL_FUNCTIONS_MAX);
        shell->functions[shell->n_functions++] = function;
        return 0;
}

static bool is_definition(const Shell *shell, const ShellRaw *word) {
        ShellText behind = shell->text;

        for (size_t i = 0; i < word->n; i++)
                if (strchr("$\"'`=\\{", word->text[i]))
                        return false;
        shell_skip_blanks(&behind);
        if (word->n == 0 || behind.in == behind.end || *behind.in != '(')
                return false;
        behind.in++;
        shell_skip_blanks(&behind);
        return behind.in < behind.end && *behind.in == ')';
}

static int run_one(Shell *shell) {
        ShellText start;
        ShellRaw word;
        bool done = false;
        int r;

        shell_skip_blanks(&shell->text);
        start = shell->text;
        r = shell_work(shell, 1 + shell->n_variables / 8);
        if (r >= 0)
                r = shell_lex_word(&shell->text, &word, shell->error);
        if (r < 0)
                return r;
        if (shell_raw_is(&word, "function")) {
                r = shell_next_word(shell, &word);
                return r < 0 ? r : define(shell, &word);
        }
        if (is_definition(shell, &word))
                return define(shell, &word);
        r = shell_run_compound(shell, &word, &done);
        if (r < 0 || done)
                return r;
        shell->text = start;
        return shell_run_simple(shell);
}

/* Releases its memory unless changes last. */
static int run_command(Shell *shell) {
        const ShellMark mark = shell_memory_mark(&shell->memory);
        const size_t lasting = shell->lasting;
        int r = run_one(shell);

        if (shell->lasting == lasting)
                shell_memory_release(&shell->memory, &mark);
        return r;
}

/* A subshell: its variables are lost, except in zsh. */
static int run_stage(Shell *shell) {
        ShellScope scope = {};
        int r;

        r = shell->zsh ? 0 : shell_scope_start(shell, &scope);
        if (r >= 0)
                r = run_command(shell);
        if (r >= 0 && !shell->zsh)
                shell_scope_end(shell, &scope);
        return r;
}

static int run_pipeline(Shell *shell) {
        bool no = false;
        int r;

        shell_skip_blanks(&shell->text);
        while (at(shell, "! ")) {
                shell->text.in++;
                shell_skip_blanks(&shell->text);
                no = !no;
        }
        r = run_command(shell);
        shell_skip_blanks(&shell->text);
        while (r >= 0 && at(shell, "|") && !at(shell, "||")) {
                shell->text.in += at(shell, "|&") ? 2 : 1;
                r = shell_skip_lines(shell, "");
                if (r >= 0)
                        r = run_stage(shell);
                shell->status = SHELL_STATUS_UNKNOWN;
                shell_skip_blanks(&shell->text);
        }
        if (no)
                shell->status = shell_negated(shell->status);
        return r;
}

/* "a && b || c" */
static int run_chain(Shell *shell) {
        int r = run_pipeline(shell);

        for (shell_skip_blanks(&shell->text); r >= 0 && (at(shell, "&&") || at(shell, "||"));
                        shell_skip_blanks(&shell->text)) {
                const char *place = shell->text.in;
                bool both = at(shell, "&&"), runs;

                shell->text.in += 2;
                if (shell_skips(shell))
                        runs = false;
                else if (shell->status == SHELL_STATUS_UNKNOWN) {
                        runs = shell_takes(shell, place, shell->text.line) == both;
                        shell->status = runs == both ? SHELL_STATUS_TRUE : SHELL_STATUS_FALSE;
                } else
                        runs = (shell->status == SHELL_STATUS_TRUE) == both;
                r = shell_skip_lines(shell, "");
                if (r < 0)
                        return r;
                shell->skipping += !runs;
                r = run_pipeline(shell);
                shell->skipping -= !runs;
        }
        return r;
}

static bool is_end(Shell *shell, const char *const *ends) {
        ShellText text = shell->text;
        ShellRaw word;
        VmError ignored;

        if (!ends || shell_lex_word(&text, &word, &ignored) < 0)
                return false;
        for (; *ends; ends++)
                if (shell_raw_is(&word, *ends))
                        return true;
        return false;
}

int shell_run_list(Shell *shell, const char *const *ends) {
        int r = 0;

        while (r >= 0) {
                const char *before;

                shell_skip_blanks(&shell->text);
                if (shell->text.in == shell->text.end)
                        return 0;
                if (at(shell, "\n")) {
                        r = shell_take_line(shell);
                        continue;
                }
                if (ends && at(shell, ";;"))
                        return 0;
                if (*shell->text.in == ')') {
                        if (ends)
                                return 0;
                        shell->text.in++;
                        continue;
                }
                if (strchr(";&", *shell->text.in) && *shell->text.in) {
                        if (!at(shell, "&>")) {
                                shell->text.in++;
                                continue;
                        }
                }
                if (is_end(shell, ends))
                        return 0;
                before = shell->text.in;
                r = run_chain(shell);
                /* Not a command. */
                if (r >= 0 && shell->text.in == before)
                        shell->text.in++;
        }
        return r;
}
