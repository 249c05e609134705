/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe/root/root-internal.h"

#define ATTRIBUTE_MAX 4096 /* a sysfs attribute is a page at most */
#define FIRST_READ 16384
#define PART_MAX 256
#define READ_FLAGS (O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)

void buffer_done(Buffer *buffer) {
        free(buffer->data);
        *buffer = (Buffer){};
}

bool buffer_reserve(Buffer *buffer, size_t size) {
        uint8_t *grown;

        if (size < buffer->allocated)
                return true;
        grown = realloc(buffer->data, size + 1);
        if (!grown)
                return false;
        buffer->data = grown;
        buffer->allocated = size + 1;
        return true;
}

/* A tree may have any file type, and opening some types has side effects: checks the type first, then opens
 * the same file. */
static int open_regular(const Root *root, const char *path, size_t max, Reason *ret_reason) {
        _cleanup_close_ int fd = root_openat(root, path, O_PATH);
        char link[64];
        struct stat st;

        if (fd < 0 || fstat(fd, &st) < 0) {
                *ret_reason = reason_from_errno(fd < 0 ? fd : errno);
                return -1;
        }
        if (!S_ISREG(st.st_mode) || (uint64_t) st.st_size > max) {
                *ret_reason = S_ISREG(st.st_mode) ? REASON_TOO_LARGE : REASON_NOT_A_FILE;
                return -1;
        }
        snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);

        int file = open(link, READ_FLAGS);
        if (file < 0)
                *ret_reason = reason_from_errno(errno);
        return file;
}

/* Source of a read: a file, or a node of a tree in memory. */
typedef struct Source {
        int fd; /* -1: none */
        const TreeNode *node;
} Source;

static void source_done(Source *source) {
        closep(&source->fd);
}

static Reason open_node(const Root *root, const char *path, size_t max, const TreeNode **ret) {
        const TreeNode *node;
        int r = memory_tree_find(root->memory, path, true, &node);

        if (r < 0)
                return reason_from_errno(r);
        if (node->kind != TREE_FILE)
                return REASON_NOT_A_FILE;
        if (node->n > max)
                return REASON_TOO_LARGE;
        *ret = node;
        return REASON_NONE;
}

static Reason open_source(const Root *root, const char *path, size_t max, Source *ret) {
        Reason reason = REASON_NONE;

        if (root->memory)
                return open_node(root, path, max, &ret->node);
        if (!root->live) {
                ret->fd = open_regular(root, path, max, &reason);
                return reason;
        }
        ret->fd = root_openat(root, path, READ_FLAGS);
        return ret->fd < 0 ? reason_from_errno(ret->fd) : REASON_NONE;
}

static Reason read_node(const TreeNode *node, size_t limit, Buffer *ret) {
        size_t n = node->n < limit ? node->n : limit;

        if (!buffer_reserve(ret, n))
                return REASON_RESOURCES;
        if (n > 0)
                memcpy(ret->data, node->content, n);
        ret->n = n;
        return REASON_NONE;
}

/* The file exists, as it was opened. */
static Reason failed_read(int error) {
        Reason reason = reason_from_errno(error);

        return reason == REASON_ABSENT ? REASON_IO : reason;
}

/* Reads until the buffer has `limit` bytes; `once`: in one read. */
static Reason read_source(const Source *source, size_t limit, bool once, Buffer *ret) {
        if (source->node)
                return read_node(source->node, limit, ret);
        while (ret->n < limit) {
                size_t want = ret->n == 0 ? FIRST_READ : ret->n;

                if (want > limit - ret->n)
                        want = limit - ret->n;
                if (!buffer_reserve(ret, ret->n + want))
                        return REASON_RESOURCES;

                ssize_t n = read(source->fd, ret->data + ret->n, want);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return failed_read(errno);
                ret->n += (size_t) n;
                if (n == 0 || once)
                        break;
        }
        return REASON_NONE;
}

