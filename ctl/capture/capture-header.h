/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What hawctl and hawd-archive exchange: the entries of an archive in sequence, each a header, its path,
 * the target of a link, the content of a file. */

#include <stddef.h>
#include <stdint.h>

#include "ctl/capture/archive-policy.h"

#define CAPTURE_HEADER_SIZE 16

typedef struct CaptureHeader {
        ArchiveType type;
        size_t path, target; /* bytes, at most ARCHIVE_PATH_MAX */
        uint64_t size;       /* of the content */
} CaptureHeader;

void capture_header_encode(const CaptureHeader *header, uint8_t ret[CAPTURE_HEADER_SIZE]);

/* -EINVAL: not a header. */
int capture_header_decode(const uint8_t bytes[CAPTURE_HEADER_SIZE], CaptureHeader *ret);
