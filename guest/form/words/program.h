/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which word of a command is QEMU. */

#include "guest/form/words/words.h"
#include "guest/guest.h"

/* Behind sudo, taskset and whatever else may stand before it; n when no word names one. */
size_t vm_program_find(const VmWord *words, size_t n);

/* The first option of a QEMU of another name, such as "microvm@web", by its options; n when they are not QEMU's. */
size_t vm_program_nameless(const VmWord *words, size_t n);

/* Notes the path of the guest's program, where it is not one that packages put it at or says a version. */
void vm_program_note(const char *path, Guest *guest);

/* A command line or script within a word: a QEMU's name, and more than it. */
bool vm_program_is_within(const char *text);
