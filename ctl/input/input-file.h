/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A file named on the command line, or standard input ("-"), bounded. What goes wrong is said on standard error with
 * the file's name; the calls return an exit status. */

#include "probe/decode/bytes.h"

typedef struct InputFile {
        uint8_t *data;
        size_t n;
} InputFile;

void input_file_done(InputFile *file);

static inline Bytes input_file_bytes(const InputFile *file) {
        return (Bytes){ .data = file->data, .n = file->n };
}

int input_file_read(const char *path, size_t max, InputFile *ret);

/* The same for one that nobody named: found in a directory, or at a fixed place. Nothing but a regular file. */
int input_file_read_regular(const char *path, size_t max, InputFile *ret);

/* The same for an ACPI table, which may also stand there as a hex dump: plain digits, or lines "OFFSET: digits  text" as
 * xxd and acpidump write them. */
int input_file_read_table(const char *path, size_t max, InputFile *ret);
