/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/text/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/form/words/program.h"
#include "probe/cleanup.h"

#define SCREEN_MIN 60

void text_copy_done(TextCopy *copy) {
        free(copy->buffer);
        *copy = (TextCopy){};
}

void text_copy_cut(TextCopy *copy, const char *start, const char *end) {
        for (const char *c = copy->text; c < start; c++)
                copy->line += *c == '\n';
        copy->text += start - copy->text;
        copy->n = (size_t) (end - start);
        copy->text[copy->n] = 0;
}

const char *text_find_program(const char *line, const char *end) {
        static const char between[] = " \t\r\n'\"();|&`";
        char word[256];

        while (line < end) {
                size_t n = 0;

                while (line < end && strchr(between, *line))
                        line++;
                while (line + n < end && !strchr(between, line[n]))
                        n++;
                snprintf(word, sizeof(word), "%.*s", (int) (n < sizeof(word) - 1 ? n : sizeof(word) - 1),
                                line);
                if (qemu_program(word) != QEMU_PROGRAM_NONE && qemu_program(word) != QEMU_PROGRAM_SHORT)
                        return line;
                line += n;
        }
        return NULL;
}

static char *line_end(const TextCopy *copy, char *line) {
        char *end = memchr(line, '\n', (size_t) (copy->text + copy->n - line));

        return end ? end : copy->text + copy->n;
}

/* ── prefixes of lines ─────────────────────────────────────────────────────────────────────────────────── */

static void blank(char *start, const char *end) {
        while (start < end)
                *start++ = ' ';
}

/* "> > " of a quote. */
static char *behind_quotes(char *line, const char *end) {
        char *c = line;

        while (c < end && (*c == '>' || (*c == ' ' && c + 1 < end && c[1] == '>')))
                c++;
        return c;
}

/* "Nov  3 10:11:12 host name[12]: ", "2024-11-03T10:11:12+0000 host name[12]: ". */
static char *behind_journal(char *line, const char *end) {
        const unsigned wanted = isdigit((unsigned char) *line) ? 2 : 4;
        unsigned words = 0, clocks = 0;

        for (char *c = line; c < end && words <= wanted && !strchr("'\"=/\\", *c); c++) {
                clocks += end - c > 5 && isdigit((unsigned char) c[0]) && c[1] == ':' &&
                                isdigit((unsigned char) c[2]) && isdigit((unsigned char) c[3]) &&
                                c[4] == ':';
                words += *c == ' ' && c > line && c[-1] != ' ';
                if (*c == ':' && c + 1 < end && c[1] == ' ')
                        return words == wanted && clocks == 1 ? c + 1 : line;
        }
        return line;
}

static char *behind_prompt(char *line, const char *end) {
        char *c = line;

        while (c < end && *c == ' ')
                c++;
        if (end - c > 2 && (*c == '$' || *c == '%') && c[1] == ' ')
                return c + 1;
        /* "systemctl status" draws its tree in non-ASCII characters. */
        if (c < end && (unsigned char) *c >= 0x80)
                while (c < end && ((unsigned char) *c >= 0x80 || *c == ' '))
                        c++;
        return c;
}

/* ">" after a backslash: the shell's continuation prompt. */
static char *behind_continuation(const TextCopy *copy, char *line) {
        const char *before = line - 1;

        if (*line != '>' || line - copy->text < 2)
                return line;
        before -= before > copy->text && before[-1] == '\r';
        if (before == copy->text || before[-1] != '\\')
                return line;
        return line[1] == ' ' || line[1] == '-' || line[1] == '\t' ? line + 1 : line;
}

/* "  12  ", line numbers of "cat -n" or a web page, from 1. */
static char *behind_number(char *line, const char *end, unsigned number) {
        char digits[16];
        size_t n = (size_t) snprintf(digits, sizeof(digits), "%u", number);

        while (line < end && (*line == ' ' || *line == '\t'))
                line++;
        if ((size_t) (end - line) < n || memcmp(line, digits, n) != 0)
                return NULL;
        return line + n == end || strchr(" \t\r|:", line[n]) ? line + n : NULL;
}

static void blank_numbers(TextCopy *copy) {
        for (unsigned pass = 0; pass < 2; pass++) {
                unsigned number = 1;

                for (char *line = copy->text, *end; line < copy->text + copy->n; line = end + 1, number++) {
                        char *behind;

                        end = line_end(copy, line);
                        behind = behind_number(line, end, number);
                        if (!behind)
                                return;
                        if (pass == 1)
                                blank(line, behind + (behind < end && strchr("|:", *behind)));
                }
                if (number < 3)
                        return;
        }
}

