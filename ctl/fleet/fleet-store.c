/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/fleet/fleet-store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MEMORY_MAX ((size_t) 4 << 20)

void fleet_texts_done(FleetTexts *texts) {
        free(texts->memory);
        if (texts->fd >= 0)
                close(texts->fd);
        *texts = FLEET_TEXTS_NONE;
}

/* ── file ──────────────────────────────────────────────────────────────────────────────────────────────── */

static int open_in(const char *directory) {
        char path[4096];
        int fd = open(directory, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);

        /* Some file systems cannot make a file without a name. */
        if (fd >= 0 || (size_t) snprintf(path, sizeof(path), "%s/hawctl-XXXXXX", directory) >= sizeof(path))
                return fd;
        fd = mkostemp(path, O_CLOEXEC);
        if (fd >= 0)
                (void) unlink(path);
        return fd;
}

static int open_file(void) {
        const char *directory = getenv("TMPDIR");
        int fd = directory && *directory == '/' ? open_in(directory) : -1;

        return fd >= 0 ? fd : open_in("/var/tmp");
}

static int write_all(int fd, const char *text, size_t n, uint64_t at) {
        while (n > 0) {
                ssize_t written = pwrite(fd, text, n, (off_t) at);

                if (written < 0 && errno != EINTR)
                        return -errno;
                if (written > 0) {
                        text += written;
                        at += (uint64_t) written;
                        n -= (size_t) written;
                }
        }
        return 0;
}

static int append_to_file(FleetTexts *texts, const char *text, size_t n) {
        int r;

        if (texts->fd < 0)
                texts->fd = open_file();
        if (texts->fd < 0)
                return -errno;
        r = write_all(texts->fd, text, n, texts->in_file);
        if (r >= 0)
                texts->in_file += n;
        return r;
}

/* ── both ──────────────────────────────────────────────────────────────────────────────────────────────── */

int fleet_texts_append(const char *text, size_t n, uint64_t *ret_place, void *userdata) {
        FleetTexts *texts = userdata;
        const uint64_t place = texts->n + texts->in_file;

        /* In the order of places: what follows the first text in the file is there too. */
        if (texts->in_file > 0 || n > MEMORY_MAX - texts->n) {
                int r = append_to_file(texts, text, n);

                if (r < 0)
                        return r;
        } else {
                if (texts->size - texts->n < n) {
                        size_t size = texts->size ? 2 * texts->size : MEMORY_MAX / 32;
                        char *grown;

                        while (size < texts->n + n)
                                size *= 2;
                        grown = realloc(texts->memory, size);
                        if (!grown)
                                return -ENOMEM;
                        texts->memory = grown;
                        texts->size = size;
                }
                memcpy(texts->memory + texts->n, text, n);
                texts->n += n;
        }
        *ret_place = place;
        return 0;
}

int fleet_texts_read(uint64_t place, char *ret, size_t n, void *userdata) {
        const FleetTexts *texts = userdata;

        if (place < texts->n) {
                if (n > texts->n - place)
                        return -EINVAL;
                memcpy(ret, texts->memory + place, n);
                return 0;
        }
        for (uint64_t at = place - texts->n; n > 0;) {
                ssize_t got = pread(texts->fd, ret, n, (off_t) at);

                if (got < 0 && errno != EINTR)
                        return -errno;
                if (got == 0)
                        return -EINVAL;
                if (got > 0) {
                        ret += got;
                        at += (uint64_t) got;
                        n -= (size_t) got;
                }
        }
        return 0;
}
