/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/capture/archive-input.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "probe/decode/text.h"

/* Names in an archive are untrusted: only printable forms reach the terminal. */
int archive_input_fail(int why, const char *path, struct archive *archive) {
        const char *error = archive_error_string(archive);
        char printable[256] = "";

        if (archive_errno(archive) == ENOMEM)
                return -ENOMEM;
        if (path)
                text_printable((Bytes){ .data = (const uint8_t *) path, .n = strlen(path) }, printable,
                                sizeof(printable));
        dprintf(why, "%s%s%s", printable, path ? ": " : "", error ? error : "damaged archive");
        return -EBADMSG;
}

int archive_output_write(int fd, const void *data, size_t n) {
        for (size_t done = 0; done < n;) {
                ssize_t written = write(fd, (const uint8_t *) data + done, n - done);

                if (written < 0 && errno != EINTR)
                        return -errno;
                done += written > 0 ? (size_t) written : 0;
        }
        return 0;
}

/* archive_read_open_fd() calls fstat(), which the filter denies. */
static la_ssize_t read_block(struct archive *archive, void *userdata, const void **ret) {
        ArchiveInput *input = userdata;
        ssize_t n;

        do
                n = read(input->fd, input->block, sizeof(input->block));
        while (n < 0 && errno == EINTR);
        if (n < 0)
                archive_set_error(archive, errno, "%s", strerror(errno));
        *ret = input->block;
        return n;
}

int archive_input_open(struct archive *archive, ArchiveInput *input) {
        archive_read_support_filter_zstd(archive);
        archive_read_support_filter_gzip(archive);
        archive_read_support_filter_xz(archive);
        return archive_read_open(archive, input, NULL, read_block, NULL);
}
