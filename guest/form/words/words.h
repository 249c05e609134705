/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The words of a command line. A part that the text of a script does not define ("$1", the output of a
 * command, an unset variable) is a mark between two control characters, which input cannot contain. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct VmWord {
        const char *text; /* in the list's buffer, or the caller's */
        unsigned line;    /* 0: not from a file */
} VmWord;

/* Why a part of a word is not known. */
typedef enum VmUnknownKind {
        VM_UNKNOWN_UNSET = 0, /* a variable that the text does not set */
        VM_UNKNOWN_ARGUMENT,  /* "$1" */
        VM_UNKNOWN_ARGUMENTS, /* "$@" */
        VM_UNKNOWN_OUTPUT,    /* what a command prints */
        VM_UNKNOWN_INPUT,     /* input of a user */
        VM_UNKNOWN_CHANGED,   /* may be set by a file or a loop */
        VM_UNKNOWN_OPERATION, /* an unsupported expansion */
        _VM_UNKNOWN_MAX,
} VmUnknownKind;

typedef struct VmUnknown {
        char name[64]; /* "RAM", printable */
        unsigned line; /* where it is set or used */
        VmUnknownKind kind;
} VmUnknown;

typedef struct VmWords {
        size_t n;
        VmWord *items; /* owned */
        char *buffer;  /* owned */
        bool more;     /* another QEMU follows; this is the first */
        size_t n_unknowns;
        VmUnknown *unknowns; /* owned */
} VmWords;

void vm_words_done(VmWords *words);

/* Does not copy the text. -ENOMEM. */
int vm_words_add(VmWords *words, const char *text, unsigned line);

/* Splits /proc/PID/cmdline: each word ends with a NUL. */
int vm_words_from_process(const char *text, size_t n, VmWords *ret);

int vm_words_from_arguments(int argc, char **argv, VmWords *ret);

/* Whether the word is in the list. */
#define VM_ONE_OF(word, list) vm_one_of(word, list, sizeof(list) / sizeof((list)[0]))
bool vm_one_of(const char *word, const char *const *list, size_t n);

bool vm_ends_with(const char *text, const char *end);

/* "machine" of "-machine" and "--machine"; NULL: not an option. */
const char *vm_option_name(const char *word);

#define VM_MARK_START '\001'
#define VM_MARK_END '\002'
#define VM_MARK_SIZE 16
#define VM_UNKNOWNS_MAX 4096

/* Writes the mark of a number; returns its length. */
size_t vm_mark(size_t number, char ret[VM_MARK_SIZE]);

/* The number of the first mark in a text, or SIZE_MAX. */
size_t vm_mark_first(const char *text);

/* The end of the mark that starts a text. */
const char *vm_mark_end(const char *text);

bool vm_has_mark(const char *text);

/* Whether the text is exactly one mark. */
bool vm_is_mark(const char *text);

/* Whether the text is just "$@". */
bool vm_is_arguments(const VmWords *words, const char *text);

/* Copies the words with "$NAME" for each mark. */
int vm_unknown_spell(const VmWords *words, VmWords *ret);
