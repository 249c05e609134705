/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A command line in words. */

#include "ctl/vm.h"

typedef struct VmWord {
        const char *text; /* in the list's buffer, or the caller's */
        unsigned line;    /* 0: not from a file */
} VmWord;

typedef struct VmWords {
        size_t n;
        VmWord *items; /* owned */
        char *buffer;  /* owned */
} VmWords;

void vm_words_done(VmWords *words);

/* Does a command start with it, or name it behind sudo and the like? */
bool vm_words_is_program(const char *word);

/* As a shell would split it: quotes, backslashes (before a newline too), comments. Of several commands the first that names a
 * QEMU is taken, without its redirections; line ends do not end it. What only a shell can know (variables, commands) is
 * refused with its line. 0, -EINVAL, -ENOMEM. */
int vm_words_from_shell(const char *text, size_t n, VmWords *ret, VmError *reterr);

/* As the kernel has it in /proc/PID/cmdline: each word ends with a NUL. */
int vm_words_from_process(const char *text, size_t n, VmWords *ret);

int vm_words_from_arguments(int argc, char **argv, VmWords *ret);
