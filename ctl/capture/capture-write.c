/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/capture/capture-write.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/capture/archive-run.h"
#include "ctl/capture/capture-parts.h"
#include "ctl/capture/capture-place.h"
#include "ctl/capture/capture-tree.h"

static int complain(const char *path, int r) {
        fprintf(stderr, "hawctl: %s: %s\n", path, strerror(-r));
        return EXIT_FAILURE;
}

static int fill(Root *root, CaptureTree *tree, CaptureCounts *ret) {
        RootObserver observer = capture_tree_observer(tree);
        int r = capture_observe(root, &observer);

        if (r < 0)
                return r;
        *ret = (CaptureCounts){ .files = tree->n_files, .refused = tree->n_refused };
        return capture_tree_finish(tree);
}

static int complain_place(const char *output, const CapturePlace *place, int r) {
        if (!*place->why)
                return complain(output, r);
        fprintf(stderr, "hawctl: %s: %s\n", output, place->why);
        return EXIT_FAILURE;
}

static int write_directory(const MemoryTree *tree, const char *output, CapturePlace *place) {
        _cleanup_close_ int fd = capture_place_begin(place);
        int r = fd < 0 ? fd : tree_file_write(tree, fd);

        if (r >= 0)
                r = capture_place_finish(place, fd);
        return r < 0 ? complain_place(output, place, r) : EXIT_SUCCESS;
}

static int pack(const MemoryTree *tree, const char *output, int fd) {
        char why[ARCHIVE_WHY_MAX];
        int r = archive_run_pack(tree, fd, why);

        if (r != -EBADMSG)
                return r < 0 ? complain(output, r) : EXIT_SUCCESS;
        fprintf(stderr, "hawctl: %s: %s\n", strcmp(output, "-") == 0 ? "standard output" : output, why);
        return EXIT_FAILURE;
}

static int pack_file(const MemoryTree *tree, const char *output, CapturePlace *place) {
        _cleanup_close_ int fd = capture_place_begin(place);
        int status, r;

        if (fd < 0)
                return complain_place(output, place, fd);
        status = pack(tree, output, fd);
        if (status != EXIT_SUCCESS)
                return status;
        r = fsync(fd) < 0 ? -errno : capture_place_finish(place, fd);
        return r < 0 ? complain_place(output, place, r) : EXIT_SUCCESS;
}

/* Completes the tree before writing anything. */
static int write_tree(Root *root, const char *output, CapturePlace *place, CaptureCounts *ret) {
        _cleanup_(capture_tree_done) CaptureTree tree;
        int r = capture_tree_init(&tree);

        if (r >= 0)
                r = fill(root, &tree, ret);
        if (r < 0)
                return complain(output, r);
        if (!place)
                return pack(tree.memory, output, STDOUT_FILENO);
        return place->directory ? write_directory(tree.memory, output, place)
                                : pack_file(tree.memory, output, place);
}

static int write_file(Root *root, const char *output, bool force, CaptureCounts *ret) {
        _cleanup_(capture_place_done) CapturePlace place;
        size_t n = strlen(output);
        int r = capture_place_open(output, n > 0 && output[n - 1] == '/', force, &place);

        /* Checked early, before the work; capture_place_finish() checks again. */
        return r < 0 ? complain_place(output, &place, r) : write_tree(root, output, &place, ret);
}

int capture_write(Root *root, const char *output, bool force, CaptureCounts *ret) {
        return strcmp(output, "-") == 0 ? write_tree(root, output, NULL, ret)
                                        : write_file(root, output, force, ret);
}
