/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/capture/capture-header.h"

#include <errno.h>

#define MAGIC 0x64776168 /* "hawd" */

static void put(uint8_t *bytes, uint64_t value, unsigned n) {
        for (unsigned i = 0; i < n; i++)
                bytes[i] = (uint8_t) (value >> 8 * i);
}

static uint64_t get(const uint8_t *bytes, unsigned n) {
        uint64_t value = 0;

        for (unsigned i = 0; i < n; i++)
                value |= (uint64_t) bytes[i] << 8 * i;
        return value;
}

void capture_header_encode(const CaptureHeader *header, uint8_t ret[CAPTURE_HEADER_SIZE]) {
        put(ret, MAGIC, 4);
        put(ret + 4, header->type, 1);
        ret[5] = 0;
        put(ret + 6, header->path, 2);
        put(ret + 8, header->target, 2);
        put(ret + 10, header->size, 6);
}

int capture_header_decode(const uint8_t bytes[CAPTURE_HEADER_SIZE], CaptureHeader *ret) {
        const CaptureHeader header = {
                .type = bytes[4] <= ARCHIVE_OTHER ? (ArchiveType) bytes[4] : ARCHIVE_OTHER,
                .path = get(bytes + 6, 2),
                .target = get(bytes + 8, 2),
                .size = get(bytes + 10, 6),
        };

        if (get(bytes, 4) != MAGIC || bytes[4] > ARCHIVE_OTHER || bytes[5] != 0 ||
                        header.path > ARCHIVE_PATH_MAX || header.target > ARCHIVE_PATH_MAX ||
                        (header.size > 0 && header.type != ARCHIVE_FILE))
                return -EINVAL;
        *ret = header;
        return 0;
}
