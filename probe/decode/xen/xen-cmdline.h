/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Xen's command line (docs/misc/xen-command-line.pandoc): its options that affect widths, IOMMUs or guests. Others
 * name consoles, disks and networks of the machine, and are of no use here. */

#include <stddef.h>

#include "probe/decode/bytes.h"

/* Writes the options that matter, separated by blanks, as printable text; those that do not fit are left out. */
void xen_cmdline_filter(Bytes text, char *ret, size_t size);
