/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Removes private data from files before they go to a capture, or from the collector to the service: kernel
 * addresses (/proc/iomem), and parameters on the kernel's command line that do not affect address widths.
 * The rest gives the same profile. hawd never reads serial numbers in PCI configuration space. */

#include <stddef.h>
#include <stdint.h>

#include "probe/decode/bytes.h"

/* Returns a scrubbed copy, owned by the caller. -ENOMEM. */
int scrub_file(const char *path, Bytes content, uint8_t **ret, size_t *ret_n);
