/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* hawd-archive, run by hawctl: the only program that links libarchive, so that no parser of untrusted
 * archives shares a process with other code. It opens no files: standard input to standard output,
 * entries as in capture-header.h.
 *
 *   hawd-archive unpack PARENT     an archive to its entries
 *   hawd-archive pack PARENT       entries to a .tar.zst
 *   hawd-archive stream PARENT     a compressed file to its content
 *   hawd-archive --version         prints the version
 *
 * PARENT is hawctl's process ID. Status 0, one of program-limits.h, or 1 with the reason on descriptor 3.
 * See sandbox.h. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/capture/archive.h"
#include "ctl/sandbox/sandbox.h"
#include "probe/cleanup.h"
#include "probe/standard-descriptors.h"

#define WHY_FD 3

typedef struct Mode {
        const char *name;
        const ProgramLimits *limits;
        int (*run)(int in, int out, int why);
} Mode;

static const Mode modes[] = {
        { "unpack", &unpack_limits, archive_unpack },
        { "pack", &pack_limits, archive_pack },
        { "stream", &stream_limits, archive_stream },
};

static const Mode *find_mode(const char *name) {
        for (size_t i = 0; i < ELEMENTS(modes); i++)
                if (strcmp(modes[i].name, name) == 0)
                        return &modes[i];
        return NULL;
}

int main(int argc, char **argv) {
        const pid_t parent = argc == 3 ? sandbox_parent(argv[2]) : 0;
        const Mode *mode = argc == 3 ? find_mode(argv[1]) : NULL;
        int r;

        standard_descriptors_open();
        if (argc > 1 && strcmp(argv[1], "--version") == 0)
                return puts("hawd-archive " HAWD_VERSION) < 0 || fflush(stdout) != 0;
        if (!parent || !mode) {
                fprintf(stderr, "hawd-archive is run by hawctl.\n");
                return 2;
        }
        if (sandbox_enter(mode->limits, parent) < 0)
                return PROGRAM_NO_SANDBOX;
        r = mode->run(STDIN_FILENO, STDOUT_FILENO, WHY_FD);
        if (r == -ENOMEM)
                return PROGRAM_OUT_OF_MEMORY;
        if (r < 0 && r != -EBADMSG && r != -EIO)
                dprintf(WHY_FD, "%s", strerror(-r));
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
