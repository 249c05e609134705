/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/capture/capture-write.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ctl/capture/capture-tree.h"
#include "ctl/capture/remove-tree.h"
#include "ctl/own-program.h"
#include "profile/derive.h"

static int complain(const char *path, int r) {
        fprintf(stderr, "hawctl: %s: %s\n", path,
                        r == -EEXIST ? "is there already; --force replaces it" : strerror(-r));
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

/* Puts a finished temporary in its place in one step. */
static int put(const char *temporary, const char *output, bool force) {
        if (syscall(SYS_renameat2, AT_FDCWD, temporary, AT_FDCWD, output, RENAME_NOREPLACE) == 0)
                return 0;
        if (errno == EEXIST && force) {
                if (syscall(SYS_renameat2, AT_FDCWD, temporary, AT_FDCWD, output, RENAME_EXCHANGE) < 0)
                        return -errno;
                /* What was there before now has the temporary's name. */
                remove_tree(temporary);
                return 0;
        }
        return -errno;
}

static int beside(const char *output, char template[PATH_MAX]) {
        size_t n = strlen(output);

        while (n > 1 && output[n - 1] == '/')
                n--;
        return snprintf(template, PATH_MAX, "%.*s.XXXXXX", (int) n, output) >= PATH_MAX ? -ENAMETOOLONG : 0;
}

static int write_directory(Root *root, const char *output, bool force, CaptureCounts *ret) {
        char template[PATH_MAX], name[PATH_MAX];
        int r = beside(output, template);

        if (r < 0)
                return complain(output, r);
        snprintf(name, sizeof(name), "%.*s", (int) (strlen(template) - strlen(".XXXXXX")), template);
        r = fill_directory(root, template, ret);
        if (r < 0)
                return complain(output, r);
        (void) chmod(template, 0755);
        r = put(template, name, force);
        if (r < 0) {
                remove_tree(template);
                return complain(output, r);
        }
        return EXIT_SUCCESS;
}

static int pack(const char *directory, int fd) {
        char *argv[] = { (char *) "hawd-archive", (char *) "pack", (char *) directory, NULL };
        pid_t pid;
        int r = own_program_start(argv, (int[]){ -1, fd, -1 }, &pid);

        if (r < 0)
                return complain("hawd-archive", r);
        return own_program_wait(pid) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int pack_file(const char *directory, const char *output, bool force) {
        char template[PATH_MAX];
        int r = beside(output, template);

        if (r < 0)
                return complain(output, r);
        _cleanup_close_ int fd = mkostemp(template, O_CLOEXEC);
        if (fd < 0)
                return complain(output, -errno);
        r = pack(directory, fd);
        if (r == EXIT_SUCCESS) {
                int e = fsync(fd) < 0 ? -errno : put(template, output, force);

                if (e == 0)
                        return EXIT_SUCCESS;
                r = complain(output, e);
        }
        (void) unlink(template);
        return r;
}

static int write_archive(Root *root, const char *output, bool force, CaptureCounts *ret) {
        const char *base = getenv("TMPDIR");
        char template[PATH_MAX];
        int r;

        /* Before the work, not after it; put() makes sure again. */
        if (strcmp(output, "-") != 0 && !force && access(output, F_OK) == 0)
                return complain(output, -EEXIST);
        if (snprintf(template, sizeof(template), "%s/hawctl-XXXXXX", base && *base ? base : "/tmp") >=
                        PATH_MAX)
                return complain(output, -ENAMETOOLONG);
        r = fill_directory(root, template, ret);
        if (r < 0)
                return complain(template, r);
        r = strcmp(output, "-") == 0 ? pack(template, STDOUT_FILENO) : pack_file(template, output, force);
        remove_tree(template);
        return r;
}

int capture_write(Root *root, const char *output, bool force, CaptureCounts *ret) {
        size_t n = strlen(output);

        if (n > 0 && output[n - 1] == '/')
                return write_directory(root, output, force, ret);
        return write_archive(root, output, force, ret);
}
