/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The terminal: how wide it is, what it can show, and a pager for what does not fit. */

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "ctl/command/options.h"
#include "ctl/show/safe-output.h"

#define SCREEN_SEQUENCE_SIZE (SAFE_OUTPUT_ESCAPE_SIZE + 8)

typedef struct Screen {
        unsigned width; /* columns; 80 in a pipe unless COLUMNS says otherwise */
        bool colour, utf8;
        char bold[SCREEN_SEQUENCE_SIZE], dim[SCREEN_SEQUENCE_SIZE], red[SCREEN_SEQUENCE_SIZE],
                        yellow[SCREEN_SEQUENCE_SIZE], off[SCREEN_SEQUENCE_SIZE];
} Screen;

Screen screen_get(void);

/* Sends standard output through $PAGER (less) when it is a terminal; 0: no pager. Closing flushes and waits. */
pid_t pager_open(const Options *options);
void pager_close(pid_t *pager);

#define _cleanup_pager_ __attribute__((cleanup(pager_close)))

/* ANSI sequences, "" without colours. */
const char *screen_bold(const Screen *screen);
const char *screen_dim(const Screen *screen);
const char *screen_red(const Screen *screen);
const char *screen_yellow(const Screen *screen);
const char *screen_off(const Screen *screen);

/* The sequence of these numbers (SGR) goes to standard output; nothing without colours. */
void screen_paint(const Screen *screen, const char *numbers);

/* How many columns n bytes of printable text take. */
unsigned screen_columns(const char *text, size_t n);

/* How many bytes of them fit a room of so many columns: whole characters, and at least one. */
size_t screen_fitting(const char *text, size_t n, unsigned room);

/* Prints text wrapped at the screen's width; the first line continues a line that has `indent` columns already. Ends with
 * a newline. */
void screen_wrap(const Screen *screen, unsigned indent, const char *text);

/* A dash for what is not there. */
const char *screen_dash(const Screen *screen);
