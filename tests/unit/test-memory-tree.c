/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The tree in memory against the kernel: the same names on a disk, and openat2(2) with RESOLVE_IN_ROOT. */

#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe/root/memory-tree.h"
#include "probe/root/open-within.h"
#include "probe/root/root.h"

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw) {
        return remove(path);
}

/* ── by hand ───────────────────────────────────────────────────────────────────────────────────────────── */

static void test_add(void **state) {
        _cleanup_(memory_tree_freep) MemoryTree *tree = NULL;
        const TreeNode *found;
        TreeNode *node;

        assert_int_equal(memory_tree_new(&tree), 0);
        assert_int_equal(memory_tree_add(tree, TREE_FILE, "a/b/c", &node), 0);
        assert_int_equal(memory_tree_reserve(node, 3), 0);
        memcpy(node->content, "xyz", 3);
        assert_int_equal(memory_tree_add(tree, TREE_FILE, "a/b/c", &node), -EEXIST);
        assert_int_equal(memory_tree_add(tree, TREE_DIRECTORY, "a/b/c", &node), -EEXIST);
        assert_int_equal(memory_tree_add(tree, TREE_FILE, "a/b/c/d", &node), -ENOTDIR);
        assert_int_equal(memory_tree_add(tree, TREE_DIRECTORY, "a/b/", &node), 0);
        assert_int_equal(memory_tree_add(tree, TREE_DIRECTORY, "./", &node), 0);
        assert_int_equal(memory_tree_add(tree, TREE_FILE, ".", &node), -EEXIST);
        assert_int_equal(memory_tree_link(tree, "link", "a/b"), 0);
        /* Through no link. */
        assert_int_equal(memory_tree_add(tree, TREE_FILE, "link/d", &node), -ENOTDIR);
        assert_int_equal(memory_tree_add(tree, TREE_DIRECTORY, "link", &node), -EEXIST);
        assert_int_equal(memory_tree_find(tree, "link/c", true, &found), 0);
        assert_int_equal(found->n, 3);
        assert_memory_equal(found->content, "xyz", 4);
        assert_int_equal(memory_tree_find(tree, "link", false, &found), 0);
        assert_int_equal(found->kind, TREE_LINK);
        assert_string_equal((const char *) found->content, "a/b");
}

static void test_write(void **state) {
        _cleanup_(memory_tree_freep) MemoryTree *tree = NULL;
        const TreeNode *found;

        assert_int_equal(memory_tree_new(&tree), 0);
        assert_int_equal(memory_tree_link(tree, "sys/bus/0", "../devices/0"), 0);
        assert_int_equal(memory_tree_make_directory(tree, "sys/bus/../devices/0"), 0);
        assert_int_equal(memory_tree_write(tree, "sys/bus/0/config", BYTES("abc", 3)), 0);
        assert_int_equal(memory_tree_write(tree, "sys/bus/0/config", BYTES("de", 2)), 0);
        assert_int_equal(memory_tree_find(tree, "sys/devices/0/config", false, &found), 0);
        assert_int_equal(found->n, 2);
        assert_memory_equal(found->content, "de", 3);
        assert_int_equal(memory_tree_write(tree, "sys/devices/0", BYTES("", 0)), -EEXIST);
        assert_int_equal(memory_tree_make_directory(tree, "sys/devices/0/config"), -ENOTDIR);
        assert_int_equal(memory_tree_write(tree, "sys/devices/0/config/x", BYTES("", 0)), -ENOTDIR);
        assert_int_equal(memory_tree_link(tree, "around", "around"), 0);
        assert_int_equal(memory_tree_make_directory(tree, "around/x"), -ELOOP);
}

/* ── drawn ─────────────────────────────────────────────────────────────────────────────────────────────── */

static const char *const parts[] = { "a", "b", "c", "..", ".", "d" };

static unsigned draw_below(uint32_t *seed, unsigned n) {
        *seed = *seed * 1664525 + 1013904223;
        return (*seed >> 16) % n;
}

static void draw_path(uint32_t *draw, bool plain, char ret[128]) {
        unsigned n = 1 + draw_below(draw, 4);

        *ret = 0;
        for (unsigned i = 0; i < n; i++) {
                const char *part = parts[draw_below(draw, ELEMENTS(parts))];

                if (plain && part[0] == '.')
                        part = "a";
                snprintf(ret + strlen(ret), 128 - strlen(ret), "%s%s", i ? "/" : "", part);
        }
}

