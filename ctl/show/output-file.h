/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/* Writes a whole file, or standard output ("-"): a file has all of it or what it had before. The exit status; why it
 * failed is on standard error. */
int output_file_write(const char *path, const char *text, size_t n);
