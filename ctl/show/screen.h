/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The terminal: width, capabilities, and a pager for long output. */

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "ctl/command/options.h"
#include "ctl/show/safe-output.h"

#define SCREEN_SEQUENCE_SIZE (SAFE_OUTPUT_ESCAPE_SIZE + 8)

typedef struct Screen {
        unsigned width; /* columns; in a pipe COLUMNS or 80 */
        bool colour, utf8;
        char bold[SCREEN_SEQUENCE_SIZE], dim[SCREEN_SEQUENCE_SIZE], red[SCREEN_SEQUENCE_SIZE],
                        yellow[SCREEN_SEQUENCE_SIZE], off[SCREEN_SEQUENCE_SIZE];
} Screen;

Screen screen_get(void);

/* Sends standard output to $PAGER (less) if it is a terminal; 0: no pager. pager_close() flushes and
 * waits. */
pid_t pager_open(const Options *options);
void pager_close(pid_t *pager);

#define _cleanup_pager_ __attribute__((cleanup(pager_close)))

/* ANSI sequences; "" without colours. */
const char *screen_bold(const Screen *screen);
const char *screen_dim(const Screen *screen);
const char *screen_red(const Screen *screen);
const char *screen_yellow(const Screen *screen);
const char *screen_off(const Screen *screen);

/* Prints the SGR sequence with these numbers; nothing without colours. */
void screen_paint(const Screen *screen, const char *numbers);

/* Columns of n bytes of printable text. */
unsigned screen_columns(const char *text, size_t n);

/* Number of bytes that fit into `room` columns: whole characters, at least one. */
size_t screen_fitting(const char *text, size_t n, unsigned room);

/* Prints text wrapped at the screen's width; `indent` columns of the first line are used already. Ends
 * with a newline. */
void screen_wrap(const Screen *screen, unsigned indent, const char *text);

/* A dash for missing values. */
const char *screen_dash(const Screen *screen);
