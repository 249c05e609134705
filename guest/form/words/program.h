/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which word of a command is a VMM: by its name, as distributions have them, or by its options. */

#include "guest/form/words/words.h"
#include "guest/guest.h"

typedef enum QemuProgram {
        QEMU_PROGRAM_NONE = 0, /* another program */
        QEMU_PROGRAM_X86_64,   /* with what stands behind that: Debian has qemu-system-x86_64-microvm */
        QEMU_PROGRAM_I386,
        QEMU_PROGRAM_KVM, /* qemu-kvm (Fedora), kvm (Proxmox, Ubuntu): with KVM when nothing else is said */
        QEMU_PROGRAM_SHORT,   /* "qemu": what people write, and no program's name today */
        QEMU_PROGRAM_FOREIGN, /* qemu-system-aarch64: no PC */
        QEMU_PROGRAM_OTHER,   /* another VMM's, with a command line of its own: vmm_of_program() */
} QemuProgram;

/* The last part of a path. */
const char *qemu_program_name(const char *path);

/* By the last part of a path, or a bare name. */
QemuProgram qemu_program(const char *path);

/* Whether a process of that program's is a VMM: "qemu" alone is nobody's package. */
bool qemu_program_is_process(const char *name);

/* Behind sudo, taskset and whatever else may stand before it; n when no word names one. */
size_t vm_program_find(const VmWord *words, size_t n);

/* The first option of a QEMU of another name, such as "microvm@web", by its options; n when they are not QEMU's. */
size_t vm_program_nameless(const VmWord *words, size_t n);

/* Notes the path of the guest's program, where it is not one that packages put it at or says a version. */
void vm_program_note(const char *path, Guest *guest);

/* A command line or script within a word: a QEMU's name, and more than it. */
bool vm_program_is_within(const char *text);

/* Does QEMU, with what stands behind the program, only print a help or its version, and end? */
bool vm_is_query(const VmWord *words, size_t n);

/* Options that QEMU has and few others, for a program of another name: how many different ones there are. */
unsigned vm_count_options(const VmWord *words, size_t n);
