/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ctl/capture/capture-open.h"
#include "ctl/capture/capture-write.h"
#include "ctl/show/safe-text.h"
#include "ctl/show/screen.h"
#include "ctl/verb/verbs.h"
#include "probe/cleanup.h"

/* HOSTNAME-DATE.hawd.tar.zst; a host's name may hold anything, a file's may not hold a slash. */
static void default_name(char *ret, size_t size) {
        char host[65] = "host", date[16];
        time_t now = time(NULL);
        struct tm tm;

        (void) gethostname(host, sizeof(host) - 1);
        for (char *c = host; *c; c++)
                if (*c == '/' || *c == '.')
                        *c = '-';
        localtime_r(&now, &tm);
        strftime(date, sizeof(date), "%Y%m%d", &tm);
        snprintf(ret, size, "%s-%s.hawd.tar.zst", host, date);
}

int verb_capture(const Options *options, int argc, char **argv) {
        _cleanup_(capture_close) CaptureRoot capture = {};
        CaptureCounts counts = {};
        const char *output;
        char name[128];
        int r;

        default_name(name, sizeof(name));
        output = argc > 0 ? argv[0] : name;
        if (strcmp(output, "-") == 0 && isatty(STDOUT_FILENO)) {
                fprintf(stderr, "hawctl: a capture is no text for a terminal: name a file, or send it through a pipe\n");
                return EXIT_USAGE;
        }
        if (capture_open(options->root ? options->root : "/", &capture) < 0)
                return EXIT_FAILURE;
        r = capture_write(capture.root, output, options->force, &counts);
        if (r == EXIT_SUCCESS && strcmp(output, "-") != 0) {
                _cleanup_free_ char *line = safe_line(output, screen_get().utf8);

                printf("%s: %zu files", line ? line : "?", counts.files);
                if (counts.refused > 0)
                        printf("; %zu could not be read (as root there may be more)", counts.refused);
                putchar('\n');
        }
        return r;
}
