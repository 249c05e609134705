/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/capture/capture-parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/capture/capture-header.h"
#include "probe/cleanup.h"

static int send_node(FILE *file, const TreeNode *node, const char *path) {
        static const ArchiveType types[] = {
                [TREE_DIRECTORY] = ARCHIVE_DIRECTORY,
                [TREE_FILE] = ARCHIVE_FILE,
                [TREE_LINK] = ARCHIVE_LINK,
        };
        const CaptureHeader header = {
                .type = types[node->kind],
                .path = strlen(path),
                .target = node->kind == TREE_LINK ? node->n : 0,
                .size = node->kind == TREE_FILE ? node->n : 0,
        };
        uint8_t bytes[CAPTURE_HEADER_SIZE];

        if (header.path > ARCHIVE_PATH_MAX || header.target > ARCHIVE_PATH_MAX)
                return -ENAMETOOLONG;
        capture_header_encode(&header, bytes);
        fwrite(bytes, 1, sizeof(bytes), file);
        fwrite(path, 1, header.path, file);
        if (node->n > 0)
                fwrite(node->content, 1, node->n, file);
        return ferror(file) ? -EPIPE : 0;
}

static int send_children(FILE *file, const TreeNode *directory, const char *path) {
        _cleanup_free_ const TreeNode **children = NULL;
        size_t n;
        int r = sorted_children(directory, &children, &n);

        for (size_t i = 0; r >= 0 && i < n; i++) {
                _cleanup_free_ char *below = NULL;

                if (asprintf(&below, "%s%s%s", path, *path ? "/" : "", children[i]->text) < 0)
                        return -ENOMEM;
                r = send_node(file, children[i], below);
                if (r >= 0 && children[i]->kind == TREE_DIRECTORY)
                        r = send_children(file, children[i], below);
        }
        return r;
}

int capture_send(const MemoryTree *tree, int fd) {
        int copy = dup(fd), r;
        FILE *file = copy < 0 ? NULL : fdopen(copy, "w");

        if (!file) {
                r = -errno;
                closep(&copy);
                return r;
        }
        r = send_children(file, tree->top, "");
        if (fclose(file) != 0 && r >= 0)
                r = -EPIPE;
        return r;
}
