/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A table on standard output (libsmartcols). */

#include <stdbool.h>

#include "ctl/show/screen.h"

typedef struct Column {
        const char *name;
        bool right; /* numbers */
        bool wrap;  /* gets the remaining width; wraps */
} Column;

typedef struct Table Table;

/* NULL: out of memory; the calls below accept NULL, table_finish() then fails. */
Table *table_new(const Column *columns, unsigned n, const Screen *screen, bool no_legend);

/* Adds a row, then cells; text is copied, NULL is a dash. */
void table_row(Table *table);
void table_cell(Table *table, unsigned column, const char *text);
void table_cellf(Table *table, unsigned column, const char *format, ...)
                __attribute__((format(printf, 3, 4)));

/* Prints and frees. Returns an exit status after printing the error. */
int table_finish(Table *table);
