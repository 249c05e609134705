/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "probe/root/root-internal.h"

Reason root_status(Root *root, const char *path, RootStatus *ret) {
        struct stat st;

        if (root->memory) {
                const TreeNode *node;
                int r = memory_tree_find(root->memory, path, false, &node);

                return r < 0 ? root_failed(root, path, reason_from_errno(r)) : REASON_NOT_APPLICABLE;
        }

        _cleanup_close_ int fd = root_openat(root, path, O_PATH | O_NOFOLLOW);
        if (fd < 0)
                return root_failed(root, path, reason_from_errno(fd));
        if (fstat(fd, &st) < 0)
                return reason_from_errno(errno);
        *ret = (RootStatus){
                .mode = st.st_mode, .uid = st.st_uid, .gid = st.st_gid, .modified = st.st_mtime
        };
        return REASON_NONE;
}
