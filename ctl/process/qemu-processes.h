/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The processes in /proc that may be VMMs. Processes that end meanwhile are left out; a reused PID is not
 * confused with the first process. Reads nothing that a process could block. */

#include <stddef.h>
#include <sys/types.h>

typedef struct QemuProcess {
        pid_t pid;
        uid_t owner;
        int directory;    /* owned; /proc/PID, refers to this process */
        char program[64]; /* "qemu-system-x86_64", printable; "": not accessible, its command line decides */
} QemuProcess;

typedef struct QemuProcesses {
        size_t n;
        QemuProcess *items; /* owned; by pid */
} QemuProcesses;

void qemu_processes_done(QemuProcesses *processes);

/* -errno if /proc cannot be read. */
int qemu_processes_read(QemuProcesses *ret);
