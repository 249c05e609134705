/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/document.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "probe/cleanup.h"
#include "profile/field/json-write.h"

/* Mapping costs more than a small text does. */
#define KEPT_MAPPED_MAX 65536

static int to_file(const char *text, size_t n, void *userdata) {
        return fwrite(text, 1, n, userdata) == n ? 0 : errno ? -errno : -EIO;
}

/* Writes to a duplicate descriptor, which the stream closes. */
static int write_text(int fd, const Profile *profile) {
        int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3), r;
        FILE *file = copy >= 0 ? fdopen(copy, "w") : NULL;

        if (!file) {
                r = -errno;
                if (copy >= 0)
                        close(copy);
                return r;
        }
        r = profile_json_write(profile, JSON_LAYOUT_SHORT, to_file, file);
        if (fclose(file) != 0 && r >= 0)
                r = -errno;
        return r;
}

int document_write(Document *document, const Profile *profile) {
        _cleanup_close_ int fd = -EBADF;
        off_t size;
        int r;

        document_done(document);
        fd = memfd_create("hawd-profile", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        if (fd < 0)
                return -errno;
        r = write_text(fd, profile);
        if (r < 0)
                return r;
        size = lseek(fd, 0, SEEK_END);
        if (size < 0 || fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
                return -errno;
        /* At least a line. */
        if (size == 0)
                return -EIO;
        *document = (Document){ .fd = fd, .n = (size_t) size - 1 };
        fd = -EBADF;
        return 0;
}

static void unmap(Document *document) {
        if (document->text)
                munmap((void *) document->text, document->n + 1);
        document->text = NULL;
}

void document_done(Document *document) {
        unmap(document);
        if (document->fd >= 0)
                close(document->fd);
        *document = DOCUMENT_NONE;
}

int document_hold(Document *document, const char **ret) {
        if (!document->text) {
                /* Private, because many kernels before 6.13 refuse shared mappings of write-sealed files. */
                void *text = mmap(NULL, document->n + 1, PROT_READ, MAP_PRIVATE, document->fd, 0);

                if (text == MAP_FAILED)
                        return -errno;
                document->text = text;
        }
        *ret = document->text;
        return 0;
}

void document_release(Document *document) {
        if (document->n > KEPT_MAPPED_MAX)
                unmap(document);
}
