/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/text/text-copy.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/qemu-program.h"
#include "ctl/vm-unknown.h"

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

/* ── what stands before a line ─────────────────────────────────────────────────────────────────────────── */

static void blank(char *start, const char *end) {
        while (start < end)
                *start++ = ' ';
}

/* "> > ", of an answer. */
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
        /* The tree of "systemctl status" is drawn in characters beyond ASCII. */
        if (c < end && (unsigned char) *c >= 0x80)
                while (c < end && ((unsigned char) *c >= 0x80 || *c == ' '))
                        c++;
        return c;
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
                        char *start = behind_journal(line, end);

                        blank(line, start);
                        blank(line, behind_prompt(start, end));
                }
        }
}

/* A quoted line has the program. */
static bool is_message(const TextCopy *copy) {
        for (char *line = copy->text, *end; line < copy->text + copy->n; line = end + 1) {
                end = line_end(copy, line);
                if (*line == '>' && text_find_program(behind_quotes(line, end), end))
                        return true;
        }
        return false;
}

/* ── lines ─────────────────────────────────────────────────────────────────────────────────────────────── */

/* Another command; "kvm" alone is an accelerator as well. */
static bool is_another(const char *line, const char *end) {
        const char *program = text_find_program(line, end);

        return program && (*program == '/' || *program == 'q');
}

/* Every line is as wide as the screen was, and ends in the midst of a word: it is one. */
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

/* "`qemu-system-x86_64 …`", as people mark a command in a sentence. */
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
        copy.quoted = is_message(&copy);
        blank_starts(&copy);
        take_backticks(&copy);
        join_screen(&copy);
        *ret = copy;
        return 0;
}
