/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Writes the collector's private tree: creates directories as needed, replaces each file as a whole. All
 * directories above belong to root, so nobody else can place links in it. */

#include "probe/decode/bytes.h"

/* -errno. */
int collect_write(int fd, const char *path, Bytes content);

/* Locks out other collectors, which would mix their output. Returns a descriptor that the caller closes;
 * -EAGAIN: another collector held the lock for that many seconds. Only root can open the file, so only
 * root can lock it. */
int collect_lock(int fd, unsigned seconds);

/* Opens the directory of requests (daemon/requests.h), creating it if missing, which enables udev's rule. */
int collect_requests(int fd);
