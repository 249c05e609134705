/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* hawd-archive, run by hawctl: the only program that links libarchive, so that no parser of untrusted
 * archives shares a process with other code. It opens no files: standard input to standard output,
 * entries as in capture-header.h.
 *
 *   hawd-archive unpack PARENT     an archive to its entries
 *   hawd-archive pack PARENT       entries to a .tar.zst
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
#include "probe/standard-descriptors.h"

#define WHY_FD 3

int main(int argc, char **argv) {
        const pid_t parent = argc == 3 ? sandbox_parent(argv[2]) : 0;
        const bool unpack = argc == 3 && strcmp(argv[1], "unpack") == 0;
        int r;

        standard_descriptors_open();
        if (!parent || (!unpack && strcmp(argv[1], "pack") != 0)) {
                fprintf(stderr, "hawd-archive is run by hawctl.\n");
                return 2;
        }
        if (sandbox_enter(unpack ? &unpack_limits : &pack_limits, parent) < 0)
                return PROGRAM_NO_SANDBOX;
        r = unpack ? archive_unpack(STDIN_FILENO, STDOUT_FILENO, WHY_FD)
                   : archive_pack(STDIN_FILENO, STDOUT_FILENO, WHY_FD);
        if (r == -ENOMEM)
                return PROGRAM_OUT_OF_MEMORY;
        if (r < 0 && r != -EBADMSG && r != -EIO)
                dprintf(WHY_FD, "%s", strerror(-r));
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
