/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <jansson.h>

/* Reads a profile document from a file of a directory: a new reference. Returns an exit status after
 * printing the error with file, line and column. */
int document_file_read(const char *path, json_t **ret);
