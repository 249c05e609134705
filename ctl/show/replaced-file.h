/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A file that is replaced whole or not at all: what is written goes to a temporary file beside it. Its name
 * begins with a dot: programs that read all files of a directory leave such files out. */

#include <stddef.h>

typedef struct ReplacedFile {
        const char *path; /* the caller's */
        char *temporary;
        int fd;
} ReplacedFile;

/* All return -errno. */
int replaced_file_open(const char *path, ReplacedFile *ret);
int replaced_file_write(ReplacedFile *file, const char *text, size_t n);
/* Replaces the file, after what was written is on the disk. */
int replaced_file_commit(ReplacedFile *file);
/* Removes the temporary file, unless it has replaced the file. */
void replaced_file_done(ReplacedFile *file);
