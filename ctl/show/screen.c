/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/show/screen.h"

#include <errno.h>
#include <langinfo.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wchar.h>

#include "ctl/show/safe-text.h"
#include "probe/character.h"
#include "probe/cleanup.h"

#define WIDTH_MIN 40
#define WIDTH_MAX 200
#define WIDTH_DEFAULT 80

static unsigned screen_width(void) {
        const char *columns = getenv("COLUMNS");
        struct winsize size = {};
        unsigned width = 0;

        if (columns)
                width = (unsigned) strtoul(columns, NULL, 10);
        if (width == 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
                width = size.ws_col;
        if (width == 0)
                width = WIDTH_DEFAULT;
        return width < WIDTH_MIN ? WIDTH_MIN : width > WIDTH_MAX ? WIDTH_MAX : width;
}

static bool screen_colour(void) {
        const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

        return isatty(STDOUT_FILENO) && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
}

/* "" without colours. */
static void sequence(const Screen *screen, const char *numbers, char ret[static SCREEN_SEQUENCE_SIZE]) {
        char escape[SAFE_OUTPUT_ESCAPE_SIZE];

        safe_output_escape(escape);
        snprintf(ret, SCREEN_SEQUENCE_SIZE, "%s[%sm", escape, numbers);
        if (!screen->colour)
                *ret = 0;
}

Screen screen_get(void) {
        Screen screen = {
                .width = screen_width(),
                .colour = screen_colour(),
                .utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
        };

        sequence(&screen, "1", screen.bold);
        sequence(&screen, "2", screen.dim);
        sequence(&screen, "1;31", screen.red);
        sequence(&screen, "1;33", screen.yellow);
        sequence(&screen, "0", screen.off);
        return screen;
}

const char *screen_bold(const Screen *screen) {
        return screen->bold;
}

const char *screen_dim(const Screen *screen) {
        return screen->dim;
}

const char *screen_red(const Screen *screen) {
        return screen->red;
}

const char *screen_yellow(const Screen *screen) {
        return screen->yellow;
}

const char *screen_off(const Screen *screen) {
        return screen->off;
}

void screen_paint(const Screen *screen, const char *numbers) {
        char text[SCREEN_SEQUENCE_SIZE];

        sequence(screen, numbers, text);
        fputs(text, stdout);
}

const char *screen_dash(const Screen *screen) {
        return screen->utf8 ? "\u2014" : "-";
}

/* Bytes and columns of one character. */
static size_t character_columns(const char *text, size_t n, unsigned *ret) {
        uint32_t code = (uint8_t) *text;
        int length = code < 0x80 ? 1 : character_decode((const uint8_t *) text, n, &code), columns = 1;

        if (code >= 0x80 && length > 0)
                columns = wcwidth((wchar_t) code);
        *ret = columns >= 0 ? (unsigned) columns : 1;
        return length > 0 ? (size_t) length : 1;
}

unsigned screen_columns(const char *text, size_t n) {
        unsigned sum = 0, columns;

        for (size_t i = 0; i < n; sum += columns)
                i += character_columns(text + i, n - i, &columns);
        return sum;
}

size_t screen_fitting(const char *text, size_t n, unsigned room) {
        size_t end = 0;

        while (end < n) {
                unsigned columns;
                size_t length = character_columns(text + end, n - end, &columns);

                if (end > 0 && columns > room)
                        break;
                room -= columns < room ? columns : room;
                end += length;
        }
        return end;
}

void screen_wrap(const Screen *screen, unsigned indent, const char *text) {
        _cleanup_free_ char *escaped = screen->utf8 ? NULL : safe_line(text, false);
        unsigned column = indent, room = screen->width > indent ? screen->width - indent : 1;

        if (escaped)
                text = escaped;
        while (*text) {
                /* Cuts words longer than a line. */
                size_t n = screen_fitting(text, strcspn(text, " "), room);
                unsigned columns = screen_columns(text, n);

                if (column > indent && column + 1 + columns > screen->width) {
                        printf("\n%*s", (int) indent, "");
                        column = indent;
                } else if (column > indent) {
                        putchar(' ');
                        column++;
                }
                printf("%.*s", (int) n, text);
                column += columns;
                text += n;
                text += strspn(text, " ");
        }
        putchar('\n');
}

pid_t pager_open(const Options *options) {
        const char *pager = getenv("PAGER");
        /* Small systems may not have less: output then goes straight to the terminal. */
        const char *command =
                        pager && *pager ? pager : "command -v less >/dev/null && exec less || exec cat";
        char *argv[] = { (char *) "sh", (char *) "-c", (char *) command, NULL };
        posix_spawn_file_actions_t actions;
        pid_t pid = 0;
        int fds[2];

        /* Reading takes time. */
        if (options->no_pager || options->timeout > 0 || !isatty(STDOUT_FILENO) || pipe(fds) < 0)
                return 0;
        setenv("LESS", "FRSXMK", 0);
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, fds[0], STDIN_FILENO);
        posix_spawn_file_actions_addclose(&actions, fds[0]);
        posix_spawn_file_actions_addclose(&actions, fds[1]);
        if (posix_spawn(&pid, "/bin/sh", &actions, NULL, argv, environ) == 0)
                dup2(fds[1], STDOUT_FILENO);
        else
                pid = 0;
        posix_spawn_file_actions_destroy(&actions);
        close(fds[0]);
        close(fds[1]);
        return pid;
}

void pager_close(pid_t *pager) {
        if (*pager <= 0)
                return;
        fflush(stdout);
        close(STDOUT_FILENO);
        while (waitpid(*pager, NULL, 0) < 0 && errno == EINTR)
                ;
}
