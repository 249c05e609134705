/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* hawd-archive, run by hawctl: the only program that links libarchive, so that no parser of foreign archives shares a
 * process with anything else.
 *
 *   hawd-archive unpack     archive on descriptor 3; unpacks it below a fresh private directory, prints its path, and
 *                           removes it once standard input ends, however its parent ended
 *   hawd-archive pack DIR   DIR as .tar.zst to standard output                                                     */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/capture/archive-pack.h"
#include "ctl/capture/archive-policy.h"
#include "ctl/capture/archive-unpack.h"
#include "ctl/capture/remove-tree.h"
#include "probe/cleanup.h"
#include "probe/standard-descriptors.h"

#define ARCHIVE_FD 3

static void limit(int resource, rlim_t value) {
        const struct rlimit limits = { .rlim_cur = value, .rlim_max = value };

        (void) setrlimit(resource, &limits);
}

/* What ends hawctl from the terminal reaches this process too; it has to outlive it, to clean up. A failing limit leaves
 * the policy's own bounds. */
static void harden(void) {
        signal(SIGINT, SIG_IGN);
        signal(SIGHUP, SIG_IGN);
        signal(SIGQUIT, SIG_IGN);
        signal(SIGXFSZ, SIG_IGN);
        (void) prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        umask(0077);
        limit(RLIMIT_CORE, 0);
        limit(RLIMIT_CPU, 60);
        limit(RLIMIT_FSIZE, ARCHIVE_FILE_MAX);
        limit(RLIMIT_NOFILE, 64);
}

/* Nothing is read from it: it ends when the parent does, or closes its end. */
static void wait_for_parent(void) {
        char c;

        while (read(STDIN_FILENO, &c, 1) > 0)
                ;
}

static int unpack(void) {
        const char *base = getenv("TMPDIR");
        char path[4096];
        int r;

        if ((size_t) snprintf(path, sizeof(path), "%s/hawctl-XXXXXX", base && *base ? base : "/tmp") >=
                                        sizeof(path) ||
                        !mkdtemp(path)) {
                fprintf(stderr, "%s: %s\n", path, strerror(errno));
                return EXIT_FAILURE;
        }
        _cleanup_close_ int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        r = directory < 0 ? -1 : archive_unpack(ARCHIVE_FD, directory);
        if (r == 0) {
                printf("%s\n", path);
                fclose(stdout);
                wait_for_parent();
        }
        remove_tree(path);
        return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv) {
        standard_descriptors_open();
        if (argc == 2 && strcmp(argv[1], "unpack") == 0) {
                harden();
                return unpack();
        }
        if (argc == 3 && strcmp(argv[1], "pack") == 0)
                return archive_pack(argv[2], STDOUT_FILENO) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
        fprintf(stderr, "hawd-archive is run by hawctl.\n");
        return 2;
}
