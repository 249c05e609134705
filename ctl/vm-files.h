/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Files that a command line names. */

#include <stddef.h>

/* Whose files they are. */
typedef struct VmFiles {
        int process; /* its directory in /proc, or VM_FILES_OWN; a number may be another process's by now, this is not */
} VmFiles;

#define VM_FILES_OWN (-1)

/* A regular file of a disk of at most 1 MiB; nothing else is opened, because to open some devices is to move them, and
 * to read the kernel's log is to take it away. Another process's are found below its root directory, whatever links say, a
 * relative path below where it is now. 0, or -ENOMEM; or *ret_why, why it is not known, is not NULL. */
int vm_file_read(const VmFiles *files, const char *path, char **ret, size_t *ret_n, const char **ret_why);
