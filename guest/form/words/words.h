/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A command line in words. What the text of a script does not tell ("$1", the output of a command, a variable that nothing
 * sets) is a mark within a word, between two control characters, which no input keeps, so that it is known which part of a
 * word it is. */

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

/* Is the word in that list? */
#define VM_ONE_OF(word, list) vm_one_of(word, list, sizeof(list) / sizeof((list)[0]))
bool vm_one_of(const char *word, const char *const *list, size_t n);

bool vm_ends_with(const char *text, const char *end);

/* "machine" of "-machine" and "--machine"; NULL: the word is no option. */
const char *vm_option_name(const char *word);

#define VM_MARK_START '\001'
#define VM_MARK_END '\002'
#define VM_MARK_SIZE 16
#define VM_UNKNOWNS_MAX 4096

/* Writes the mark of that number; how long it is. */
size_t vm_mark(size_t number, char ret[VM_MARK_SIZE]);

/* The number of the first mark in a text; SIZE_MAX when it has none. */
size_t vm_mark_first(const char *text);

/* Behind the mark that a text starts with. */
const char *vm_mark_end(const char *text);

bool vm_has_mark(const char *text);

/* A text that is one mark and nothing else. */
bool vm_is_mark(const char *text);

/* The script's own arguments, "$@". */
bool vm_is_arguments(const VmWords *words, const char *text);

/* The same words with "$NAME" for each mark. */
int vm_unknown_spell(const VmWords *words, VmWords *ret);
