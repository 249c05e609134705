/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/sandbox/sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>
#ifdef HAVE_VALGRIND
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#endif

#include "ctl/sandbox/sandbox-filter.h"
#include "probe/cleanup.h"

#ifdef HAWD_SANITIZED
#define SANITIZED true
#else
#define SANITIZED false
#endif

#define NOBODY 65534      /* the kernel's overflow ID, if no user has the name */
#define SLOWER_WATCHED 30 /* factor, under valgrind */

bool sandbox_is_watched(void) {
        return SANITIZED || RUNNING_ON_VALGRIND;
}

pid_t sandbox_parent(const char *argument) {
        char *end;
        long pid = strtol(argument, &end, 10);

        return *argument && !*end && pid > 0 && pid <= INT32_MAX ? (pid_t) pid : 0;
}

static int from_errno(int r) {
        return r < 0 ? -errno : 0;
}

/* ── identity ──────────────────────────────────────────────────────────────────────────────────────────── */

/* Containers may have no user but root: it stays root, without capabilities. */
static int become_nobody(void) {
        const struct passwd *nobody;
        uid_t uid = NOBODY;
        gid_t gid = NOBODY;

        if (geteuid() != 0)
                return 0;
        nobody = getpwnam("nobody");
        if (nobody && nobody->pw_uid != 0 && nobody->pw_gid != 0) {
                uid = nobody->pw_uid;
                gid = nobody->pw_gid;
        }
        if (setgroups(0, NULL) == 0 && setresgid(gid, gid, gid) == 0 && setresuid(uid, uid, uid) == 0)
                return 0;
        return errno == EPERM || errno == EINVAL ? 0 : -errno;
}

static void drop_bounding_set(void) {
        for (unsigned long capability = 0; prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0; capability++)
                ;
}

/* Drops all, also for the coming namespace, which would begin with all. */
static int drop_capabilities(void) {
        struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
        struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};

        (void) prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
        drop_bounding_set();
        return from_errno((int) syscall(SYS_capset, &header, none));
}

static int drop_identity(void) {
        int r;

        /* Needs a capability lost with the root user. */
        drop_bounding_set();
        r = become_nobody();
        if (r < 0)
                return r;
        (void) unshare(CLONE_NEWUSER);
        r = drop_capabilities();
        if (r < 0)
                return r;
        r = from_errno(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
        /* Other processes of nobody must not trace it or read its memory. Sanitizers trace themselves. */
        return r < 0 || sandbox_is_watched() ? r : from_errno(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
}

/* ── limits ────────────────────────────────────────────────────────────────────────────────────────────── */

static int limit(int resource, rlim_t value) {
        struct rlimit limits;

        if (getrlimit(resource, &limits) < 0)
                return -errno;
        /* The parent may have set a lower one. */
        if (limits.rlim_max < value)
                value = limits.rlim_max;
        limits = (struct rlimit){ .rlim_cur = value, .rlim_max = value };
        return from_errno(setrlimit(resource, &limits));
}

static void out_of_time(int signal) {
        _exit(PROGRAM_OUT_OF_TIME);
}

/* The timer exits with a status that names the limit; the rlimit is the fallback. */
static int limit_time(unsigned seconds) {
        const struct sigaction action = { .sa_handler = out_of_time };
        struct itimerval timer = { .it_value.tv_sec = seconds };

        if (sigaction(SIGPROF, &action, NULL) < 0 || setitimer(ITIMER_PROF, &timer, NULL) < 0)
                return -errno;
        return limit(RLIMIT_CPU, seconds + 1);
}

static int limit_all(const ProgramLimits *limits) {
        const bool watched = sandbox_is_watched();
        int r = limit_time(watched ? limits->seconds * SLOWER_WATCHED : limits->seconds);

        if (r >= 0)
                r = limit(RLIMIT_CORE, 0);
        if (r >= 0)
                r = limit(RLIMIT_FSIZE, (rlim_t) limits->file_mebibytes << 20);
        if (r < 0 || watched)
                return r;
        /* All its memory: the filter allows no other mappings. */
        r = limit(RLIMIT_DATA, (rlim_t) limits->mebibytes << 20);
        if (r >= 0)
                r = limit(RLIMIT_NPROC, 0);
        if (r >= 0)
                r = limit(RLIMIT_NOFILE, limits->descriptors);
        return r;
}

/* ── descriptors ───────────────────────────────────────────────────────────────────────────────────────── */

static int close_from(unsigned first) {
        if (syscall(SYS_close_range, first, ~0U, 0) == 0)
                return 0;
        /* Before Linux 5.9, and under valgrind. */
        DIR *directory = opendir("/proc/self/fd");
        if (!directory)
                return -errno;
        for (const struct dirent *entry; (entry = readdir(directory));) {
                int fd = (int) strtol(entry->d_name, NULL, 10);

                if (entry->d_name[0] != '.' && fd >= (int) first && fd != dirfd(directory))
                        close(fd);
        }
        closedir(directory);
        return 0;
}

/* hawctl gets errors by other ways; untrusted bytes must not reach the terminal. */
static void silence(void) {
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

        if (null < 0 || dup2(null, STDERR_FILENO) < 0)
                close(STDERR_FILENO);
        if (null > STDERR_FILENO)
                close(null);
}

/* A change of identity clears it: call it later. */
static int die_with(pid_t parent) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
                return -errno;
        return getppid() == parent ? 0 : -ESRCH;
}

int sandbox_enter(const ProgramLimits *limits, pid_t parent) {
        const bool watched = sandbox_is_watched();
        const bool filtered = !watched && sandbox_filter_supported();
        int r = drop_identity();

        if (r >= 0)
                r = die_with(parent);
        if (r >= 0 && !filtered && !SANITIZED)
                fprintf(stderr, "%s: %s: continuing with fewer protections\n", limits->name,
                                watched ? "no system call filter under valgrind"
                                        : "this kernel does not support system call filters (seccomp)");
        if (!watched)
                silence();
        if (r >= 0)
                r = close_from(limits->descriptors);
        if (r >= 0)
                r = limit_all(limits);
        return r < 0 || !filtered ? r : sandbox_filter_enter();
}
