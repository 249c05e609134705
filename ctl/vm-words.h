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
        bool more;     /* what names a QEMU follows: this is the first of several */
} VmWords;

void vm_words_done(VmWords *words);

/* The text stays the caller's, or the buffer's. -ENOMEM. */
int vm_words_add(VmWords *words, const char *text, unsigned line);

/* As a shell would split it: quotes, backslashes (before a line's end too), comments. Of several commands the first with
 * options behind a QEMU's name is taken, without its redirections. Lines that follow each other are one command as long as
 * none ended with a backslash, or options follow. What only a shell can know (variables, commands) is refused with its
 * line, once the program is named. 0, -EINVAL, -ENOMEM. */
int vm_words_from_shell(const char *text, size_t n, VmWords *ret, VmError *reterr);

/* As the kernel has it in /proc/PID/cmdline: each word ends with a NUL. */
int vm_words_from_process(const char *text, size_t n, VmWords *ret);

int vm_words_from_arguments(int argc, char **argv, VmWords *ret);