/* The directory that is to hold an entry, with all above it, through no link. */
static int make_above(int fd, const char *path) {
        int at = open_within(fd, ".", O_PATH | O_DIRECTORY, RESOLVE_BENEATH), below;
        char name[128];

        for (const char *slash; at >= 0 && (slash = strchr(path, '/')); path = slash + 1) {
                snprintf(name, sizeof(name), "%.*s", (int) (slash - path), path);
                (void) mkdirat(at, name, 0700);
                below = open_within(at, name, O_PATH | O_DIRECTORY | O_NOFOLLOW, RESOLVE_BENEATH);
                close(at);
                at = below;
        }
        return at;
}

static int make(int above, TreeKind kind, const char *name, const char *target) {
        int fd;

        if (kind == TREE_DIRECTORY)
                return mkdirat(above, name, 0700);
        if (kind == TREE_LINK)
                return symlinkat(target, above, name);
        fd = openat(above, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd < 0)
                return -1;
        close(fd);
        return 0;
}

/* The same entry in both, unless something is in its way in both. */
static void add(MemoryTree *tree, int fd, TreeKind kind, const char *path, const char *target) {
        const char *slash = strrchr(path, '/');
        int above = make_above(fd, path), made, r;
        TreeNode *node;

        made = above < 0 ? -1 : make(above, kind, slash ? slash + 1 : path, target);
        if (above >= 0)
                close(above);
        r = memory_tree_add(tree, kind, path, &node);
        if (made < 0) {
                /* A directory that is there already is none that fails. */
                assert_true(r < 0 || kind == TREE_DIRECTORY);
                return;
        }
        assert_int_equal(r, 0);
        if (kind != TREE_LINK)
                return;
        assert_int_equal(memory_tree_reserve(node, strlen(target)), 0);
        memcpy(node->content, target, strlen(target));
}

static void compare(const MemoryTree *tree, int fd, const char *path, bool follow) {
        int r, file;
        const TreeNode *node;
        struct stat st;

        /* Forty links in a row outlast all tries while others rename without end. */
        do
                file = open_within(fd, path, O_PATH | (follow ? 0 : O_NOFOLLOW), RESOLVE_IN_ROOT);
        while (file == -EAGAIN);
        r = memory_tree_find(tree, path, follow, &node);
        if (file < 0) {
                if (r != file)
                        fail_msg("%s: the kernel says %d, the tree %d", path, file, r);
                return;
        }
        assert_int_equal(fstat(file, &st), 0);
        close(file);
        if (r != 0 || (S_ISDIR(st.st_mode) != 0) != (node->kind == TREE_DIRECTORY) ||
                        (S_ISLNK(st.st_mode) != 0) != (node->kind == TREE_LINK))
                fail_msg("%s: the kernel finds mode %o, the tree says %d", path, st.st_mode, r);
}

static void test_against_the_kernel(void **state) {
        char path[128], target[128];
        uint32_t draw = 1;

        for (unsigned round = 0; round < 60; round++) {
                _cleanup_(memory_tree_freep) MemoryTree *tree = NULL;
                char top[] = "/tmp/hawd-tree-XXXXXX";

                assert_non_null(mkdtemp(top));
                int fd = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
                assert_int_equal(memory_tree_new(&tree), 0);
                for (unsigned i = 0; i < 12; i++) {
                        draw_path(&draw, true, path);
                        draw_path(&draw, false, target);
                        if (draw_below(&draw, 4) == 0)
                                target[0] = '/';
                        add(tree, fd, (TreeKind) draw_below(&draw, 3), path, target);
                }
                for (unsigned i = 0; i < 200; i++) {
                        draw_path(&draw, false, path);
                        compare(tree, fd, path, i % 2);
                }
                close(fd);
                nftw(top, remove_one, 8, FTW_DEPTH | FTW_PHYS);
        }
}

/* Each link leads through the next one twice: 2^60 steps, if none were counted. */
static void test_doubling_links(void **state) {
        _cleanup_(memory_tree_freep) MemoryTree *tree = NULL;
        const TreeNode *found;
        char name[32], target[64];

        assert_int_equal(memory_tree_new(&tree), 0);
        for (unsigned i = 0; i < 60; i++) {
                snprintf(name, sizeof(name), "l%u", i);
                snprintf(target, sizeof(target), "l%u/../l%u", i + 1, i + 1);
                assert_int_equal(memory_tree_link(tree, name, target), 0);
        }
        assert_int_equal(memory_tree_make_directory(tree, "l60"), 0);
        assert_int_equal(memory_tree_find(tree, "l0", true, &found), -ELOOP);
        assert_int_equal(memory_tree_find(tree, "l58", true, &found), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_add),
                cmocka_unit_test(test_write),
                cmocka_unit_test(test_against_the_kernel),
                cmocka_unit_test(test_doubling_links),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
