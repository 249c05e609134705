/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/vm-words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void vm_words_done(VmWords *words) {
        free(words->items);
        free(words->buffer);
        *words = (VmWords){};
}

static int add(VmWords *words, const char *text, unsigned line) {
        VmWord *grown = words->items;

        /* Doubled whenever a power of two is full. */
        if ((words->n & (words->n - 1)) == 0)
                grown = reallocarray(words->items, words->n > 0 ? 2 * words->n : 1, sizeof(VmWord));
        if (!grown)
                return -ENOMEM;
        words->items = grown;
        grown[words->n++] = (VmWord){ text, line };
        return 0;
}

int vm_words_from_arguments(int argc, char **argv, VmWords *ret) {
        VmWords words = {};

        for (int i = 0; i < argc; i++)
                if (add(&words, argv[i], 0) < 0) {
                        vm_words_done(&words);
                        return -ENOMEM;
                }
        *ret = words;
        return 0;
}

int vm_words_from_process(const char *text, size_t n, VmWords *ret) {
        VmWords words = { .buffer = malloc(n + 1) };

        if (!words.buffer)
                return -ENOMEM;
        memcpy(words.buffer, text, n);
        words.buffer[n] = 0;
        for (size_t i = 0; i < n; i += strlen(words.buffer + i) + 1)
                if (add(&words, words.buffer + i, 0) < 0) {
                        vm_words_done(&words);
                        return -ENOMEM;
                }
        *ret = words;
        return 0;
}

/* ── shell ─────────────────────────────────────────────────────────────────────────────────────────────── */

typedef struct Shell {
        const char *in, *end;
        char *out; /* never overtakes `in`: quoting only takes away, and a blank stands behind every word but the last */
        unsigned line;
        VmError *error;
} Shell;

static int refuse(Shell *shell, const char *text) {
        *shell->error = (VmError){ .line = shell->line };
        snprintf(shell->error->text, sizeof(shell->error->text), "%s", text);
        return -EINVAL;
}

static char next(Shell *shell) {
        char c = *shell->in++;

        shell->line += c == '\n';
        return c;
}

static int read_escape(Shell *shell, bool quoted) {
        char c;

        if (shell->in == shell->end)
                return refuse(shell, "expected something behind the backslash");
        c = next(shell);
        if (c == '\r' && shell->in < shell->end && *shell->in == '\n')
                c = next(shell);
        if (c == '\n')
                return 0;
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
                        return refuse(shell, "a variable or command of the shell cannot be looked into");
                if (quote == '"' && c == '\\')
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
        while (shell->in < shell->end && !strchr(" \t\r\n", *shell->in)) {
                char c = next(shell);
                int r = 0;

                if (c == '\'' || c == '"')
                        r = read_quoted(shell, c);
                else if (c == '\\')
                        r = read_escape(shell, false);
                else if (c == '$' || c == '`')
                        r = refuse(shell, "a variable or command of the shell cannot be looked into");
                else if (strchr("|&;<>()", c))
                        r = refuse(shell, "expected one command, without pipes and redirections");
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

                if (*shell->in == '#')
                        while (shell->in < shell->end && *shell->in != '\n')
                                shell->in++;
                else if (*shell->in && strchr(" \t\r\n", *shell->in))
                        next(shell);
                else if (left >= 2 && memcmp(shell->in, "\\\n", 2) == 0) {
                        next(shell);
                        next(shell);
                } else
                        return;
        }
}

int vm_words_from_shell(const char *text, size_t n, VmWords *ret, VmError *reterr) {
        VmWords words = { .buffer = malloc(2 * n + 1) };
        Shell shell = { .in = text, .end = text + n, .out = words.buffer, .line = 1, .error = reterr };
        int r = words.buffer ? 0 : -ENOMEM;

        while (r >= 0) {
                char *word = shell.out;
                unsigned line;

                skip(&shell);
                line = shell.line;
                if (shell.in == shell.end)
                        break;
                if (!*shell.in) {
                        r = refuse(&shell, "expected text, not a NUL");
                        break;
                }
                r = read_word(&shell);
                *shell.out++ = 0;
                if (r >= 0)
                        r = add(&words, word, line);
        }
        if (r < 0) {
                vm_words_done(&words);
                return r;
        }
        *ret = words;
        return 0;
}
