/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "probe/root/root-internal.h"

static ssize_t read_node(const Root *root, const char *path, char *ret, size_t size) {
        const TreeNode *node;
        int r = memory_tree_find(root->memory, path, false, &node);

        if (r < 0 || node->kind != TREE_LINK) {
                errno = r < 0 ? -r : EINVAL;
                return -1;
        }
        size_t n = node->n < size ? node->n : size;
        if (n > 0)
                memcpy(ret, node->content, n);
        return (ssize_t) n;
}

/* Directories of a live host come from the kernel; in a tree the path may lead elsewhere. */
static ssize_t read_link(const Root *root, const char *path, char *ret, size_t size) {
        if (root->memory)
                return read_node(root, path, ret, size);
        if (root->live)
                return readlinkat(root->fd, path, ret, size);

        _cleanup_close_ int fd = root_openat(root, path, O_PATH | O_NOFOLLOW);
        if (fd < 0) {
                errno = -fd;
                return -1;
        }
        ssize_t n = readlinkat(fd, "", ret, size);
        /* For other files an empty path gives ENOENT, which would mean absent. */
        if (n < 0 && errno == ENOENT)
                errno = EINVAL;
        return n;
}

Reason root_link(Root *root, const char *path, char *ret, size_t size) {
        char target[PATH_MAX];
        ssize_t n = read_link(root, path, target, sizeof(target));

        if (n < 0)
                return root_failed(root, path, reason_from_errno(errno));
        if ((size_t) n >= sizeof(target) || (size_t) n >= size)
                return root_failed(root, path, REASON_TOO_LARGE);
        memcpy(ret, target, (size_t) n);
        ret[n] = 0;
        if (root->observer.link)
                root->observer.link(root->observer.userdata, path, ret);
        return REASON_NONE;
}

Reason root_link_name(Root *root, const char *path, char *ret, size_t size) {
        char target[PATH_MAX];
        Reason reason = root_link(root, path, target, sizeof(target));
        const char *slash, *name;

        if (reason != REASON_NONE)
                return reason;
        slash = strrchr(target, '/');
        name = slash ? slash + 1 : target;
        if (!*name)
                return REASON_MALFORMED;
        if ((size_t) snprintf(ret, size, "%s", name) >= size)
                return REASON_TOO_LARGE;
        return REASON_NONE;
}

Reason root_link_parent(Root *root, const char *path, char *ret, size_t size) {
        char target[PATH_MAX];
        Reason reason = root_link(root, path, target, sizeof(target));
        char *last, *parent;

        ret[0] = 0;
        if (reason != REASON_NONE)
                return reason;
        last = strrchr(target, '/');
        if (!last)
                return REASON_NONE;
        *last = 0;
        parent = strrchr(target, '/');
        if ((size_t) snprintf(ret, size, "%s", parent ? parent + 1 : target) < size)
                return REASON_NONE;
        ret[0] = 0;
        return REASON_TOO_LARGE;
}
