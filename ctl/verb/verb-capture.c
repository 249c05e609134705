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

typedef struct CaptureOptions {
        bool force;
} CaptureOptions;

static const Option own_options[] = {
        { "force", NULL, option_flag, offsetof(CaptureOptions, force),
                        "Replace OUTPUT: a regular file, or a directory that\nis a capture and contains nothing else" },
        {},
};

/* HOSTNAME-DATE.hawd.tar.zst; a file name must not contain the slashes of a host name. */
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

static int run(const Options *options, int argc, char **argv) {
        _cleanup_(capture_close) CaptureRoot capture = {};
        const CaptureOptions *own = options->own;
        CaptureCounts counts = {};
        const char *output;
        char name[128];
        int r;

        default_name(name, sizeof(name));
        output = argc > 0 ? argv[0] : name;
        if (strcmp(output, "-") == 0 && isatty(STDOUT_FILENO)) {
                fprintf(stderr, "hawctl: a capture cannot be written to a terminal: give a file name, or use a pipe\n");
                return EXIT_USAGE;
        }
        if (capture_open(options->root ? options->root : "/", &capture) < 0)
                return EXIT_FAILURE;
        r = capture_write(capture.root, output, own->force, &counts);
        if (r == EXIT_SUCCESS && strcmp(output, "-") != 0) {
                _cleanup_free_ char *line = safe_line(output, screen_get().utf8);

                printf("%s: %zu files", line ? line : "?", counts.files);
                if (counts.refused > 0)
                        printf("; %zu could not be read (as root there may be more)", counts.refused);
                putchar('\n');
        }
        return r;
}

const Verb verb_capture = {
        .name = "capture",
        .arguments = "[OUTPUT]",
        .max = 1,
        .takes = TAKES_ROOT | TAKES_LOCAL | TAKES_TIMEOUT,
        .summary = "Record this host in a file that other machines can read",
        .help = "OUTPUT is a .tar.zst archive, a directory if it ends with a slash, or - for\n"
                "standard output. The default is HOSTNAME-DATE.hawd.tar.zst. Only its owner can\n"
                "read it. Serial numbers and MAC addresses are left out.\n",
        .example = "sudo hawctl capture && hawctl status --root=vm-20261121.hawd.tar.zst",
        .options = own_options,
        .size = sizeof(CaptureOptions),
        .run = run,
};
