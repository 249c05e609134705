/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/root/root.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "probe/root/root-internal.h"

#define REASONS_TEXT_MAX (8U << 20)

/* Before an observer is set: a capture writes this file from its own refusals, not from the old one. */
static int read_reasons(Root *root) {
        _cleanup_(buffer_done) Buffer buffer = {};

        if (root_read(root, "hawd/reasons", REASONS_TEXT_MAX, &buffer) != REASON_NONE)
                return 0;
        return reason_table_decode(buffer_bytes(&buffer), &root->reasons);
}

static int root_new(int fd, bool live, Root **ret) {
        Root *root = calloc(1, sizeof(Root));
        int r;

        if (!root) {
                close(fd);
                return -ENOMEM;
        }
        root->fd = fd;
        root->live = live;
        root->msr_fd = -1;

        r = root_open_begin(root);
        if (r >= 0 && !live)
                r = read_reasons(root);
        if (r < 0) {
                root_free(root);
                return r;
        }
        *ret = root;
        return 0;
}

int root_open(const char *path, Root **ret) {
        int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

        if (fd < 0)
                return -errno;
        return root_new(fd, strcmp(path, "/") == 0, ret);
}

int root_open_tree(int fd, Root **ret) {
        return root_new(fd, false, ret);
}

int root_open_memory(MemoryTree *tree, Root **ret) {
        Root *root = calloc(1, sizeof(Root));
        int r;

        if (!root) {
                memory_tree_free(tree);
                return -ENOMEM;
        }
        root->fd = -1;
        root->memory = tree;
        root->msr_fd = -1;
        r = read_reasons(root);
        if (r < 0)
                root_free(root);
        else
                *ret = root;
        return r;
}

Root *root_free(Root *root) {
        if (!root)
                return NULL;
        root_free(root->private_tree);
        memory_tree_free(root->memory);
        if (root->fd >= 0)
                close(root->fd);
        if (root->msr_fd >= 0)
                close(root->msr_fd);
        reason_table_done(&root->reasons);
        free(root);
        return NULL;
}

bool root_is_live(const Root *root) {
        return root->live;
}

void root_set_private(Root *root, Root *private_tree) {
        root_free(root->private_tree);
        root->private_tree = private_tree;
}

void root_observe(Root *root, const RootObserver *observer) {
        root->observer = observer ? *observer : (RootObserver){};
}

void root_tell_file(const Root *root, const char *path, Bytes content) {
        if (root->observer.file)
                root->observer.file(root->observer.userdata, path, content);
}

Reason root_failed(Root *root, const char *path, Reason reason) {
        if (reason == REASON_ABSENT)
                reason = reason_table_find(&root->reasons, path);
        if (reason != REASON_ABSENT && root->observer.refused)
                root->observer.refused(root->observer.userdata, path, reason);
        return reason;
}

Reason root_read_text(Root *root, const char *path, const char *live_path, size_t max, Buffer *ret) {
        Reason reason = root_read(root, path, max, ret);

        return reason == REASON_ABSENT ? root_failed(root, live_path, reason) : reason;
}
