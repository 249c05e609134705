/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Files that a guest's command line names. */

#include <stdbool.h>
#include <stddef.h>

/* Whose files they are: this program's own, or a process's, which this program reads with that one's rights
 * (process-identity.h). */
typedef struct GuestFiles {
        bool foreign;        /* a process's: */
        int root, cwd;       /* its directories, or -errno */
        const char *refused; /* why none of its is opened; NULL */
        void (*about)(void *userdata,
                        const char *path); /* called before one is opened, which may never return; NULL */
        void *userdata;
} GuestFiles;

/* For VmFiles, with a GuestFiles as its userdata. A regular file of at most 1 MiB; nothing else is opened, because to open some
 * devices is to move them, and to read the kernel's log is to take it away. A process's are found below its root directory,
 * whatever links say, a relative path below where it is now, and only on file systems of this machine's: others may keep who
 * asks waiting. */
int guest_files_read(void *userdata, const char *path, char **ret, size_t *ret_n, const char **ret_why);

/* The place of any file, a descriptor with O_PATH. -errno; -EPERM for what is refused. */
int guest_files_find(const GuestFiles *files, const char *path);
