/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/show/table.h"

#include <ctype.h>
#include <errno.h>
#include <libsmartcols.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/show/safe-text.h"
#include "probe/cleanup.h"

#define COLUMNS_MAX 16
#define WRAP_MIN 12

struct Table {
        struct libscols_table *scols;
        struct libscols_line *line;
        const Column *columns;
        unsigned n, screen_width;
        size_t widths[COLUMNS_MAX]; /* widest cell per column */
        const char *dash;
        bool failed, no_legend, utf8;
};

Table *table_new(const Column *columns, unsigned n, const Screen *screen, bool no_legend) {
        Table *table = calloc(1, sizeof(Table));

        if (!table)
                return NULL;
        *table = (Table){
                .scols = scols_new_table(),
                .columns = columns,
                .n = n,
                .screen_width = screen->width,
                .dash = screen_dash(screen),
                .no_legend = no_legend,
                .utf8 = screen->utf8,
        };
        table->failed = !table->scols || n > COLUMNS_MAX;
        for (unsigned i = 0; !table->failed && i < n; i++) {
                int flags = (columns[i].right ? SCOLS_FL_RIGHT : 0) | (columns[i].wrap ? SCOLS_FL_WRAP : 0);
                struct libscols_column *column =
                                scols_table_new_column(table->scols, columns[i].name, 0, flags);

                table->failed = !column;
                table->widths[i] = no_legend ? 0 : strlen(columns[i].name);
                /* Breaks lines between words; the library would break words. */
                if (column && columns[i].wrap) {
                        scols_column_set_wrapfunc(
                                        column, scols_wrapnl_chunksize, scols_wrapnl_nextchunk, NULL);
                        scols_column_set_safechars(column, "\n");
                }
        }
        return table;
}

void table_row(Table *table) {
        if (!table || table->failed)
                return;
        table->line = scols_table_new_line(table->scols, NULL);
        table->failed = !table->line;
}

void table_cell(Table *table, unsigned column, const char *text) {
        if (!table || table->failed)
                return;

        /* The library's escaping is off; it loops for ever on characters that need it. */
        _cleanup_free_ char *line = text ? safe_line(text, table->utf8) : NULL;
        size_t width = line ? strlen(line) : 1;

        if (width > table->widths[column])
                table->widths[column] = width;
        if ((text && !line) || scols_line_set_data(table->line, column, line ? line : table->dash) < 0)
                table->failed = true;
}

void table_cellf(Table *table, unsigned column, const char *format, ...) {
        char *text = NULL;
        va_list ap;

        if (!table)
                return;
        va_start(ap, format);
        if (vasprintf(&text, format, ap) < 0)
                table->failed = true;
        else
                table_cell(table, column, text);
        va_end(ap);
        free(text);
}

/* Whether text[i - 1] is a hyphen between letters. */
static bool breaks_after(const char *text, size_t i) {
        return i > 1 && isalpha((unsigned char) text[i - 2]) && text[i - 1] == '-' &&
                        isalpha((unsigned char) text[i]);
}

/* Replaces blanks by newlines for lines of `width` columns; breaks longer words after a hyphen between
 * letters; other words, such as addresses, stay whole. `ret` has twice the size of the text. */
static void break_words(const char *text, size_t width, char *ret) {
        size_t column = 0;

        while (*text) {
                size_t n = strcspn(text, " "), part = n;

                for (size_t i = 1; i < n && n > width; i++)
                        if (i <= width && breaks_after(text, i))
                                part = i;
                if (column > 0 && column + 1 + part > width) {
                        *ret++ = '\n';
                        column = 0;
                } else if (column > 0) {
                        *ret++ = ' ';
                        column++;
                }
                memcpy(ret, text, part);
                ret += part;
                column = part < n ? width : column + part;
                text += part;
                if (part == n)
                        text += strspn(text, " ");
        }
        *ret = 0;
}

/* Gives wrapped columns the rest of the screen; others get what they need. */
static void share_width(Table *table) {
        size_t rest = table->screen_width, wrapped = 0;

        for (unsigned i = 0; i < table->n; i++) {
                size_t taken = table->columns[i].wrap ? 1 : table->widths[i] + 1;

                rest -= taken < rest ? taken : rest;
                wrapped += table->columns[i].wrap;
        }
        for (unsigned i = 0; i < table->n; i++) {
                if (!table->columns[i].wrap)
                        continue;
                size_t share = rest / wrapped--;

                if (share < WRAP_MIN)
                        share = WRAP_MIN;
                if (table->widths[i] > share)
                        table->widths[i] = share;
                rest -= table->widths[i] < rest ? table->widths[i] : rest;
        }
}

static int break_lines(Table *table) {
        struct libscols_iter *iter = scols_new_iter(SCOLS_ITER_FORWARD);
        struct libscols_line *line;

        if (!iter)
                return -ENOMEM;
        while (scols_table_next_line(table->scols, iter, &line) == 0)
                for (unsigned i = 0; i < table->n; i++) {
                        struct libscols_cell *cell = scols_line_get_cell(line, i);
                        const char *data = scols_cell_get_data(cell);
                        char *copy;

                        if (!table->columns[i].wrap || !data)
                                continue;
                        copy = malloc(2 * strlen(data) + 1);
                        if (!copy) {
                                scols_free_iter(iter);
                                return -ENOMEM;
                        }
                        break_words(data, table->widths[i], copy);
                        scols_cell_refer_data(cell, copy);
                }
        scols_free_iter(iter);
        return 0;
}

static bool print(Table *table) {
        /* Cells are already escaped when widths are computed. */
        scols_table_enable_noencoding(table->scols, 1);
        scols_table_enable_noheadings(table->scols, table->no_legend);
        /* Lines break only here, in a pipe as on a terminal of that width. */
        scols_table_set_termwidth(table->scols, 4096);
        scols_table_set_termforce(table->scols, SCOLS_TERMFORCE_ALWAYS);
        share_width(table);
        return break_lines(table) == 0 && scols_print_table(table->scols) == 0;
}

int table_finish(Table *table) {
        bool ok = table && !table->failed && print(table);

        if (table) {
                scols_unref_table(table->scols);
                free(table);
        }
        if (ok)
                return EXIT_SUCCESS;
        fprintf(stderr, "hawctl: %s\n", strerror(ENOMEM));
        return EXIT_FAILURE;
}
