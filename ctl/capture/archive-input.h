/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the modes of hawd-archive that read share: decompressing the input, and writing what was read. */

#include <archive.h>
#include <stddef.h>
#include <stdint.h>

#define ARCHIVE_BLOCK 65536

typedef struct ArchiveInput {
        int fd;
        uint8_t block[ARCHIVE_BLOCK];
} ArchiveInput;

/* Opens the archive, whose formats are selected, on a descriptor that may be compressed with zstd, gzip or
 * xz. The input must outlive the archive. A status of libarchive. */
int archive_input_open(struct archive *archive, ArchiveInput *input);

/* Writes the reason for a failure to descriptor why, after the name of the entry, unless that is NULL.
 * -ENOMEM; otherwise -EBADMSG. */
int archive_input_fail(int why, const char *path, struct archive *archive);

/* Writes all to a descriptor. 0 or -errno. */
int archive_output_write(int fd, const void *data, size_t n);
