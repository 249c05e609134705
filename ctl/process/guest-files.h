/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Files that a guest's command line names. */

#include <stdbool.h>
#include <stddef.h>

/* The files of this program, or of a process, which this program reads with that process's rights
 * (process-identity.h). */
typedef struct GuestFiles {
        bool foreign;        /* of a process */
        int root, cwd;       /* its directories, or -errno */
        const char *refused; /* why none may be opened; NULL */
        void (*about)(void *userdata,
                        const char *path); /* called before each open, which may block forever; NULL */
        void *userdata;
} GuestFiles;

/* For VmFiles; userdata is a GuestFiles. Reads a regular file of at most 1 MiB and opens nothing else,
 * because opening or reading some devices (tapes, the kernel's log) has effects. A process's files are
 * resolved below its root directory, links included, relative paths below its working directory, and only
 * on local file systems: others may block. */
int guest_files_read(void *userdata, const char *path, char **ret, size_t *ret_n, const char **ret_why);

/* Returns an O_PATH descriptor for any file. -errno; -EPERM: refused. */
int guest_files_find(const GuestFiles *files, const char *path);
