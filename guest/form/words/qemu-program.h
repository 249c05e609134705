/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

/* QEMU's programs by their names, as distributions have them, and Cloud Hypervisor's. */

typedef enum QemuProgram {
        QEMU_PROGRAM_NONE = 0, /* another program */
        QEMU_PROGRAM_X86_64,   /* with what stands behind that: Debian has qemu-system-x86_64-microvm */
        QEMU_PROGRAM_I386,
        QEMU_PROGRAM_KVM, /* qemu-kvm (Fedora), kvm (Proxmox, Ubuntu): with KVM when nothing else is said */
        QEMU_PROGRAM_SHORT,            /* "qemu": what people write, and no program's name today */
        QEMU_PROGRAM_FOREIGN,          /* qemu-system-aarch64: no PC */
        QEMU_PROGRAM_CLOUD_HYPERVISOR, /* has a command line of its own: ch.h */
} QemuProgram;

/* The last part of a path. */
const char *qemu_program_name(const char *path);

/* By the last part of a path, or a bare name. */
QemuProgram qemu_program(const char *path);

/* Whether a process of that program's is a VMM: "qemu" alone is nobody's package. */
bool qemu_program_is_process(const char *name);
