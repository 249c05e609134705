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

#include "ctl/capture/capture-place.h"
#include "ctl/capture/capture-tree.h"
#include "ctl/capture/remove-tree.h"
#include "ctl/own-program.h"
#include "profile/derive.h"

static int complain(const char *path, int r) {
        fprintf(stderr, "hawctl: %s: %s\n", path, strerror(-r));
        return EXIT_FAILURE;
}

static int fill(Root *root, int fd, CaptureCounts *ret) {
        _cleanup_(capture_tree_done) CaptureTree tree;
        RootObserver observer;
        Profile profile = {};
        int r;

        capture_tree_init(&tree, fd);
        observer = capture_tree_observer(&tree);
        root_observe(root, &observer);
        r = profile_probe(root, &profile);
        root_observe(root, NULL);
        if (r < 0)
                return r;
        profile_done(&profile);
        *ret = (CaptureCounts){ .files = tree.n_files, .refused = tree.n_refused };
        return capture_tree_finish(&tree);
}

/* A fresh directory with the tree in it; its path replaces the template's X. On failure nothing is left. */
static int fill_directory(Root *root, char *template, CaptureCounts *ret) {
        if (!mkdtemp(template))
                return -errno;
        _cleanup_close_ int fd = open(template, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        int r = fd < 0 ? -errno : fill(root, fd, ret);

        if (r < 0)
                remove_tree(template);
        return r;
}

static int complain_place(const char *output, const CapturePlace *place, int r) {
        if (!*place->why)
                return complain(output, r);
        fprintf(stderr, "hawctl: %s: %s\n", output, place->why);
        return EXIT_FAILURE;
}

static int write_directory(Root *root, const char *output, bool force, CaptureCounts *ret) {
        _cleanup_(capture_place_done) CapturePlace place;
        int r = capture_place_open(output, true, force, &place);

        if (r < 0)
                return complain_place(output, &place, r);
        _cleanup_close_ int fd = capture_place_begin(&place);
        r = fd < 0 ? fd : fill(root, fd, ret);
        if (r >= 0)
                r = capture_place_finish(&place, fd);
        return r < 0 ? complain_place(output, &place, r) : EXIT_SUCCESS;
}

static int pack(const char *directory, int fd) {
        char *argv[] = { (char *) "hawd-archive", (char *) "pack", (char *) directory, NULL };
        pid_t pid;
        int r = own_program_start(argv, (int[]){ -1, fd, -1 }, &pid);

        if (r < 0)
                return complain("hawd-archive", r);
        return own_program_wait(pid) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int pack_file(const char *directory, const char *output, CapturePlace *place) {
        _cleanup_close_ int fd = capture_place_begin(place);
        int status, r;

        if (fd < 0)
                return complain_place(output, place, fd);
        status = pack(directory, fd);
        if (status != EXIT_SUCCESS)
                return status;
        r = fsync(fd) < 0 ? -errno : capture_place_finish(place, fd);
        return r < 0 ? complain_place(output, place, r) : EXIT_SUCCESS;
}

static int write_packed(Root *root, const char *output, CapturePlace *place, CaptureCounts *ret) {
        const char *base = getenv("TMPDIR");
        char template[PATH_MAX];
        int r;

        if (snprintf(template, sizeof(template), "%s/hawctl-XXXXXX", base && *base ? base : "/tmp") >=
                        PATH_MAX)
                return complain(output, -ENAMETOOLONG);
        r = fill_directory(root, template, ret);
        if (r < 0)
                return complain(template, r);
        r = place ? pack_file(template, output, place) : pack(template, STDOUT_FILENO);
        remove_tree(template);
        return r;
}

static int write_archive(Root *root, const char *output, bool force, CaptureCounts *ret) {
        _cleanup_(capture_place_done) CapturePlace place;
        int r = capture_place_open(output, false, force, &place);

        /* Before the work, not after it; capture_place_finish() makes sure again. */
        return r < 0 ? complain_place(output, &place, r) : write_packed(root, output, &place, ret);
}

int capture_write(Root *root, const char *output, bool force, CaptureCounts *ret) {
        size_t n = strlen(output);

        if (n > 0 && output[n - 1] == '/')
                return write_directory(root, output, force, ret);
        if (strcmp(output, "-") == 0)
                return write_packed(root, output, NULL, ret);
        return write_archive(root, output, force, ret);
}
