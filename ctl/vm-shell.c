/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/qemu-program.h"
#include "ctl/vm-words.h"

typedef struct Shell {
        const char *in, *end;
        char *out; /* never overtakes `in`: quoting only takes away, and a blank stands behind every word but the last */
        unsigned line;
        bool named; /* a word of this command is a QEMU's name, */
        bool optioned; /* and an option stands behind it: a machine's, and not one that looks for such a process */
        bool continued; /* a line of it ended with a backslash, */
        bool line_over; /* and this one without */
        VmError *error;
} Shell;

static int refuse(Shell *shell, const char *text) {
        *shell->error = (VmError){ .line = shell->line };
        snprintf(shell->error->text, sizeof(shell->error->text), "%s", text);
        return -EINVAL;
}

/* Before the program it is of no interest. */
static int expand(Shell *shell, char c) {
        if (shell->named)
                return refuse(shell,
                                "a variable or command of the shell cannot be looked into: write what it stands for");
        *shell->out++ = c;
        return 0;
}

static bool at(const Shell *shell, const char *characters) {
        return shell->in < shell->end && *shell->in && strchr(characters, *shell->in);
}

static char next(Shell *shell) {
        char c = *shell->in++;

        shell->line += c == '\n';
        return c;
}

static void skip_all(Shell *shell, const char *characters) {
        while (at(shell, characters))
                next(shell);
}

/* ── words ─────────────────────────────────────────────────────────────────────────────────────────────── */

static int read_escape(Shell *shell, bool quoted) {
        char c;

        if (shell->in == shell->end)
                return refuse(shell, "expected something behind the backslash");
        c = next(shell);
        if (c == '\r' && at(shell, "\n"))
                c = next(shell);
        if (c == '\n') {
                shell->continued = true;
                return 0;
        }
        /* Between double quotes it only takes away what is special there. */
        if (quoted && !strchr("$`\"\\", c))
                *shell->out++ = '\\';
        *shell->out++ = c;
        return 0;
}

static int read_quoted(Shell *shell, char quote) {
        unsigned line = shell->line;

        while (shell->in < shell->end) {
                char c = next(shell);
                int r = 0;

                if (c == quote)
                        return 0;
                if (c == 0)
                        return refuse(shell, "expected text, not a NUL");
                if (quote == '"' && (c == '$' || c == '`'))
                        r = expand(shell, c);
                else if (quote == '"' && c == '\\')
                        r = read_escape(shell, true);
                else
                        *shell->out++ = c;
                if (r < 0)
                        return r;
        }
        shell->line = line;
        return refuse(shell, "expected the quote that starts here to end");
}

static int read_word(Shell *shell) {
        while (shell->in < shell->end && *shell->in && !at(shell, " \t\r\n|&;<>()")) {
                char c = next(shell);
                int r = 0;

                if (c == '\'' || c == '"')
                        r = read_quoted(shell, c);
                else if (c == '\\')
                        r = read_escape(shell, false);
                else if (c == '$' || c == '`')
                        r = expand(shell, c);
                else
                        *shell->out++ = c;
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Blanks, comments, and ends of lines that a backslash takes away. */
static void skip(Shell *shell) {
        while (shell->in < shell->end) {
                size_t left = (size_t) (shell->end - shell->in);
                size_t taken = left >= 2 && memcmp(shell->in, "\\\n", 2) == 0      ? 2
                                : left >= 3 && memcmp(shell->in, "\\\r\n", 3) == 0 ? 3
                                                                                   : 0;

                if (taken > 0) {
                        shell->in += taken;
                        shell->line++;
                        shell->continued = true;
                } else if (*shell->in == '#')
                        while (shell->in < shell->end && *shell->in != '\n')
                                shell->in++;
                else if (at(shell, " \t\r\n"))
                        shell->line_over |= next(shell) == '\n';
                else
                        return;
        }
}

/* ── commands ──────────────────────────────────────────────────────────────────────────────────────────── */

static bool is_redirection(const Shell *shell) {
        const char *c = shell->in;

        while (c < shell->end && *c >= '0' && *c <= '9')
                c++;
        if (c < shell->end && *c == '&' && shell->end - c >= 2 && c[1] == '>')
                return true;
        return c < shell->end && (*c == '<' || *c == '>');
}

/* "2>&1", "> /tmp/log", "<&-": where a stream goes is nothing of the machine. */
static int skip_redirection(Shell *shell) {
        bool named = shell->named;
        char *start = shell->out;
        int r;

        skip_all(shell, "0123456789");
        skip_all(shell, "&<>");
        /* What stands behind <(a command) is the machine's still. */
        if (at(shell, "("))
                return expand(shell, next(shell));
        skip_all(shell, " \t");
        shell->named = false;
        r = read_word(shell);
        shell->named = named;
        shell->out = start;
        return r;
}

static void start_command(Shell *shell, VmWords *words) {
        words->n = 0;
        shell->named = shell->optioned = shell->continued = false;
}

/* What follows is looked through for another. */
static void end_text(Shell *shell, VmWords *words) {
        while (shell->in < shell->end && !words->more) {
                char *word = shell->out;

                while (shell->in < shell->end && *shell->in && !at(shell, " \t\r\n|&;<>()"))
                        *shell->out++ = *shell->in++;
                *shell->out = 0;
                shell->out = word;
                words->more = qemu_program(word) != QEMU_PROGRAM_NONE;
                if (shell->in < shell->end)
                        shell->in++;
        }
        shell->in = shell->end;
}

static int read_token(Shell *shell, VmWords *words) {
        char *word = shell->out;
        unsigned line = shell->line;
        int r;

        if (is_redirection(shell))
                return skip_redirection(shell);
        if (at(shell, "|&;()")) {
                skip_all(shell, "|&;()");
                if (shell->optioned)
                        end_text(shell, words);
                else
                        start_command(shell, words);
                return 0;
        }
        r = read_word(shell);
        *shell->out++ = 0;
        if (r >= 0)
                r = vm_words_add(words, word, line);
        shell->optioned |= shell->named && *word == '-';
        shell->named |= qemu_program(word) != QEMU_PROGRAM_NONE;
        return r;
}

int vm_words_from_shell(const char *text, size_t n, VmWords *ret, VmError *reterr) {
        VmWords words = { .buffer = malloc(2 * n + 1) };
        Shell shell = { .in = text, .end = text + n, .out = words.buffer, .line = 1, .error = reterr };
        int r = words.buffer ? 0 : -ENOMEM;

        while (r >= 0) {
                shell.line_over = false;
                skip(&shell);
                if (shell.in == shell.end)
                        break;
                if (shell.line_over && shell.continued && !at(&shell, "-") && shell.optioned)
                        end_text(&shell, &words);
                else
                        r = *shell.in ? read_token(&shell, &words)
                                      : refuse(&shell, "expected text, not a NUL");
        }
        if (r < 0) {
                vm_words_done(&words);
                return r;
        }
        *ret = words;
        return 0;
}
