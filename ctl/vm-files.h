/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Files that a command line names. */

#include <stddef.h>

/* What is put before an absolute path, and before another one: "" and "", or those of a process below /proc. */
typedef struct VmFiles {
        const char *root, *directory;
} VmFiles;

/* Those of a process, by its number. */
typedef struct VmProcessFiles {
        VmFiles files; /* points into the strings behind it */
        char root[40], directory[40];
} VmProcessFiles;

void vm_process_files(const char *pid, VmProcessFiles *ret);

/* A regular file of at most 1 MiB; nothing else is opened, because to open some devices is to move them. 0, -ENOMEM,
 * -EFBIG, -EINVAL for what is no file, or the system's -errno. */
int vm_file_read(const VmFiles *files, const char *path, char **ret, size_t *ret_n);
