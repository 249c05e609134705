/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Opens for reading what was found in a directory, or has a name that nobody gave: a regular file, or a link to one. What it
 * is is looked at before it is opened, since opening a FIFO waits for its writer, and opening a device may have effects. A
 * path is relative to the directory, as for openat(2). A descriptor; or -1, and why. */
int regular_file_open(int directory, const char *path, const char **ret_why);
