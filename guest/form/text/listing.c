/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/text/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/form/shell/shell.h"
#include "guest/form/words/program.h"

/* The words of all rows, in one list. */
typedef struct Row {
        const char *start, *end;
        unsigned line;
} Row;

static bool is_number(const char *word, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (!isdigit((unsigned char) word[i]))
                        return false;
        return n > 0;
}

/* "USER 1234 …" or "1234 …", but not commands such as "timeout 10". */
static bool is_row(const char *line, const char *end) {
        static const char *const commands[] = { "timeout", "nice", "chrt", "ionice", "numactl", "taskset",
                "sleep", "kill", "echo", "exit", "return", "shift", "wait" };
        size_t n, m;

        while (line < end && isspace((unsigned char) *line))
                line++;
        for (n = 0; line + n < end && !isspace((unsigned char) line[n]); n++)
                ;
        if (is_number(line, n))
                return true;
        for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
                if (strlen(commands[i]) == n && memcmp(line, commands[i], n) == 0)
                        return false;
        if (n == 0 || *line == '-' || memchr(line, '=', n) || memchr(line, '/', n) || memchr(line, '$', n))
                return false;
        line += n;
        while (line < end && *line == ' ')
                line++;
        for (m = 0; line + m < end && !isspace((unsigned char) line[m]); m++)
                ;
        return is_number(line, m);
}

static bool has_word(const char *line, const char *end, const char *word) {
        const char *found = memmem(line, (size_t) (end - line), word, strlen(word));

        return found && (found == line || found[-1] == ' ') &&
                        (found + strlen(word) == end || isspace((unsigned char) found[strlen(word)]));
}

static bool is_header(const char *line, const char *end) {
        return has_word(line, end, "PID") && (has_word(line, end, "CMD") || has_word(line, end, "COMMAND"));
}

/* ── rows ──────────────────────────────────────────────────────────────────────────────────────────────── */

/* Starts a row. A line that is not a row continues the one before. */
static bool next_row(const TextCopy *copy, Row *row) {
        const char *end = copy->text + copy->n;

        row->start = row->end;
        while (row->start < end) {
                const char *over = row->start + strcspn(row->start, "\n");

                if (is_row(row->start, over))
                        break;
                row->line += over < end;
                row->start = over + (over < end);
        }
        if (row->start >= end)
                return false;
        for (row->end = row->start + strcspn(row->start, "\n"); row->end < end;) {
                const char *line = row->end + 1, *over = line + strcspn(line, "\n");

                if (is_row(line, over) || line + strspn(line, " \t\r") == over)
                        break;
                row->end = over;
        }
        return true;
}

/* Advances *text past the word. */
static size_t take_word(const char **text, const char *end, unsigned *line) {
        const char *start;
        size_t n;

        while (*text < end && isspace((unsigned char) **text))
                *line += *(*text)++ == '\n';
        start = *text;
        n = shell_json_length(start, end);
        while (start + n < end && !isspace((unsigned char) start[n]))
                n++;
        *text = start + n;
        return n;
}

static int read_row(const Row *row, VmWords *ret) {
        const char *text = row->start;
        unsigned line = row->line;
        char *out;
        int r = 0;

        *ret = (VmWords){ .buffer = malloc(2 * (size_t) (row->end - row->start) + 2) };
        out = ret->buffer;
        if (!out)
                return -ENOMEM;
        while (r >= 0) {
                size_t n = take_word(&text, row->end, &line);

                if (n == 0)
                        break;
                r = vm_words_add(ret, out, line);
                for (const char *c = text - n; c < text; c++) {
                        line += *c == '\n';
                        *out++ = *c == '\n' ? ' ' : *c;
                }
                *out++ = 0;
        }
        if (r < 0)
                vm_words_done(ret);
        return r;
}

/* Where the words of QEMU start; n: another program, or a query. */
static size_t find_machine(const VmWords *words) {
        size_t program = vm_program_find(words->items, words->n);

        if (program == words->n) {
                program = vm_program_nameless(words->items, words->n);
                program -= program < words->n;
        }
        if (program == words->n || program == 0 || vm_is_query(words->items + program, words->n - program))
                return words->n;
        for (size_t i = program + 1; i < words->n; i++)
                if (words->items[i].text[0] == '-')
                        return program;
        return words->n;
}

bool text_is_listing(const TextCopy *copy) {
        Row row = { .end = copy->text, .line = copy->line };
        const char *first = copy->text + strspn(copy->text, " \t\r\n");
        bool header = is_header(first, first + strcspn(first, "\n"));

        while (next_row(copy, &row)) {
                VmWords words;
                size_t machine, n;

                if (read_row(&row, &words) < 0)
                        return false;
                machine = find_machine(&words);
                n = words.n;
                vm_words_done(&words);
                if (machine < n)
                        return true;
                for (const char *c = row.start; c < row.end; c++)
                        row.line += *c == '\n';
        }
        return header;
}

/* ── the words ─────────────────────────────────────────────────────────────────────────────────────────── */

static int refuse_cut(const VmWords *words, VmError *error) {
        static const char dots[] = "\xe2\x80\xa6";

        for (size_t i = 0; i < words->n; i++)
                if (strstr(words->items[i].text, dots))
                        return vm_error(error, words->items[i].line,
                                        "the command line is truncated: print all of it, as \"ps -ww\" "
                                        "does");
        return 0;
}

static bool same(const VmWords *one, size_t i, const VmWords *two, size_t j) {
        if (one->n - i != two->n - j)
                return false;
        for (; i < one->n; i++, j++)
                if (strcmp(one->items[i].text, two->items[j].text) != 0)
                        return false;
        return true;
}

int text_listing_words(const TextCopy *copy, VmWords *ret, VmError *reterr) {
        Row row = { .end = copy->text, .line = 1 };
        VmWords found = {};
        size_t at = 0;
        int r = 0;

        while (r >= 0 && !found.more && next_row(copy, &row)) {
                VmWords words;
                size_t machine;

                r = read_row(&row, &words);
                if (r < 0)
                        break;
                machine = find_machine(&words);
                if (machine < words.n && found.n == 0) {
                        found = words;
                        at = machine;
                        words = (VmWords){};
                } else if (machine < words.n)
                        found.more = !same(&found, at, &words, machine);
                vm_words_done(&words);
                for (const char *c = row.start; c < row.end; c++)
                        row.line += *c == '\n';
        }
        if (r >= 0 && found.n == 0)
                return vm_error(reterr, 0, "none of these processes is a QEMU with options");
        if (r >= 0)
                r = refuse_cut(&found, reterr);
        if (r < 0) {
                vm_words_done(&found);
                return r;
        }
        memmove(found.items, found.items + at, (found.n - at) * sizeof(VmWord));
        found.n -= at;
        *ret = found;
        return 0;
}
