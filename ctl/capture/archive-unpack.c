/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/capture/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>

#include "ctl/capture/archive-input.h"
#include "ctl/capture/capture-header.h"

static ArchiveType entry_type(struct archive_entry *entry) {
        if (archive_entry_hardlink(entry))
                return ARCHIVE_HARD_LINK;
        switch (archive_entry_filetype(entry)) {
        case AE_IFREG:
                return ARCHIVE_FILE;
        case AE_IFDIR:
                return ARCHIVE_DIRECTORY;
        case AE_IFLNK:
                return ARCHIVE_LINK;
        default:
                return ARCHIVE_OTHER;
        }
}

/* Cuts names that the receiver rejects for their length. */
static size_t bounded(const char *name) {
        return name ? strnlen(name, ARCHIVE_PATH_MAX) : 0;
}

static int write_header(int out, struct archive_entry *entry, CaptureHeader *header) {
        const char *path = archive_entry_pathname(entry), *target = archive_entry_symlink(entry);
        uint8_t bytes[CAPTURE_HEADER_SIZE + 2 * ARCHIVE_PATH_MAX];
        int64_t size = archive_entry_size(entry);

        *header = (CaptureHeader){
                .type = entry_type(entry),
                .path = bounded(path),
                .target = bounded(target),
        };
        if (header->type == ARCHIVE_FILE && size > 0)
                header->size = (uint64_t) size;
        capture_header_encode(header, bytes);
        if (header->path > 0)
                memcpy(bytes + CAPTURE_HEADER_SIZE, path, header->path);
        if (header->target > 0)
                memcpy(bytes + CAPTURE_HEADER_SIZE + header->path, target, header->target);
        return archive_output_write(out, bytes, CAPTURE_HEADER_SIZE + header->path + header->target);
}

static int write_content(
                int out, int why, struct archive *archive, struct archive_entry *entry, uint64_t size) {
        uint8_t block[ARCHIVE_BLOCK];

        while (size > 0) {
                la_ssize_t n = archive_read_data(
                                archive, block, size < sizeof(block) ? (size_t) size : sizeof(block));
                int r;

                if (n <= 0)
                        return archive_input_fail(why, archive_entry_pathname(entry), archive);
                r = archive_output_write(out, block, (size_t) n);
                if (r < 0)
                        return r;
                size -= (uint64_t) n;
        }
        return 0;
}

static int unpack_all(struct archive *archive, int out, int why) {
        struct archive_entry *entry;
        CaptureHeader header;
        int r;

        while ((r = archive_read_next_header(archive, &entry)) == ARCHIVE_OK) {
                r = write_header(out, entry, &header);
                if (r >= 0)
                        r = write_content(out, why, archive, entry, header.size);
                if (r < 0)
                        return r;
        }
        return r == ARCHIVE_EOF ? 0 : archive_input_fail(why, NULL, archive);
}

int archive_unpack(int in, int out, int why) {
        struct archive *archive = archive_read_new();
        ArchiveInput input = { .fd = in };
        int r;

        if (!archive)
                return -ENOMEM;
        archive_read_support_format_tar(archive);
        if (archive_input_open(archive, &input) != ARCHIVE_OK)
                r = archive_input_fail(why, NULL, archive);
        else
                r = unpack_all(archive, out, why);
        archive_read_free(archive);
        return r;
}
