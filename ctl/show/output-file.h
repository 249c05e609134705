/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/* Writes a file, or standard output ("-"). A failed write leaves the file unchanged. Returns an exit
 * status after printing the error. */
int output_file_write(const char *path, const char *text, size_t n);
