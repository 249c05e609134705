/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Writes a directory as .tar.zst to fd: names sorted, no owner, no time, so that the same tree gives the same bytes. 0, or
 * -1 once the reason is on standard error. */
int archive_pack(const char *directory, int fd);
