/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The QEMUs that run on this host, as /proc has them. What goes while it is looked at is left out; a number that another
 * process gets meanwhile is not mistaken for it. */

#include <stddef.h>
#include <sys/types.h>

typedef struct QemuProcess {
        pid_t pid;
        int directory;    /* owned; /proc/PID, which stays this process's */
        char program[64]; /* "qemu-system-x86_64", printable */
        int error;        /* -errno: why there is no command line */
        size_t n;
        char *cmdline; /* owned; each word ends with a NUL */
} QemuProcess;

typedef struct QemuProcesses {
        size_t n;
        QemuProcess *items; /* owned; by pid */
} QemuProcesses;

void qemu_processes_done(QemuProcesses *processes);

/* -errno when /proc itself cannot be read. */
int qemu_processes_read(QemuProcesses *ret);
