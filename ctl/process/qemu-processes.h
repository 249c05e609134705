/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The processes of this host that may be VMMs, as /proc has them. What goes while it is looked at is left out; a number that
 * another process gets meanwhile is not mistaken for it. Nothing is read here that a process could keep back. */

#include <stddef.h>
#include <sys/types.h>

typedef struct QemuProcess {
        pid_t pid;
        uid_t owner;
        int directory; /* owned; /proc/PID, which stays this process's */
        char program[64]; /* "qemu-system-x86_64", printable; "" what it is may not be seen: its words have to tell */
} QemuProcess;

typedef struct QemuProcesses {
        size_t n;
        QemuProcess *items; /* owned; by pid */
} QemuProcesses;

void qemu_processes_done(QemuProcesses *processes);

/* -errno when /proc itself cannot be read. */
int qemu_processes_read(QemuProcesses *ret);
