/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/process/qemu-processes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/process/process-file.h"
#include "ctl/process/process-identity.h"
#include "guest/form/words/program.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"
#include "probe/grow.h"

static void process_done(QemuProcess *process) {
        closep(&process->directory);
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

static void set_program(const char *name, QemuProcess *process) {
        text_printable((Bytes){ .data = (const uint8_t *) name, .n = strlen(name) }, process->program,
                        sizeof(process->program));
}

static bool find_owner(int directory, QemuProcess *process) {
        struct stat st;

        if (fstat(directory, &st) < 0)
                return false;
        process->owner = st.st_uid;
        return true;
}

/* Whether it may be a VMM, by its file if accessible. 1, 0, or -errno. */
static int identify(int directory, QemuProcess *process) {
        _cleanup_(process_identity_done) ProcessIdentity identity = {};
        _cleanup_free_ char *comm = NULL;
        char path[PATH_MAX];
        size_t n;
        int r;

        r = process_program_path(directory, path, sizeof(path));
        if (is_gone(r))
                return r;
        if (r >= 0 && !qemu_program_is_process(qemu_program_name(path)))
                return 0;
        if (r >= 0)
                set_program(qemu_program_name(path), process);
        else if (process_file_read(directory, "comm", sizeof(path), &comm, &n) >= 0) {
                comm[strcspn(comm, "\n")] = 0;
                if (qemu_program_is_process(comm))
                        set_program(comm, process);
        }
        r = process_identity_read(directory, &identity);
        if (r >= 0)
                process->owner = identity.uids[0];
        if (r >= 0 || is_gone(r) || r == -ENOMEM)
                return r < 0 ? r : 1;
        /* With hidepid=1, for example. An inaccessible process does not affect others. */
        return *process->program && find_owner(directory, process) ? 1 : 0;
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
