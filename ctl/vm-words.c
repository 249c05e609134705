/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/vm-words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool vm_words_is_program(const char *word) {
        const char *slash = strrchr(word, '/'), *name = slash ? slash + 1 : word;

        return strncmp(name, "qemu-system-", 12) == 0 || strcmp(name, "kvm") == 0 ||
                        strcmp(name, "qemu-kvm") == 0 || strcmp(name, "qemu") == 0;
}

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
                        return refuse(shell,
                                        "a variable or command of the shell cannot be looked into: write what it stands for");
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
        while (shell->in < shell->end && !strchr(" \t\r\n|&;<>", *shell->in)) {
                char c = next(shell);
                int r = 0;

                if (c == '\'' || c == '"')
                        r = read_quoted(shell, c);
                else if (c == '\\')
                        r = read_escape(shell, false);
                else if (c == '$' || c == '`')
                        r = refuse(shell,
                                        "a variable or command of the shell cannot be looked into: write what it stands for");
                else if (strchr("()", c))
                        r = refuse(shell, "expected a command, not a part of the shell's language");
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
        char *start = shell->out;
        int r;

        while (shell->in < shell->end && *shell->in >= '0' && *shell->in <= '9')
                next(shell);
        while (shell->in < shell->end && *shell->in && strchr("&<>", *shell->in))
                next(shell);
        while (shell->in < shell->end && (*shell->in == ' ' || *shell->in == '\t'))
                next(shell);
        r = read_word(shell);
        shell->out = start;
        return r;
}

/* Between commands. Those before QEMU's are of no interest, and what follows it is another program's. */
static bool ends_command(VmWords *words) {
        for (size_t i = 0; i < words->n; i++)
                if (vm_words_is_program(words->items[i].text))
                        return true;
        words->n = 0;
        return false;
}

static int read_token(Shell *shell, VmWords *words) {
        char *word = shell->out;
        unsigned line = shell->line;
        int r;

        if (is_redirection(shell))
                return skip_redirection(shell);
        if (strchr("|&;", *shell->in)) {
                while (shell->in < shell->end && *shell->in && strchr("|&;", *shell->in))
                        next(shell);
                if (ends_command(words))
                        shell->in = shell->end;
                return 0;
        }
        r = read_word(shell);
        *shell->out++ = 0;
        return r < 0 ? r : add(words, word, line);
}

int vm_words_from_shell(const char *text, size_t n, VmWords *ret, VmError *reterr) {
        VmWords words = { .buffer = malloc(2 * n + 1) };
        Shell shell = { .in = text, .end = text + n, .out = words.buffer, .line = 1, .error = reterr };
        int r = words.buffer ? 0 : -ENOMEM;

        while (r >= 0) {
                skip(&shell);
                if (shell.in == shell.end)
                        break;
                r = *shell.in ? read_token(&shell, &words) : refuse(&shell, "expected text, not a NUL");
        }
        if (r < 0) {
                vm_words_done(&words);
                return r;
        }
        *ret = words;
        return 0;
}
