/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Finds the VMM in a command: by the names that distributions use, or by its options. */

#include "guest/form/words/words.h"
#include "guest/guest.h"

typedef enum QemuProgram {
        QEMU_PROGRAM_NONE = 0, /* another program */
        QEMU_PROGRAM_X86_64,   /* any suffix: Debian has qemu-system-x86_64-microvm */
        QEMU_PROGRAM_I386,
        QEMU_PROGRAM_KVM,     /* qemu-kvm (Fedora), kvm (Proxmox, Ubuntu): KVM by default */
        QEMU_PROGRAM_SHORT,   /* "qemu": used by people, not by packages */
        QEMU_PROGRAM_AARCH64, /* any suffix, and qemu-system-arm64 */
        QEMU_PROGRAM_FOREIGN, /* qemu-system-riscv64: neither x86 nor arm64 */
        QEMU_PROGRAM_OTHER,   /* another VMM, see vmm_of_program() */
} QemuProgram;

/* The last part of a path. */
const char *qemu_program_name(const char *path);

/* By the last part of a path, or a bare name. */
QemuProgram qemu_program(const char *path);

/* Whether a process of that name is a VMM. "qemu" alone is not: no package uses it. */
bool qemu_program_is_process(const char *name);

/* Skips sudo, taskset and other prefixes. Returns n if no word is a VMM. */
size_t vm_program_find(const VmWord *words, size_t n);

/* The first option of a QEMU under another name, such as "microvm@web"; n if the options are not QEMU's. */
size_t vm_program_nameless(const VmWord *words, size_t n);

/* Notes the program's path if it is not a package's path or contains a version. */
void vm_program_note(const char *path, Guest *guest);

/* Whether a word contains a command line or script: a QEMU's name and more. */
bool vm_program_is_within(const char *text);

/* Whether QEMU only prints help or its version and exits, by the words after the program. */
bool vm_is_query(const VmWord *words, size_t n);

/* Counts distinct options that are typical of QEMU, for a program of another name. */
unsigned vm_count_options(const VmWord *words, size_t n);
