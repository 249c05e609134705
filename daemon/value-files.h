/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "dbus/publication.h"

/* Writes one value per file to a new directory: widths/NAME in bits, generation, digest, virtualised,
 * reserved_regions and usable_iova as lines. Unknown: "unknown: REASON". -errno. */
int value_files_write(int fd, const Publication *publication);
