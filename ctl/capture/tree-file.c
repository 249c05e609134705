/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/capture/capture-parts.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe/cleanup.h"

static int write_children(const TreeNode *directory, int fd);

static int write_file(const TreeNode *node, int above) {
        _cleanup_close_ int fd = openat(
                        above, node->text, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

        if (fd < 0)
                return -errno;
        for (size_t done = 0; done < node->n;) {
                ssize_t n = write(fd, node->content + done, node->n - done);

                if (n < 0 && errno != EINTR)
                        return -errno;
                done += n > 0 ? (size_t) n : 0;
        }
        return 0;
}

static int write_directory(const TreeNode *node, int above) {
        if (mkdirat(above, node->text, 0700) < 0)
                return -errno;
        _cleanup_close_ int fd = openat(above, node->text, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        return fd < 0 ? -errno : write_children(node, fd);
}

static int write_children(const TreeNode *directory, int fd) {
        int r = 0;

        for (const TreeNode *child = directory->children; child && r >= 0; child = child->next)
                if (child->kind == TREE_FILE)
                        r = write_file(child, fd);
                else if (child->kind == TREE_DIRECTORY)
                        r = write_directory(child, fd);
                else if (symlinkat((const char *) child->content, fd, child->text) < 0)
                        r = -errno;
        return r;
}

int tree_file_write(const MemoryTree *tree, int directory) {
        return write_children(tree->top, directory);
}
