/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <jansson.h>

/* A profile document from a file that was found in a directory: a new reference. The exit status; why it failed, with file,
 * line and column, is on standard error. */
int document_file_read(const char *path, json_t **ret);