/* Ends every read: the buffer is complete or empty, and the observer is called. */
static Reason finish(Root *root, const char *path, size_t max, Reason reason, Buffer *ret) {
        if (reason == REASON_NONE && ret->n > max)
                reason = REASON_TOO_LARGE;
        if (reason == REASON_NONE && !buffer_reserve(ret, ret->n))
                reason = REASON_RESOURCES;
        if (reason != REASON_NONE) {
                ret->n = 0;
                return root_failed(root, path, reason);
        }
        ret->data[ret->n] = 0;
        root_tell_file(root, path, buffer_bytes(ret));
        return REASON_NONE;
}

static Reason read_path(Root *root, const char *path, size_t max, bool once, Buffer *ret) {
        _cleanup_(source_done) Source source = { .fd = -1 };
        Reason reason = open_source(root, path, max, &source);

        ret->n = 0;
        if (reason == REASON_NONE)
                reason = read_source(&source, max + 1, once, ret);
        return finish(root, path, max, reason, ret);
}

Reason root_read(Root *root, const char *path, size_t max, Buffer *ret) {
        return read_path(root, path, max, false, ret);
}

Reason root_read_attribute(Root *root, const char *path, Buffer *ret) {
        return read_path(root, path, ATTRIBUTE_MAX, true, ret);
}

Reason root_read_private(Root *root, const char *path, size_t max, Buffer *ret) {
        ret->n = 0;
        if (!root->private_tree)
                return REASON_ABSENT;
        Reason reason = root_read(root->private_tree, path, max, ret);
        if (reason == REASON_NONE)
                root_tell_file(root, path, buffer_bytes(ret));
        return reason;
}

Reason root_read_privileged(Root *root, const char *path, size_t max, Buffer *ret) {
        Reason reason = root_read_private(root, path, max, ret);

        /* Not found: the host's file tells absent from refused. */
        return reason == REASON_ABSENT ? root_read(root, path, max, ret) : reason;
}

/* Reads up to n bytes at the offset; returns how many; 0 at EOF. */
static Reason read_part(const Source *source, BytesRange part, uint8_t *ret, size_t *ret_n) {
        ssize_t n;

        if (source->node) {
                Bytes bytes = bytes_part(
                                (Bytes){ source->node->content, source->node->n }, part.offset, part.n);

                if (bytes.n > 0)
                        memcpy(ret, bytes.data, bytes.n);
                *ret_n = bytes.n;
                return REASON_NONE;
        }
        do
                n = pread(source->fd, ret, part.n, (off_t) part.offset);
        while (n < 0 && errno == EINTR);
        *ret_n = n > 0 ? (size_t) n : 0;
        return n < 0 ? failed_read(errno) : REASON_NONE;
}

/* Extends the buffer to the part's end and fills the gap with ones. */
static Reason take_part(const Source *source, BytesRange part, Buffer *ret) {
        uint8_t bytes[PART_MAX];
        Reason reason;
        size_t n;

        if (part.n > sizeof(bytes))
                part.n = sizeof(bytes);
        reason = read_part(source, part, bytes, &n);
        if (reason != REASON_NONE || n == 0)
                return reason;
        if (!buffer_reserve(ret, part.offset + n))
                return REASON_RESOURCES;
        if (part.offset > ret->n)
                memset(ret->data + ret->n, 0xff, part.offset - ret->n);
        memcpy(ret->data + part.offset, bytes, n);
        if (part.offset + n > ret->n)
                ret->n = part.offset + n;
        return REASON_NONE;
}

Reason root_read_parts(
                Root *root, const char *path, size_t max, RootNext next, void *userdata, Buffer *ret) {
        _cleanup_(source_done) Source source = { .fd = -1 };
        Reason reason = open_source(root, path, SIZE_MAX, &source);
        BytesRange part;

        ret->n = 0;
        while (reason == REASON_NONE && next(userdata, buffer_bytes(ret), &part))
                if (part.offset < max) {
                        if (part.n > max - part.offset)
                                part.n = max - part.offset;
                        reason = take_part(&source, part, ret);
                }
        return finish(root, path, max, reason, ret);
}
