/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A table on standard output, by libsmartcols: each column described once. */

#include <stdbool.h>

#include "ctl/show/screen.h"

typedef struct Column {
        const char *name;
        bool right; /* numbers */
        bool wrap;  /* takes what width is left, on several lines */
} Column;

typedef struct Table Table;

/* NULL when out of memory; the calls below take NULL and fail at table_finish(). */
Table *table_new(const Column *columns, unsigned n, const Screen *screen, bool no_legend);

/* A new row, then its cells; text is copied, NULL is a dash. */
void table_row(Table *table);
void table_cell(Table *table, unsigned column, const char *text);
void table_cellf(Table *table, unsigned column, const char *format, ...)
                __attribute__((format(printf, 3, 4)));

/* Prints and frees. The exit status; why it failed is on standard error. */
int table_finish(Table *table);
