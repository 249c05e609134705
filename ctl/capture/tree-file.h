/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Makes files in a growing host tree, with the directories above them. Paths may lead through links made before (a
 * device's directory is one in sysfs); none leads out. They are their owner's alone to read: root reads what others may
 * not. -errno. */

#include <stdbool.h>

#include "probe/decode/bytes.h"

int tree_make_directory(int fd, const char *path);

/* A file that is there already is written anew. */
int tree_write_file(int fd, const char *path, Bytes content);

/* Makes the directory it points to as well, so that files can be written through it. A link to an absolute path, or one
 * that leads out, is left out. */
int tree_write_link(int fd, const char *path, const char *target);

bool tree_has(int fd, const char *path);
