/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The private tree that the collector writes: files under directories made as needed, each replaced whole. Everything above
 * it belongs to root, so no link in it is anybody else's. */

#include "probe/decode/bytes.h"

/* -errno. */
int collect_write(int fd, const char *path, Bytes content);

/* One collector at a time: what two of them write at once would be neither's. The lock's descriptor, which the caller
 * closes; -EAGAIN: another one has it and kept it so many seconds. The file is root's alone: nobody else holds it. */
int collect_lock(int fd, unsigned seconds);

/* The directory of the requests (daemon/requests.h), made if it is missing: from then on udev's rule is active. */
int collect_requests(int fd);
