/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "guest/form/shell/shell.h"

static int expect_word(Shell *shell, const char *word) {
        ShellRaw raw;
        int r = shell_next_word(shell, &raw);

        if (r < 0 || shell_raw_is(&raw, word))
                return r;
        return vm_error(shell->error, raw.line, "expected '%s' here", word);
}

/* Runs a list, or only reads it. */
static int run_part(Shell *shell, bool runs, const char *const *ends) {
        int r;

        shell->skipping += !runs;
        r = shell_run_list(shell, ends);
        shell->skipping -= !runs;
        return r;
}

static bool decide(Shell *shell, const char *place, unsigned line) {
        if (shell_skips(shell))
                return false;
        if (shell->status == SHELL_STATUS_UNKNOWN)
                return shell_takes(shell, place, line);
        return shell->status == SHELL_STATUS_TRUE;
}

static int run_if(Shell *shell) {
        static const char *const then[] = { "then", NULL }, *const ends[] = { "elif", "else", "fi", NULL };
        bool taken = false;
        int r = 0;

        for (;;) {
                const char *place = shell->text.in;
                unsigned line = shell->text.line;
                bool runs;
                ShellRaw word;

                r = run_part(shell, !taken, then);
                if (r >= 0)
                        r = expect_word(shell, "then");
                if (r < 0)
                        return r;
                runs = !taken && decide(shell, place, line);
                r = run_part(shell, runs, ends);
                taken |= runs;
                if (r >= 0)
                        r = shell_next_word(shell, &word);
                if (r < 0 || shell_raw_is(&word, "fi"))
                        break;
                if (shell_raw_is(&word, "elif"))
                        continue;
                if (!shell_raw_is(&word, "else"))
                        return vm_error(shell->error, line, "this 'if' is not closed");
                r = run_part(shell, !taken, ends);
                return r < 0 ? r : expect_word(shell, "fi");
        }
        shell->status = SHELL_STATUS_UNKNOWN;
        return r;
}

/* ── case ──────────────────────────────────────────────────────────────────────────────────────────────── */

static ShellStatus match(Shell *shell, const char *word, const char *pattern) {
        char plain[512];

        if (strcmp(pattern, "*") == 0)
                return SHELL_STATUS_TRUE;
        if (!shell_plain(shell, word, plain, sizeof(plain)) || vm_has_mark(pattern))
                return SHELL_STATUS_UNKNOWN;
        return fnmatch(pattern, plain, 0) == 0 ? SHELL_STATUS_TRUE : SHELL_STATUS_FALSE;
}

/* Reads "(a|b)". The list follows. */
static int read_patterns(Shell *shell, const char *word) {
        ShellStatus status = SHELL_STATUS_FALSE;

        shell->text.in += shell_at(shell, "(");
        for (;;) {
                ShellRaw raw;
                const char *pattern = "";
                int r = shell_next_word(shell, &raw);

                if (r >= 0 && !shell_skips(shell))
                        r = shell_expand_text(shell, &raw, &pattern);
                if (r < 0)
                        return r;
                if (!shell_skips(shell) && status != SHELL_STATUS_TRUE) {
                        ShellStatus one = match(shell, word, pattern);

                        if (one != SHELL_STATUS_FALSE)
                                status = one;
                }
                shell_skip_blanks(&shell->text);
                if (!shell_at(shell, "|)"))
                        return vm_error(shell->error, raw.line, "expected a pattern of 'case' here");
                if (*shell->text.in++ == ')')
                        break;
        }
        shell->status = status;
        return 0;
}

