/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reads a file named on the command line, or standard input ("-"), up to a limit. The calls return an
 * exit status and print errors with the file's name. */

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

/* The same for a file the user did not name: from a directory or a fixed path. Regular files only. */
int input_file_read_regular(const char *path, size_t max, InputFile *ret);

/* The same for an ACPI table, binary or as a hex dump: plain digits, or lines "OFFSET: digits  text" as
 * xxd and acpidump write. */
int input_file_read_table(const char *path, size_t max, InputFile *ret);
