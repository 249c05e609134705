/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Keeps the options that a remedy may change, and finds out who manages a guest by its command line. */

#include "guest/form/qemu/cmdline.h"

/* An option with its value, as it was given. -ENOMEM. */
int vm_form_option(Vm *vm, const char *name, const char *value);

/* By all words of a command line: who wrote it. -ENOMEM. */
int vm_form_manager(Vm *vm, const VmWords *words);