static void blank_starts(TextCopy *copy) {
        for (char *line = copy->text, *end; line < copy->text + copy->n; line = end + 1) {
                char *fence;

                end = line_end(copy, line);
                fence = line + strspn(line, " \t");
                if (copy->quoted && behind_quotes(line, end) == line)
                        blank(line, end);
                else if (copy->quoted)
                        blank(line, behind_quotes(line, end));
                else if (end - fence >= 3 && memcmp(fence, "```", 3) == 0)
                        blank(line, end);
                else {
                        char *start = behind_continuation(copy, line);

                        if (start == line)
                                start = behind_journal(line, end);

                        blank(line, start);
                        blank(line, behind_prompt(start, end));
                }
        }
}

/* A quoted line contains QEMU's name. */
static bool is_message(const TextCopy *copy) {
        for (char *line = copy->text, *end; line < copy->text + copy->n; line = end + 1) {
                end = line_end(copy, line);
                if (*line == '>' && text_find_program(behind_quotes(line, end), end))
                        return true;
        }
        return false;
}

/* ── lines ─────────────────────────────────────────────────────────────────────────────────────────────── */

/* Another command. "kvm" alone may be an accelerator. */
static bool is_another(const char *line, const char *end) {
        const char *program = text_find_program(line, end);

        return program && (*program == '/' || *program == 'q');
}

/* Joins a command that the screen cut into lines of equal width. */
static void join_screen(TextCopy *copy) {
        char *end = line_end(copy, copy->text), *out = copy->text;
        size_t width = (size_t) (end - copy->text), lines = 0;

        if (width < SCREEN_MIN || !text_find_program(copy->text, end))
                return;
        for (char *line = copy->text; line < copy->text + copy->n; line = end + 1) {
                size_t n;

                end = line_end(copy, line);
                n = (size_t) (end - line);
                if (lines > 0 && is_another(line, end))
                        return;
                if (n > width || (n < width && end + 1 < copy->text + copy->n) || (n > 0 && end[-1] == '\\'))
                        return;
                lines++;
        }
        if (lines < 2)
                return;
        for (const char *c = copy->text; c < copy->text + copy->n; c++)
                if (*c != '\n')
                        *out++ = *c;
        copy->n = (size_t) (out - copy->text);
        *out = 0;
}

/* Replaces non-ASCII blanks of web pages and removes invisible ones. */
static void plain_blanks(TextCopy *copy) {
        static const struct {
                const char *text;
                bool nothing;
        } blanks[] = { { "\xc2\xa0", false }, { "\xe2\x80\x80", false }, { "\xe2\x80\x81", false },
                { "\xe2\x80\x82", false }, { "\xe2\x80\x83", false }, { "\xe2\x80\x84", false },
                { "\xe2\x80\x85", false }, { "\xe2\x80\x86", false }, { "\xe2\x80\x87", false },
                { "\xe2\x80\x88", false }, { "\xe2\x80\x89", false }, { "\xe2\x80\x8a", false },
                { "\xe2\x80\xaf", false }, { "\xe3\x80\x80", false }, { "\xe2\x80\x8b", true },
                { "\xe2\x80\x8c", true }, { "\xe2\x80\x8d", true }, { "\xe2\x81\xa0", true },
                { "\xef\xbb\xbf", true }, { "\xc2\xad", true } };
        char *out = copy->text;

        for (const char *c = copy->text, *end = copy->text + copy->n; c < end;) {
                size_t taken = 0;

                for (size_t i = 0; (unsigned char) *c >= 0x80 && taken == 0 && i < ELEMENTS(blanks); i++) {
                        size_t n = strlen(blanks[i].text);

                        if ((size_t) (end - c) < n || memcmp(c, blanks[i].text, n) != 0)
                                continue;
                        taken = n;
                        if (!blanks[i].nothing)
                                *out++ = ' ';
                }
                c += taken;
                if (taken == 0)
                        *out++ = *c++;
        }
        copy->n = (size_t) (out - copy->text);
        *out = 0;
}

/* Removes the backticks around "`qemu-system-x86_64 …`". */
static void take_backticks(TextCopy *copy) {
        char *first = copy->text, *last = copy->text + copy->n;

        while (first < last && isspace((unsigned char) *first))
                first++;
        while (last > first && isspace((unsigned char) last[-1]))
                last--;
        if (last - first < 2 || *first != '`' || last[-1] != '`' ||
                        memchr(first + 1, '`', (size_t) (last - first) - 2))
                return;
        *first = last[-1] = ' ';
}

int text_copy_make(const char *text, size_t n, TextCopy *ret) {
        TextCopy copy = { .buffer = malloc(n + 1), .n = n, .line = 1 };

        if (!copy.buffer)
                return -ENOMEM;
        copy.text = copy.buffer;
        memcpy(copy.text, text, n);
        copy.text[n] = 0;
        for (size_t i = 0; i < n; i++)
                if (copy.text[i] == VM_MARK_START || copy.text[i] == VM_MARK_END)
                        copy.text[i] = '?';
        plain_blanks(&copy);
        blank_numbers(&copy);
        copy.quoted = is_message(&copy);
        blank_starts(&copy);
        take_backticks(&copy);
        join_screen(&copy);
        *ret = copy;
        return 0;
}
