/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the text of a script does not tell: "$1", the output of a command, a variable that nothing sets. Within words it is a
 * mark between two control characters, which no input keeps, so that it is known which part of a word it is. */

#include <stdbool.h>
#include <stddef.h>

#include "guest/form/words/words.h"

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

/* Refuses an option's value where an unknown part of it could move addresses, with its line and name. */
int vm_unknown_check(Vm *vm, const VmWords *words, const char *option, const char *text);

/* The same of any text: an option's value needs what is unknown in it. */
int vm_unknown_refuse(Vm *vm, const VmWords *words, const char *option, const char *text);

/* The word stands where an option could be. */
int vm_unknown_word(Vm *vm, const VmWords *words, const char *text);

/* The same words with "$NAME" for each mark. */
int vm_unknown_spell(const VmWords *words, VmWords *ret);