static int run_case(Shell *shell) {
        static const char *const ends[] = { "esac", NULL };
        unsigned line = shell->text.line;
        const char *word = "";
        bool taken = false;
        ShellRaw raw;
        int r = shell_next_word(shell, &raw);

        if (r >= 0 && !shell_skips(shell))
                r = shell_expand_text(shell, &raw, &word);
        if (r >= 0)
                r = shell_skip_lines(shell, "");
        if (r >= 0)
                r = expect_word(shell, "in");
        while (r >= 0) {
                const char *place;
                ShellText before;
                bool runs;

                r = shell_skip_lines(shell, ";&");
                before = shell->text;
                place = shell->text.in;
                if (r >= 0)
                        r = shell_lex_word(&shell->text, &raw, shell->error);
                if (r < 0 || shell_raw_is(&raw, "esac"))
                        break;
                if (shell->text.in == shell->text.end)
                        return vm_error(shell->error, line, "this 'case' is not closed");
                shell->text = before;
                shell->skipping += taken;
                r = read_patterns(shell, word);
                shell->skipping -= taken;
                runs = r >= 0 && !taken && decide(shell, place, before.line);
                if (r >= 0)
                        r = run_part(shell, runs, ends);
                taken |= runs;
        }
        shell->status = SHELL_STATUS_UNKNOWN;
        return r;
}

/* ── loops ─────────────────────────────────────────────────────────────────────────────────────────────── */

static int run_body(Shell *shell, bool runs) {
        static const char *const done[] = { "done", NULL }, *const brace[] = { "}", NULL };
        bool braces;
        ShellRaw word;
        int r;

        r = shell_skip_lines(shell, ";");
        if (r >= 0)
                r = shell_next_word(shell, &word);
        if (r < 0)
                return r;
        braces = shell_raw_is(&word, "{");
        if (!braces && !shell_raw_is(&word, "do"))
                return vm_error(shell->error, word.line, "expected 'do' here");
        r = run_part(shell, runs, braces ? brace : done);
        return r < 0 ? r : expect_word(shell, braces ? "}" : "done");
}

static void end_loop(Shell *shell) {
        if (shell->leave == SHELL_LEAVE_LOOP || shell->leave == SHELL_LEAVE_ROUND)
                shell->leave = SHELL_LEAVE_NOT;
        shell->status = SHELL_STATUS_UNKNOWN;
}

static int run_while(Shell *shell, bool until) {
        static const char *const ends[] = { "do", NULL };
        const char *place = shell->text.in;
        unsigned line = shell->text.line;
        bool runs;
        int r = shell_run_list(shell, ends);

        if (r < 0)
                return r;
        if (until)
                shell->status = shell_negated(shell->status);
        /* Most loops wait for something: the first way skips them. */
        if (shell->status == SHELL_STATUS_UNKNOWN && !shell_skips(shell))
                runs = !shell_takes(shell, place, line);
        else
                runs = decide(shell, place, line);
        r = run_body(shell, runs);
        end_loop(shell);
        return r;
}

static bool is_countable(const ShellFields *fields) {
        for (size_t i = 0; i < fields->n; i++)
                if (vm_has_mark(fields->items[i].text) || strpbrk(fields->items[i].text, "*?"))
                        return false;
        return fields->n <= SHELL_LOOP_MAX;
}

/* The script's own arguments: none in a plain start. */
static bool is_given(const Shell *shell, const ShellFields *fields) {
        return fields->n == 1 && !shell->arguments_matter && vm_is_mark(fields->items[0].text) &&
                        shell->unknowns[vm_mark_first(fields->items[0].text)].kind == VM_UNKNOWN_ARGUMENTS;
}

/* Runs once per item of a known list; for others once with an unknown value, or not at all. */
static int run_over(Shell *shell, const char *name, const ShellFields *fields, const char *place,
                unsigned line) {
        ShellText body = shell->text;
        bool runs;
        int r = 0;

        if (shell_skips(shell))
                return run_body(shell, false);
        if (is_given(shell, fields)) {
                shell->arguments_asked = true;
                return run_body(shell, false);
        }
        if (is_countable(fields)) {
                for (size_t i = 0; r >= 0 && i < fields->n && shell->leave == SHELL_LEAVE_NOT; i++) {
                        shell->text = body;
                        r = shell_set(shell, name, fields->items[i].text, fields->items[i].line);
                        if (r >= 0)
                                r = run_body(shell, true);
                        if (shell->leave == SHELL_LEAVE_ROUND)
                                shell->leave = SHELL_LEAVE_NOT;
                }
                return r < 0 || fields->n > 0 ? r : run_body(shell, false);
        }
        runs = shell_takes(shell, place, line);
        r = shell_set_unknown(shell, name, VM_UNKNOWN_CHANGED, line);
        return r < 0 ? r : run_body(shell, runs);
}

