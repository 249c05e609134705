/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/capture/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl/capture/capture-header.h"
#include "probe/decode/text.h"

#define BLOCK 65536

/* Names in an archive are untrusted: only printable forms reach the terminal. */
static int fail(int fd, const char *path, struct archive *archive) {
        const char *error = archive_error_string(archive);
        char printable[256] = "";

        if (archive_errno(archive) == ENOMEM)
                return -ENOMEM;
        if (path)
                text_printable((Bytes){ .data = (const uint8_t *) path, .n = strlen(path) }, printable,
                                sizeof(printable));
        dprintf(fd, "%s%s%s", printable, path ? ": " : "", error ? error : "damaged archive");
        return -EBADMSG;
}

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

static int write_all(int fd, const void *data, size_t n) {
        for (size_t done = 0; done < n;) {
                ssize_t written = write(fd, (const uint8_t *) data + done, n - done);

                if (written < 0 && errno != EINTR)
                        return -errno;
                done += written > 0 ? (size_t) written : 0;
        }
        return 0;
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
        return write_all(out, bytes, CAPTURE_HEADER_SIZE + header->path + header->target);
}

static int write_content(
                int out, int why, struct archive *archive, struct archive_entry *entry, uint64_t size) {
        uint8_t block[BLOCK];

        while (size > 0) {
                la_ssize_t n = archive_read_data(
                                archive, block, size < sizeof(block) ? (size_t) size : sizeof(block));
                int r;

                if (n <= 0)
                        return fail(why, archive_entry_pathname(entry), archive);
                r = write_all(out, block, (size_t) n);
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
        return r == ARCHIVE_EOF ? 0 : fail(why, NULL, archive);
}

typedef struct Input {
        int fd;
        uint8_t block[BLOCK];
} Input;

/* archive_read_open_fd() calls fstat(), which the filter denies. */
static la_ssize_t read_block(struct archive *archive, void *userdata, const void **ret) {
        Input *input = userdata;
        ssize_t n;

        do
                n = read(input->fd, input->block, sizeof(input->block));
        while (n < 0 && errno == EINTR);
        if (n < 0)
                archive_set_error(archive, errno, "%s", strerror(errno));
        *ret = input->block;
        return n;
}

int archive_unpack(int in, int out, int why) {
        struct archive *archive = archive_read_new();
        Input input = { .fd = in };
        int r;

        if (!archive)
                return -ENOMEM;
        archive_read_support_format_tar(archive);
        archive_read_support_filter_zstd(archive);
        archive_read_support_filter_gzip(archive);
        archive_read_support_filter_xz(archive);
        if (archive_read_open(archive, &input, NULL, read_block, NULL) != ARCHIVE_OK)
                r = fail(why, NULL, archive);
        else
                r = unpack_all(archive, out, why);
        archive_read_free(archive);
        return r;
}
