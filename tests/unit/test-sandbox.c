/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a process may still do once it is in the sandbox: each case in a child of its own, which says by how it ends. The
 * same from outside: tests/sandbox/test_sandbox.py. */

#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ctl/sandbox/sandbox-filter.h"
#include "ctl/sandbox/sandbox.h"

static const ProgramLimits limits = {
        .name = "test-sandbox", .seconds = 1, .mebibytes = 48, .descriptors = 4
};

#define NOT_ENTERED 99

static int in_sandbox(int (*try)(void)) {
        const pid_t parent = getpid();
        pid_t pid = fork();
        int status;

        assert_true(pid >= 0);
        if (pid == 0)
                _exit(sandbox_enter(&limits, parent) < 0 ? NOT_ENTERED : try());
        assert_int_equal(waitpid(pid, &status, 0), pid);
        return status;
}

static void assert_exit(int (*try)(void), int code) {
        int status = in_sandbox(try);

        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), code);
}

static bool is_filtered(void) {
        if (!sandbox_is_watched() && sandbox_filter_supported())
                return true;
        print_message("no system call filter: %s\n",
                        sandbox_is_watched() ? "a sanitizer or valgrind watches; the plain build is tested"
                                             : "this kernel has none");
        return false;
}

/* ── what has to work ──────────────────────────────────────────────────────────────────────────────────── */

static int use_memory(void) {
        char *p = malloc(20 << 20), *q;

        if (!p)
                return 1;
        memset(p, 1, 20 << 20);
        q = realloc(p, 30 << 20);
        free(q);
        return q ? 0 : 1;
}

static int use_pipe(void) {
        static const char text[] = "sandboxed";

        return write(3, text, sizeof(text)) == sizeof(text) ? 0 : 1;
}

static int abort_itself(void) {
        abort();
}

static void test_work(void **state) {
        char text[16] = "";
        int fds[2], end;

        assert_exit(use_memory, 0);
        assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
        end = fcntl(fds[0], F_DUPFD_CLOEXEC, 10);
        assert_int_equal(dup2(fds[1], 3), 3);
        assert_exit(use_pipe, 0);
        assert_true(read(end, text, sizeof(text)) > 0);
        assert_string_equal(text, "sandboxed");
        assert_int_equal(WTERMSIG(in_sandbox(abort_itself)), SIGABRT);
}

/* ── what is refused quietly ───────────────────────────────────────────────────────────────────────────── */

static int open_file(void) {
        return open("/etc/passwd", O_RDONLY | O_CLOEXEC) < 0 && errno == EACCES ? 0 : 1;
}

static int create_file(void) {
        return open("/tmp/hawd-test-sandbox", O_WRONLY | O_CREAT, 0600) < 0 && errno == EACCES ? 0 : 1;
}

static int ask_terminal(void) {
        return !isatty(0) && errno == EACCES ? 0 : 1;
}

static void test_refused(void **state) {
        if (!is_filtered())
                skip();
        assert_exit(open_file, 0);
        assert_exit(create_file, 0);
        assert_exit(ask_terminal, 0);
}

/* ── what ends it ──────────────────────────────────────────────────────────────────────────────────────── */

static int make_socket(void) {
        return socket(AF_UNIX, SOCK_STREAM, 0);
}

static int make_process(void) {
        return fork() == 0;
}

static int make_program(void) {
        static char *const argv[] = { (char *) "/bin/true", NULL };

        return execv(argv[0], argv);
}

static int signal_parent(void) {
        return kill(getppid(), 0);
}

static int signal_other(void) {
        return (int) syscall(SYS_tgkill, 1, 1, 0);
}

static int trace(void) {
        return (int) ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static int map_code(void) {
        return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
}

static int make_code(void) {
        void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        return mprotect(p, 4096, PROT_READ | PROT_EXEC);
}

static int map_shared(void) {
        return mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
}

static int map_file(void) {
        return mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 0, 0) == MAP_FAILED;
}

static int become_root(void) {
        return setresuid(0, 0, 0);
}

static int become_dumpable(void) {
        return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static int remove_file(void) {
        return unlink("/tmp/hawd-test-sandbox");
}

static int make_memory_file(void) {
        return memfd_create("x", 0);
}

static int make_ring(void) {
        return (int) syscall(SYS_io_uring_setup, 1, NULL);
}

static void test_killed(void **state) {
        static const struct {
                const char *name;
                int (*try)(void);
        } tries[] = {
                { "socket", make_socket },
                { "fork", make_process },
                { "execve", make_program },
                { "kill", signal_parent },
                { "tgkill of another process", signal_other },
                { "ptrace", trace },
                { "mmap of code", map_code },
                { "mprotect to code", make_code },
                { "mmap of shared memory", map_shared },
                { "mmap of a file", map_file },
                { "setresuid", become_root },
                { "prctl", become_dumpable },
                { "unlink", remove_file },
                { "memfd_create", make_memory_file },
                { "io_uring_setup", make_ring },
        };

        if (!is_filtered())
                skip();
        for (size_t i = 0; i < ELEMENTS(tries); i++) {
                int status = in_sandbox(tries[i].try);

                if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
                        fail_msg("%s: status 0x%x", tries[i].name, (unsigned) status);
        }
}

/* ── limits ────────────────────────────────────────────────────────────────────────────────────────────── */

static int use_too_much_memory(void) {
        char *p = malloc((size_t) limits.mebibytes << 20);

        return p ? 1 : 0;
}

static int never_end(void) {
        volatile bool on = true;

        while (on)
                ;
        return 0;
}

/* A library that catches the timer's signal, or an attacker, gains nothing: the kernel's own limit comes behind it. */
static int never_end_deaf(void) {
        sigset_t all;

        sigfillset(&all);
        sigprocmask(SIG_BLOCK, &all, NULL);
        return never_end();
}

static int write_closed(void) {
        return write(4, "x", 1) < 0 && errno == EBADF ? 0 : 1;
}

static void test_limits(void **state) {
        int status;

        assert_true(dup2(1, 4) == 4);
        assert_exit(write_closed, 0);
        close(4);
        if (sandbox_is_watched())
                skip();
        assert_exit(use_too_much_memory, 0);
        assert_exit(never_end, PROGRAM_OUT_OF_TIME);
        status = in_sandbox(never_end_deaf);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* Whose parent is another process: it was left behind before it could see that. */
static void test_parent(void **state) {
        pid_t pid = fork();
        int status;

        if (pid == 0)
                _exit(sandbox_enter(&limits, getppid() + 1) == -ESRCH ? 0 : 1);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
        assert_int_equal(sandbox_parent("123"), 123);
        assert_int_equal(sandbox_parent(""), 0);
        assert_int_equal(sandbox_parent("-1"), 0);
        assert_int_equal(sandbox_parent("12x"), 0);
        assert_int_equal(sandbox_parent("99999999999"), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_work),
                cmocka_unit_test(test_refused),
                cmocka_unit_test(test_killed),
                cmocka_unit_test(test_limits),
                cmocka_unit_test(test_parent),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
