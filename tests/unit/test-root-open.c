/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Opening with openat2(2) and without it, under the seccomp filters that refuse it: RestrictSUIDSGID= of systemd answers
 * ENOSYS, a container's filter EPERM. What is expected are the refusals that root.h promises. */

#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/filter.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe/root/open-within.h"
#include "probe/root/root.h"

#define EXIT_NO_FILTER 78

typedef struct Tree {
        char path[64];
        int fd;
} Tree;

/* From here on openat2(2) fails with this error in the process and its children. */
static bool refuse_openat2(int error) {
        struct sock_filter filter[] = {
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0), /* struct seccomp_data: nr comes first */
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned) error),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        struct sock_fprog program = { .len = ELEMENTS(filter), .filter = filter };

        return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static void put(int fd, const char *path, const char *content) {
        int file = openat(fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);

        assert_true(file >= 0);
        assert_int_equal(write(file, content, strlen(content)), strlen(content));
        close(file);
}

static int setup(void **state) {
        Tree *tree = calloc(1, sizeof(Tree));

        strcpy(tree->path, "/tmp/hawd-root-open-XXXXXX");
        assert_non_null(mkdtemp(tree->path));
        umask(022);
        tree->fd = open(tree->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_int_equal(mkdirat(tree->fd, "d", 0750), 0);
        assert_int_equal(mkdirat(tree->fd, "d/e", 0750), 0);
        put(tree->fd, "d/e/file", "inside");
        put(tree->fd, "top", "top");
        *state = tree;
        return 0;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw) {
        return remove(path);
}

static int teardown(void **state) {
        Tree *tree = *state;

        close(tree->fd);
        nftw(tree->path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
        free(tree);
        return 0;
}

static Reason read_file(Root *root, const char *path) {
        _cleanup_(buffer_done) Buffer buffer = {};

        return root_read(root, path, 64, &buffer);
}

/* Runs the check in a process of its own in which openat2(2) fails with `error`; 0: it works. */
static void run(const Tree *tree, int error, void (*check)(const Tree *tree)) {
        int status;
        pid_t child = fork();

        assert_true(child >= 0);
        if (child == 0) {
                if (error != 0 && !refuse_openat2(error))
                        _exit(EXIT_NO_FILTER);
                alarm(20);
                check(tree);
                _exit(0);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NO_FILTER)
                print_message("no seccomp filters here: not tested with error %d\n", error);
        else
                assert_int_equal(status, 0);
}

/* cmocka's assertions end in the parent's code; a child says where it fails and ends. */
#define EXPECT(condition)                                                               \
        do {                                                                            \
                if (!(condition)) {                                                     \
                        fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
                        _exit(1);                                                       \
                }                                                                       \
        } while (0)

static void check_plain_files(const Tree *tree) {
        _cleanup_(root_freep) Root *root = NULL;
        _cleanup_(name_list_done) NameList names = {};

        EXPECT(root_open(tree->path, &root) == 0);
        EXPECT(read_file(root, "d/e/file") == REASON_NONE);
        EXPECT(read_file(root, "d//e/./file") == REASON_NONE);
        EXPECT(read_file(root, "top") == REASON_NONE);
        EXPECT(read_file(root, "none") == REASON_ABSENT);
        EXPECT(read_file(root, "none/e/file") == REASON_ABSENT);
        EXPECT(read_file(root, "top/file") == REASON_ABSENT);
        EXPECT(read_file(root, "d/e") == REASON_NOT_A_FILE);
        EXPECT(read_file(root, "d/e/fifo") == REASON_NOT_A_FILE ||
                        faccessat(tree->fd, "d/e/fifo", F_OK, 0) < 0);
        EXPECT(read_file(root, "../etc/passwd") != REASON_NONE);
        EXPECT(read_file(root, "d/../../../../../../../../etc/passwd") != REASON_NONE);
        EXPECT(root_list(root, "d", 10, &names) == REASON_NONE && names.n == 1);
}

static void test_plain_files(void **state) {
        const Tree *tree = *state;

        assert_int_equal(mkfifoat(tree->fd, "d/e/fifo", 0640), 0);
        run(tree, 0, check_plain_files);
        if (geteuid() != 0) {
                print_message("not root: not tested without openat2\n");
                return;
        }
        run(tree, ENOSYS, check_plain_files);
        run(tree, EPERM, check_plain_files);
}

/* A link that leads out leads nowhere, whichever way it is opened. */
static void check_links_out(const Tree *tree) {
        _cleanup_(root_freep) Root *root = NULL;
        char target[64];

        EXPECT(root_open(tree->path, &root) == 0);
        EXPECT(read_file(root, "out/passwd") != REASON_NONE);
        EXPECT(read_file(root, "out-file") != REASON_NONE);
        EXPECT(read_file(root, "round") == REASON_LINK_LOOP);
        EXPECT(read_file(root, "round/file") == REASON_LINK_LOOP);
        EXPECT(root_link(root, "out", target, sizeof(target)) == REASON_NONE && strcmp(target, "/etc") == 0);
}

/* Nor does one that stays inside, where there is no openat2(2). */
static void check_links_inside(const Tree *tree) {
        _cleanup_(root_freep) Root *root = NULL;
        _cleanup_(name_list_done) NameList names = {};

        EXPECT(root_open(tree->path, &root) == 0);
        EXPECT(read_file(root, "in/file") == REASON_LINK_LOOP);
        EXPECT(read_file(root, "in-file") == REASON_LINK_LOOP);
        EXPECT(root_list(root, "in", 10, &names) != REASON_NONE);
}

static void check_links_followed(const Tree *tree) {
        _cleanup_(root_freep) Root *root = NULL;

        EXPECT(root_open(tree->path, &root) == 0);
        EXPECT(read_file(root, "in/file") == REASON_NONE);
        EXPECT(read_file(root, "in-file") == REASON_NONE);
}

static void test_links(void **state) {
        const Tree *tree = *state;

        assert_int_equal(symlinkat("/etc", tree->fd, "out"), 0);
        assert_int_equal(symlinkat("/etc/passwd", tree->fd, "out-file"), 0);
        assert_int_equal(symlinkat("round", tree->fd, "round"), 0);
        assert_int_equal(symlinkat("d/e", tree->fd, "in"), 0);
        assert_int_equal(symlinkat("d/e/file", tree->fd, "in-file"), 0);
        run(tree, 0, check_links_out);
        run(tree, 0, check_links_followed);
        if (geteuid() != 0)
                return;
        for (int i = 0; i < 2; i++) {
                run(tree, i ? EPERM : ENOSYS, check_links_out);
                run(tree, i ? EPERM : ENOSYS, check_links_inside);
        }
}

static void check_foreign(const Tree *tree) {
        _cleanup_(root_freep) Root *root = NULL;

        EXPECT(root_open(tree->path, &root) == 0);
        EXPECT(read_file(root, "d/e/file") == REASON_PERMISSION);
        EXPECT(read_file(root, "top") == REASON_NONE);
}

static void check_refused(const Tree *tree) {
        _cleanup_(root_freep) Root *root = NULL;
        int r = root_open(tree->path, &root);

        EXPECT(r == -ENOSYS || r == -EPERM);
}

/* Anything that somebody else could write is refused, at the top and on the way. */
static void test_foreign(void **state) {
        const Tree *tree = *state;
        static const char *const paths[] = { "d", "d/e", "d/e/file" };

        if (geteuid() != 0)
                skip();
        for (size_t i = 0; i < ELEMENTS(paths); i++) {
                struct stat st;

                assert_int_equal(fstatat(tree->fd, paths[i], &st, 0), 0);
                for (unsigned bit = 02; bit <= 020; bit <<= 3) {
                        assert_int_equal(fchmodat(tree->fd, paths[i], (st.st_mode & 0777) | bit, 0), 0);
                        run(tree, ENOSYS, check_foreign);
                }
                assert_int_equal(fchmodat(tree->fd, paths[i], st.st_mode & 0777, 0), 0);
                assert_int_equal(fchownat(tree->fd, paths[i], 65534, 0, 0), 0);
                run(tree, EPERM, check_foreign);
                assert_int_equal(fchownat(tree->fd, paths[i], 0, 0, 0), 0);
        }
        run(tree, ENOSYS, check_plain_files);
        assert_int_equal(fchown(tree->fd, 65534, 0), 0);
        run(tree, ENOSYS, check_refused);
        assert_int_equal(fchown(tree->fd, 0, 0), 0);
        assert_int_equal(fchmod(tree->fd, 0770), 0);
        run(tree, EPERM, check_refused);
}

static void check_live(const Tree *tree) {
        _cleanup_(root_freep) Root *root = NULL;

        EXPECT(root_open("/", &root) == 0);
        EXPECT(root_is_live(root));
        EXPECT(read_file(root, "proc/sys/kernel/ostype") == REASON_NONE);
        EXPECT(read_file(root, "proc/nothing") == REASON_ABSENT);
}

static void test_live(void **state) {
        run(*state, 0, check_live);
        run(*state, ENOSYS, check_live);
        run(*state, EPERM, check_live);
}

/* ── a busy host ───────────────────────────────────────────────────────────────────────────────────────── */

static void rename_forever(const Tree *tree) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;) {
                (void) renameat(tree->fd, "top", tree->fd, "away");
                (void) renameat(tree->fd, "away", tree->fd, "top");
        }
}

/* A rename anywhere makes the kernel give up a "..": the file is there all the same. */
static void test_renames_meanwhile(void **state) {
        const Tree *tree = *state;
        unsigned lost = 0;
        pid_t child = fork();

        assert_true(child >= 0);
        if (child == 0)
                rename_forever(tree);
        for (unsigned i = 0; i < 20000; i++) {
                int fd = open_within(tree->fd, "d/e/../../d/e/../e/file", O_PATH, RESOLVE_IN_ROOT);

                if (fd < 0)
                        lost++;
                else
                        close(fd);
        }
        kill(child, SIGKILL);
        assert_int_equal(waitpid(child, NULL, 0), child);
        assert_int_equal(lost, 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_plain_files, setup, teardown),
                cmocka_unit_test_setup_teardown(test_links, setup, teardown),
                cmocka_unit_test_setup_teardown(test_foreign, setup, teardown),
                cmocka_unit_test_setup_teardown(test_live, setup, teardown),
                cmocka_unit_test_setup_teardown(test_renames_meanwhile, setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
