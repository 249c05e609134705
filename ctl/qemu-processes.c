/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/qemu-processes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/qemu-program.h"
#include "ctl/vm.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"
#include "probe/grow.h"

#define DELETED " (deleted)"

static void process_done(QemuProcess *process) {
        closep(&process->directory);
        free(process->cmdline);
}

void qemu_processes_done(QemuProcesses *processes) {
        for (size_t i = 0; i < processes->n; i++)
                process_done(&processes->items[i]);
        free(processes->items);
        *processes = (QemuProcesses){};
}

static bool is_gone(int error) {
        return error == -ENOENT || error == -ESRCH;
}

static bool is_number(const char *name) {
        return *name && !name[strspn(name, "0123456789")];
}

/* A process is called "qemu" by nobody's package. */
static bool is_qemu(const char *program) {
        QemuProgram kind = qemu_program(program);

        return kind != QEMU_PROGRAM_NONE && kind != QEMU_PROGRAM_SHORT;
}

/* All of a file of /proc, with a NUL behind it. */
static int read_whole(int directory, const char *name, size_t max, char **ret, size_t *ret_n) {
        _cleanup_close_ int fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        _cleanup_free_ char *text = NULL;
        size_t n = 0, size = 0;

        if (fd < 0)
                return -errno;
        for (;;) {
                ssize_t got;

                if (n + 1 >= size) {
                        char *grown = realloc(text, size = size ? 2 * size : 4096);

                        if (!grown)
                                return -ENOMEM;
                        text = grown;
                }
                got = read(fd, text + n, size - n - 1);
                if (got < 0 && errno == EINTR)
                        continue;
                if (got < 0)
                        return -errno;
                if (got == 0)
                        break;
                n += (size_t) got;
                if (n > max)
                        return -E2BIG;
        }
        text[n] = 0;
        *ret = TAKE_PTR(text);
        *ret_n = n;
        return 0;
}

/* The program's file; it stays known when a package's update has replaced it. Only the owner of a process may see it. */
static int read_program(int directory, char *ret, size_t size) {
        ssize_t n = readlinkat(directory, "exe", ret, size - 1);
        char *deleted;

        if (n < 0)
                return -errno;
        ret[n] = 0;
        deleted = strstr(ret, DELETED);
        if (deleted && !deleted[strlen(DELETED)])
                *deleted = 0;
        return 0;
}

/* Whether it is a QEMU, by its file; where that may not be seen, by what it was started as. 1, 0, or -errno. */
static int identify(int directory, QemuProcess *process) {
        _cleanup_free_ char *comm = NULL;
        char path[PATH_MAX];
        const char *program = NULL;
        size_t n;
        int r;

        r = read_program(directory, path, sizeof(path));
        if (r >= 0)
                program = qemu_program_name(path);
        else if (is_gone(r))
                return r;
        if (program && !is_qemu(program))
                return 0;
        process->error = read_whole(directory, "cmdline", VM_TEXT_MAX, &process->cmdline, &process->n);
        if (is_gone(process->error))
                return process->error;
        if (!program && process->n > 0)
                program = qemu_program_name(process->cmdline);
        if (!program && read_whole(directory, "comm", PATH_MAX, &comm, &n) >= 0) {
                comm[strcspn(comm, "\n")] = 0;
                program = comm;
        }
        if (!program || !is_qemu(program))
                return 0;
        text_printable((Bytes){ .data = (const uint8_t *) program, .n = strlen(program) }, process->program,
                        sizeof(process->program));
        /* One that has ended, and whose parent has not noticed yet. */
        return process->error < 0 || process->n > 0;
}

static int add(int proc, const char *name, QemuProcesses *ret) {
        _cleanup_(process_done) QemuProcess process = {
                .pid = (pid_t) strtol(name, NULL, 10),
                .directory = openat(proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW),
        };
        QemuProcess *items;
        int r;

        if (process.directory < 0)
                return is_gone(-errno) ? 0 : -errno;
        r = identify(process.directory, &process);
        if (r <= 0)
                return is_gone(r) ? 0 : r;
        items = grow(ret->items, ret->n, sizeof(*items));
        if (!items)
                return -ENOMEM;
        ret->items = items;
        items[ret->n++] = process;
        process = (QemuProcess){ .directory = -EBADF };
        return 0;
}

static int by_pid(const void *p, const void *q) {
        const QemuProcess *a = p, *b = q;

        return (a->pid > b->pid) - (a->pid < b->pid);
}

static void closedirp(DIR **directory) {
        if (*directory)
                closedir(*directory);
}

int qemu_processes_read(QemuProcesses *ret) {
        _cleanup_(closedirp) DIR *proc = opendir("/proc");
        _cleanup_(qemu_processes_done) QemuProcesses processes = {};
        struct dirent *entry;
        int r;

        if (!proc)
                return -errno;
        while ((errno = 0, entry = readdir(proc))) {
                if (!is_number(entry->d_name))
                        continue;
                r = add(dirfd(proc), entry->d_name, &processes);
                if (r < 0)
                        return r;
        }
        if (errno)
                return -errno;
        if (processes.n > 1)
                qsort(processes.items, processes.n, sizeof(QemuProcess), by_pid);
        *ret = processes;
        processes = (QemuProcesses){};
        return 0;
}