static int run_for(Shell *shell) {
        const char *place = shell->text.in;
        unsigned line = shell->text.line;
        ShellFields fields = {};
        ShellRaw name, raw;
        char text[64];
        int r;

        shell_skip_blanks(&shell->text);
        /* "for ((i = 0; i < 4; i++))" */
        if (shell_at(shell, "(")) {
                shell->text.in++;
                r = shell_at(shell, "(") ? shell_run_sum(shell)
                                         : vm_error(shell->error, line, "expected 'for ((' here");
                if (r >= 0)
                        r = run_body(shell, !shell_skips(shell) && shell_takes(shell, place, line));
                end_loop(shell);
                return r;
        }
        r = shell_lex_word(&shell->text, &name, shell->error);
        if (r < 0)
                return r;
        snprintf(text, sizeof(text), "%.*s", (int) (name.n < 63 ? name.n : 63), name.text);
        shell_skip_blanks(&shell->text);
        raw = (ShellRaw){};
        if (shell->text.in < shell->text.end && isalpha((unsigned char) *shell->text.in))
                r = shell_lex_word(&shell->text, &raw, shell->error);
        if (r >= 0 && shell_raw_is(&raw, "in"))
                for (;;) {
                        r = shell_next_word(shell, &raw);
                        if (r < 0 || raw.n == 0)
                                break;
                        if (!shell_skips(shell))
                                r = shell_expand(shell, &raw, &fields);
                        if (r < 0)
                                break;
                }
        else if (r >= 0 && !shell_skips(shell))
                r = shell_expand(shell, &(ShellRaw){ "\"$@\"", 4, line }, &fields);
        if (r >= 0)
                r = run_over(shell, text, &fields, place, line);
        end_loop(shell);
        return r;
}

/* ── groups ────────────────────────────────────────────────────────────────────────────────────────────── */

static int run_group(Shell *shell) {
        static const char *const ends[] = { "}", NULL };
        int r = shell_run_list(shell, ends);

        return r < 0 ? r : expect_word(shell, "}");
}

static int close_bracket(Shell *shell, unsigned line) {
        if (!shell_at(shell, ")"))
                return vm_error(shell->error, line, "this bracket is not closed");
        shell->text.in++;
        return 0;
}

static int run_brackets(Shell *shell) {
        static const char *const ends[] = { NULL };
        unsigned line = shell->text.line;
        ShellScope scope;
        int r;

        shell->text.in++;
        if (shell_at(shell, "("))
                return shell_run_sum(shell);
        r = shell_scope_start(shell, &scope);
        if (r >= 0)
                r = shell_run_list(shell, ends);
        if (r < 0)
                return r;
        shell_scope_end(shell, &scope);
        if (shell->leave == SHELL_LEAVE_SCRIPT && !shell->taking_over)
                shell->leave = SHELL_LEAVE_NOT;
        return close_bracket(shell, line);
}

int shell_run_compound(Shell *shell, const ShellRaw *word, bool *ret_done) {
        int r = 0;

        *ret_done = true;
        if (++shell->depth > SHELL_DEPTH_MAX)
                return vm_error(shell->error, word->line, "more than %d nested commands", SHELL_DEPTH_MAX);
        if (word->n == 0 && shell_at(shell, "("))
                r = run_brackets(shell);
        else if (shell_raw_is(word, "if"))
                r = run_if(shell);
        else if (shell_raw_is(word, "case"))
                r = run_case(shell);
        else if (shell_raw_is(word, "for") || shell_raw_is(word, "select"))
                r = run_for(shell);
        else if (shell_raw_is(word, "while"))
                r = run_while(shell, false);
        else if (shell_raw_is(word, "until"))
                r = run_while(shell, true);
        else if (shell_raw_is(word, "{"))
                r = run_group(shell);
        else
                *ret_done = false;
        shell->depth--;
        return r;
}
