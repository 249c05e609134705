/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What of a host's files is passed on: to a capture, and to the service by the collector. Left out are where the kernel lies
 * in memory (/proc/iomem), and parameters on the kernel's command line that have nothing to do with address widths. What is
 * left gives the same profile. Serial numbers in PCI configuration space are not read in the first place. */

#include <stddef.h>
#include <stdint.h>

#include "probe/decode/bytes.h"

/* A copy, the caller's, of what was read there. -ENOMEM. */
int scrub_file(const char *path, Bytes content, uint8_t **ret, size_t *ret_n);
