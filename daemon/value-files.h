/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "dbus/publication.h"

/* One value a file below a fresh directory: widths/NAME in bits, generation, digest, virtualised, reserved_regions and
 * usable_iova as lines. An unknown one says "unknown: REASON". -errno. */
int value_files_write(int fd, const Publication *publication);
