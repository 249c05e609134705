/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/fleet/gather-progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "ctl/show/safe-output.h"
#include "probe/cleanup.h"

/* A terminal over a slow line gets at most so many a second. */
#define PERIOD_USEC UINT64_C(100000)
#define COLUMNS_DEFAULT 80
#define TEXT_SIZE 96

static uint64_t now_usec(void) {
        struct timespec time;

        clock_gettime(CLOCK_MONOTONIC, &time);
        return (uint64_t) time.tv_sec * 1000000 + (uint64_t) time.tv_nsec / 1000;
}

/* Of standard error: standard output may be a file. The window may have changed. */
static unsigned terminal_columns(void) {
        struct winsize size = {};

        if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
                return COLUMNS_DEFAULT;
        return size.ws_col;
}

GatherProgress gather_progress_start(void) {
        const char *term = getenv("TERM");

        return (GatherProgress){ .shown = isatty(STDERR_FILENO) && term && *term &&
                                strcmp(term, "dumb") != 0 };
}

/* The text for a line of so many columns; "" if there is no room. */
static void progress_text(const GatherCounts *counts, unsigned columns, char ret[static TEXT_SIZE]) {
        const size_t left = counts->total - counts->done - counts->failed;
        int n[3];
        char text[ELEMENTS(n)][TEXT_SIZE];

        n[0] = snprintf(text[0], sizeof(text[0]), "%zu of %zu hosts done, %zu failed, %zu left",
                        counts->done, counts->total, counts->failed, left);
        n[1] = snprintf(text[1], sizeof(text[1]), "%zu done, %zu failed, %zu left", counts->done,
                        counts->failed, left);
        n[2] = snprintf(text[2], sizeof(text[2]), "%zu left", left);
        *ret = 0;
        /* The last column is free: some terminals begin a new line there. */
        for (size_t i = 0; i < ELEMENTS(n) && !*ret; i++)
                if (n[i] >= 0 && (unsigned) n[i] < columns && (size_t) n[i] < sizeof(text[i]))
                        memcpy(ret, text[i], (size_t) n[i] + 1);
}

/* To the first column, and erases to the end of the line; "\r" would be escaped. One call is one line. */
static void put(const char *text) {
        char escape[SAFE_OUTPUT_ESCAPE_SIZE];

        safe_output_escape(escape);
        fprintf(stderr, "%s[G%s[K%s", escape, escape, text);
}

void gather_progress_draw(GatherProgress *progress, const GatherCounts *counts, bool now) {
        char text[TEXT_SIZE];
        uint64_t usec;

        if (!progress->shown)
                return;
        usec = now_usec();
        if (!now && usec - progress->drawn_usec < PERIOD_USEC)
                return;
        progress_text(counts, terminal_columns(), text);
        put(text);
        progress->drawn = true;
        progress->drawn_usec = usec;
}

void gather_progress_erase(GatherProgress *progress) {
        if (progress->drawn)
                put("");
        progress->drawn = false;
}
