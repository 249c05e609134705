/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A command line in words. */

#include "guest/form/qemu/vm.h"

typedef struct VmWord {
        const char *text; /* in the list's buffer, or the caller's */
        unsigned line;    /* 0: not from a file */
} VmWord;

/* Why a part of a word is not known (unknown.h). */
typedef enum VmUnknownKind {
        VM_UNKNOWN_UNSET = 0, /* a variable that the text does not set */
        VM_UNKNOWN_ARGUMENT,  /* "$1" */
        VM_UNKNOWN_ARGUMENTS, /* "$@" */
        VM_UNKNOWN_OUTPUT,    /* what a command prints */
        VM_UNKNOWN_INPUT,     /* what somebody types */
        VM_UNKNOWN_CHANGED,   /* a file that is read, or a loop, may have set it */
        VM_UNKNOWN_OPERATION, /* an expansion that is not followed */
        _VM_UNKNOWN_MAX,
} VmUnknownKind;

typedef struct VmUnknown {
        char name[64]; /* "RAM", printable */
        unsigned line; /* where it is set, or stands */
        VmUnknownKind kind;
} VmUnknown;

typedef struct VmWords {
        size_t n;
        VmWord *items; /* owned */
        char *buffer;  /* owned */
        bool more;     /* what names a QEMU follows: this is the first of several */
        size_t n_unknowns;
        VmUnknown *unknowns; /* owned */
} VmWords;

void vm_words_done(VmWords *words);

/* The text stays the caller's, or the buffer's. -ENOMEM. */
int vm_words_add(VmWords *words, const char *text, unsigned line);

/* As the kernel has it in /proc/PID/cmdline: each word ends with a NUL. */
int vm_words_from_process(const char *text, size_t n, VmWords *ret);

int vm_words_from_arguments(int argc, char **argv, VmWords *ret);
