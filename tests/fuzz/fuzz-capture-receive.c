/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/capture/capture-receive.h"
#include "probe/root/root.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What may be in a tree, wherever the bytes came from. */
static void check_node(const TreeNode *directory, unsigned depth) {
        if (depth > ARCHIVE_DEPTH_MAX)
                abort();
        for (const TreeNode *node = directory->children; node; node = node->next) {
                if (!*node->text || strchr(node->text, '/') || strcmp(node->text, "..") == 0 ||
                                strcmp(node->text, ".") == 0 || node->name.parent != directory)
                        abort();
                if (node->kind != TREE_DIRECTORY && node->children)
                        abort();
                if (node->kind == TREE_LINK && (*node->content == '/' || node->content[node->n] != 0))
                        abort();
                check_node(node, depth + 1);
        }
}

static void read_through(Root *root, const char *directory) {
        _cleanup_(buffer_done) Buffer buffer = {};
        NameList names = {};
        char path[ARCHIVE_PATH_MAX], link[ARCHIVE_PATH_MAX];

        if (root_list(root, directory, 1000, &names) != REASON_NONE)
                return;
        for (size_t i = 0; i < names.n; i++) {
                snprintf(path, sizeof(path), "%s%s%s", directory, *directory ? "/" : "", names.names[i]);
                (void) root_read(root, path, 1000, &buffer);
                (void) root_link(root, path, link, sizeof(link));
        }
        name_list_done(&names);
}

/* All at once, or byte by byte: the same outcome. */
static int receive(Bytes bytes, size_t step, bool *ret_between) {
        CaptureReceiver receiver;
        MemoryTree *tree;
        Root *root;
        int r = 0;

        if (memory_tree_new(&tree) < 0)
                return 0;
        capture_receiver_init(&receiver, tree);
        for (size_t at = 0; at < bytes.n && r >= 0; at += step)
                r = capture_receive(
                                &receiver, bytes_part(bytes, at, step < bytes.n - at ? step : bytes.n - at));
        check_node(tree->top, 0);
        *ret_between = capture_receiver_between(&receiver);
        if (root_open_memory(tree, &root) < 0)
                return r;
        read_through(root, "");
        read_through(root, "proc");
        root_free(root);
        return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        const Bytes bytes = { .data = data, .n = size };
        bool whole = false, cut = false;

        if (receive(bytes, size ? size : 1, &whole) != receive(bytes, 1, &cut) || whole != cut)
                abort();
        return 0;
}
