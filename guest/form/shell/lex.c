/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/shell/shell.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define JSON_MAX 65536

static int refuse_quote(unsigned line, const char *words, VmError *reterr) {
        vm_error(reterr, line, "%s", words);
        reterr->open_quote = true;
        return -EINVAL;
}

/* 2^64 divided by the golden ratio keeps positions of nested texts distinct. */
uint64_t shell_text_place(const ShellText *text, const char *in) {
        return (text->origin ^ ((uint64_t) (in - text->start) + 1)) * UINT64_C(0x9e3779b97f4a7c15);
}

static char next(ShellText *text) {
        char c = *text->in++;

        text->line += c == '\n';
        return c;
}

/* The length of a backslash and line end; 0: none. */
static size_t joined(const ShellText *text) {
        size_t left = (size_t) (text->end - text->in);

        return left >= 2 && memcmp(text->in, "\\\n", 2) == 0              ? 2
                        : left >= 3 && memcmp(text->in, "\\\r\n", 3) == 0 ? 3
                                                                          : 0;
}

/* Whether the command continues after a commented-out line among joined lines. */
static bool goes_on_behind(const ShellText *text) {
        const char *c = text->in + (text->in < text->end);

        while (c < text->end && (*c == ' ' || *c == '\t'))
                c++;
        return c < text->end && strchr("-#$\"'\\", *c) && *c;
}

void shell_skip_blanks(ShellText *text) {
        bool joined_before = false;

        while (text->in < text->end) {
                size_t taken = joined(text);

                if (taken > 0) {
                        text->in += taken;
                        text->line++;
                        joined_before = true;
                } else if (*text->in == '#') {
                        while (text->in < text->end && *text->in != '\n')
                                text->in++;
                        if (joined_before && goes_on_behind(text))
                                next(text);
                } else if (*text->in == ' ' || *text->in == '\t' || *text->in == '\r' || *text->in == '\f' ||
                                *text->in == '\v')
                        text->in++;
                else
                        return;
        }
}

/* ── parts ─────────────────────────────────────────────────────────────────────────────────────────────── */

static int lex_single(ShellText *text, VmError *reterr) {
        unsigned line = text->line;

        for (next(text); text->in < text->end;)
                if (next(text) == '\'')
                        return 0;
        return refuse_quote(line, "this quote is not closed", reterr);
}

static int lex_backticks(ShellText *text, VmError *reterr) {
        unsigned line = text->line;

        for (next(text); text->in < text->end;) {
                char c = next(text);

                if (c == '\\' && text->in < text->end)
                        next(text);
                else if (c == '`')
                        return 0;
        }
        return vm_error(reterr, line, "this backtick is not closed");
}

/* Skips to the closing character. Starts after the opening one. */
static int lex_until(
                ShellText *text, char open, char close, unsigned depth, const char *words, VmError *reterr) {
        unsigned line = text->line, level = 1;

        while (text->in < text->end) {
                char c = *text->in;
                int r = 0;

                if (c == close) {
                        next(text);
                        if (--level == 0)
                                return 0;
                } else if (c == open && open != close) {
                        next(text);
                        level++;
                } else if (c == '\\') {
                        next(text);
                        if (text->in < text->end)
                                next(text);
                } else if (c == '`' || c == '$' || c == '"' || (c == '\'' && close != '"'))
                        r = shell_lex_part(text, depth + 1, reterr);
                else
                        next(text);
                if (r < 0)
                        return r;
        }
        return close == '"' ? refuse_quote(line, words, reterr) : vm_error(reterr, line, "%s", words);
}

static int lex_dollar(ShellText *text, unsigned depth, VmError *reterr) {
        next(text);
        if (text->in == text->end)
                return 0;
        if (*text->in == '(') {
                next(text);
                return lex_until(text, '(', ')', depth, "this command in $( ) is not closed", reterr);
        }
        if (*text->in == '{') {
                next(text);
                return lex_until(text, '{', '}', depth, "this variable in ${ } is not closed", reterr);
        }
        if (*text->in != '\'')
                return 0;
        next(text);
        while (text->in < text->end) {
                char c = next(text);

                if (c == '\\' && text->in < text->end)
                        next(text);
                else if (c == '\'')
                        return 0;
        }
        return refuse_quote(text->line, "this quote behind $ is not closed", reterr);
}

int shell_lex_part(ShellText *text, unsigned depth, VmError *reterr) {
        if (depth > SHELL_NESTING_MAX)
                return vm_error(reterr, text->line, "too many nested quotes and commands");
        switch (*text->in) {
        case '\'':
                return lex_single(text, reterr);
        case '`':
                return lex_backticks(text, reterr);
        case '$':
                return lex_dollar(text, depth, reterr);
        case '"':
                next(text);
                return lex_until(text, '"', '"', depth, "this quote is not closed", reterr);
        default:
                next(text);
                return 0;
        }
}

/* ── words ─────────────────────────────────────────────────────────────────────────────────────────────── */

size_t shell_json_length(const char *text, const char *end) {
        const char *start = text, *last = (size_t) (end - text) > JSON_MAX ? text + JSON_MAX : end;
        unsigned level = 0;
        char quote = 0;

        if (last - text < 2 || text[0] != '{' || (text[1] != '"' && text[1] != '\''))
                return 0;
        for (; text < last; text++) {
                if (quote) {
                        if (*text == '\\')
                                text++;
                        else if (*text == quote)
                                quote = 0;
                } else if (*text == '"' || *text == '\'')
                        quote = *text;
                else if (*text == '{' || *text == '[')
                        level++;
                else if ((*text == '}' || *text == ']') && --level == 0)
                        return (size_t) (text - start) + 1;
        }
        return 0;
}

static bool ends_word(const ShellText *text) {
        return strchr(" \t\r\n|&;<>()", *text->in) != NULL;
}

int shell_lex_word(ShellText *text, ShellRaw *ret, VmError *reterr) {
        ShellRaw raw = { .text = text->in, .line = text->line };
        size_t json = shell_json_length(text->in, text->end);

        for (size_t i = 0; i < json; i++)
                next(text);
        while (json == 0 && text->in < text->end) {
                size_t taken = joined(text);
                int r = 0;

                if (*text->in == 0)
                        return vm_error(reterr, text->line, "expected text, not a NUL");
                if (taken == 0 && ends_word(text))
                        break;
                if (*text->in == '\\') {
                        next(text);
                        if (text->in == text->end)
                                return vm_error(reterr, text->line,
                                                "expected a character after the backslash");
                        if (taken == 3)
                                next(text);
                        next(text);
                } else
                        r = shell_lex_part(text, 0, reterr);
                if (r < 0)
                        return r;
        }
        raw.n = (size_t) (text->in - raw.text);
        *ret = raw;
        return 0;
}

bool shell_raw_is(const ShellRaw *raw, const char *word) {
        return raw->n == strlen(word) && memcmp(raw->text, word, raw->n) == 0;
}
