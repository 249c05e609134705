/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guest/form/shell/shell.h"

/* "2>&1", "> /tmp/log", "<&-": output does not matter; input may be a script. */

static size_t operator_length(const ShellText *text) {
        const char *c = text->in;

        while (c < text->end && *c >= '0' && *c <= '9')
                c++;
        if (c < text->end && *c == '&' && text->end - c >= 2 && c[1] == '>')
                c++;
        if (c == text->end || (*c != '<' && *c != '>'))
                return 0;
        while (c < text->end && (*c == '<' || *c == '>'))
                c++;
        if (c < text->end && (*c == '&' || *c == '|'))
                c++;
        return (size_t) (c - text->in);
}

static int start_here(Shell *shell, bool tabs) {
        ShellHere *here;
        ShellRaw raw;
        size_t n = 0;
        int r;

        shell->text.in += tabs;
        r = shell_next_word(shell, &raw);
        if (r < 0)
                return r;
        if (shell->n_here >= sizeof(shell->here) / sizeof(*shell->here) || raw.n >= sizeof(here->end))
                return vm_error(shell->error, raw.line,
                                "expected at most 4 here-documents, with short names");
        here = &shell->here[shell->n_here++];
        *here = (ShellHere){ .tabs = tabs };
        for (size_t i = 0; i < raw.n; i++)
                if (strchr("'\"\\", raw.text[i]))
                        here->quoted = true;
                else
                        here->end[n++] = raw.text[i];
        return 0;
}

/* "<<< TEXT" */
static int feed(Shell *shell, const ShellRaw *raw) {
        const char *text;
        int r = shell_expand_text(shell, raw, &text);

        return r < 0 || shell->inner >= SHELL_INNER_MAX
                        ? r
                        : shell_run_inner(shell, text, raw->line, SHELL_RANK_TEXT);
}

/* "<snip>", "<your card>": an omission, not a redirection. */
size_t shell_placeholder(const ShellText *text) {
        const char *c = text->in;

        if (text->end - c >= 5 && (memcmp(c, "(...)", 5) == 0 || memcmp(c, "(\xe2\x80\xa6)", 5) == 0))
                return 5;
        if (text->end - c < 3 || *c != '<' || !isalpha((unsigned char) c[1]))
                return 0;
        for (c++; c < text->end && (isalnum((unsigned char) *c) || strchr(" _-.,:'/", *c)); c++)
                ;
        if (c == text->end || *c != '>' || c[-1] == ' ' || (c + 1 < text->end && !strchr(" \t\r\n\\", c[1])))
                return 0;
        return (size_t) (c + 1 - text->in);
}

int shell_redirection(Shell *shell, bool *ret_done) {
        size_t n = operator_length(&shell->text);
        const char *operator= shell->text.in;
        ShellRaw raw;
        int r;

        *ret_done = n > 0;
        if (n == 0)
                return 0;
        if (shell_placeholder(&shell->text) > 0) {
                *ret_done = false;
                return 0;
        }
        shell->text.in += n;
        operator+= strspn(operator, "0123456789");
        n -= (size_t) (operator-(shell->text.in - n));
        if (n == 2 && memcmp(operator, "<<", 2) == 0)
                return start_here(shell, shell_at(shell, "-"));
        /* "<(a command)" */
        if (shell_at(shell, "(")) {
                ShellText part = { shell->text.in, shell->text.end, shell->text.line };
                unsigned level = 0;

                do {
                        level += *part.in == '(';
                        level -= *part.in == ')';
                        r = shell_lex_part(&part, 0, shell->error);
                } while (r >= 0 && level > 0 && part.in < part.end);
                shell->text = part;
                return r;
        }
        r = shell_next_word(shell, &raw);
        if (r >= 0 && n == 3 && memcmp(operator, "<<<", 3) == 0 && !shell_skips(shell))
                r = feed(shell, &raw);
        return r;
}
