/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/capture/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl/capture/capture-header.h"

#define BLOCK 65536

/* Reads n bytes, or 0 at the end; -errno. */
static ssize_t read_all(int fd, void *data, size_t n) {
        size_t done = 0;

        while (done < n) {
                ssize_t got = read(fd, (uint8_t *) data + done, n - done);

                if (got < 0 && errno != EINTR)
                        return -errno;
                if (got == 0)
                        return done == 0 ? 0 : -EPIPE;
                done += got > 0 ? (size_t) got : 0;
        }
        return (ssize_t) n;
}

static int copy_content(struct archive *archive, int in, uint64_t size) {
        uint8_t block[BLOCK];

        while (size > 0) {
                size_t part = size < sizeof(block) ? (size_t) size : sizeof(block);
                ssize_t n = read_all(in, block, part);

                if (n <= 0)
                        return n < 0 ? (int) n : -EPIPE;
                if (archive_write_data(archive, block, part) != (la_ssize_t) part)
                        return -EIO;
                size -= part;
        }
        return 0;
}

static void set_type(struct archive_entry *entry, const CaptureHeader *header) {
        if (header->type == ARCHIVE_FILE) {
                archive_entry_set_filetype(entry, AE_IFREG);
                archive_entry_set_size(entry, (int64_t) header->size);
                archive_entry_set_perm(entry, 0600);
        } else if (header->type == ARCHIVE_DIRECTORY) {
                archive_entry_set_filetype(entry, AE_IFDIR);
                archive_entry_set_perm(entry, 0700);
        } else {
                archive_entry_set_filetype(entry, AE_IFLNK);
                archive_entry_set_perm(entry, 0777);
        }
}

static int pack_one(struct archive *archive, int in, const CaptureHeader *header) {
        char path[ARCHIVE_PATH_MAX + 1] = "", target[ARCHIVE_PATH_MAX + 1] = "";
        struct archive_entry *entry;
        int r;

        if (read_all(in, path, header->path) < 0 || read_all(in, target, header->target) < 0)
                return -EPIPE;
        entry = archive_entry_new();
        if (!entry)
                return -ENOMEM;
        archive_entry_set_pathname(entry, path);
        set_type(entry, header);
        if (header->type == ARCHIVE_LINK)
                archive_entry_set_symlink(entry, target);
        archive_entry_set_mtime(entry, 0, 0);
        r = archive_write_header(archive, entry) == ARCHIVE_OK ? 0 : -EIO;
        archive_entry_free(entry);
        return r < 0 ? r : copy_content(archive, in, header->size);
}

static int pack_all(struct archive *archive, int in) {
        uint8_t bytes[CAPTURE_HEADER_SIZE];
        CaptureHeader header;
        ssize_t n;
        int r = 0;

        while (r >= 0 && (n = read_all(in, bytes, sizeof(bytes))) != 0) {
                r = n < 0 ? (int) n : capture_header_decode(bytes, &header);
                if (r >= 0)
                        r = pack_one(archive, in, &header);
        }
        return r;
}

/* archive_write_open_fd() calls fstat(), which the filter denies. */
static la_ssize_t write_block(struct archive *archive, void *userdata, const void *data, size_t n) {
        const int *fd = userdata;
        ssize_t written;

        do
                written = write(*fd, data, n);
        while (written < 0 && errno == EINTR);
        if (written < 0)
                archive_set_error(archive, errno, "%s", strerror(errno));
        return written;
}

int archive_pack(int in, int out, int why) {
        struct archive *archive = archive_write_new();
        int r = -EIO;

        if (!archive)
                return -ENOMEM;
        if (archive_write_add_filter_zstd(archive) == ARCHIVE_OK &&
                        archive_write_set_format_pax_restricted(archive) == ARCHIVE_OK &&
                        archive_write_set_bytes_in_last_block(archive, 1) == ARCHIVE_OK &&
                        archive_write_open(archive, &out, NULL, write_block, NULL) == ARCHIVE_OK)
                r = pack_all(archive, in);
        if (r == 0 && archive_write_close(archive) != ARCHIVE_OK)
                r = -EIO;
        if (r == -EIO && archive_errno(archive) == ENOMEM)
                r = -ENOMEM;
        if (r == -EIO)
                dprintf(why, "%s",
                                archive_error_string(archive) ? archive_error_string(archive)
                                                              : strerror(EIO));
        archive_write_free(archive);
        return r;
}
