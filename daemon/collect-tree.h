/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The private tree that the collector writes: files under directories made as needed, each replaced whole. Everything above
 * it belongs to root, so no link in it is anybody else's. */

#include "probe/decode/bytes.h"

/* -errno. */
int collect_write(int fd, const char *path, Bytes content);
