/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <archive_entry.h>
#include <errno.h>

#include "ctl/capture/archive-input.h"
#include "ctl/capture/archive.h"

static int copy(struct archive *archive, int out, int why) {
        uint8_t block[ARCHIVE_BLOCK];
        la_ssize_t n;

        while ((n = archive_read_data(archive, block, sizeof(block))) > 0) {
                int r = archive_output_write(out, block, (size_t) n);

                if (r < 0)
                        return r;
        }
        return n < 0 ? archive_input_fail(why, NULL, archive) : 0;
}

int archive_stream(int in, int out, int why) {
        struct archive *archive = archive_read_new();
        ArchiveInput input = { .fd = in };
        struct archive_entry *entry;
        int r;

        if (!archive)
                return -ENOMEM;
        /* One entry, whatever the content is. */
        archive_read_support_format_raw(archive);
        archive_read_support_format_empty(archive);
        if (archive_input_open(archive, &input) != ARCHIVE_OK)
                r = archive_input_fail(why, NULL, archive);
        else {
                r = archive_read_next_header(archive, &entry);
                r = r == ARCHIVE_EOF              ? 0
                                : r == ARCHIVE_OK ? copy(archive, out, why)
                                                  : archive_input_fail(why, NULL, archive);
        }
        archive_read_free(archive);
        return r;
}
