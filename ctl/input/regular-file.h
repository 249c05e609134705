/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Opens a file that the user did not name: a regular file, or a link to one. Checks the type before
 * opening, because opening a FIFO waits for its writer and opening a device may have effects. The path is
 * relative to the directory, as for openat(2). Returns a descriptor; or -1 with the reason. */
int regular_file_open(int directory, const char *path, const char **ret_why);
