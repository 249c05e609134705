/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* -set GROUP.ID.PROPERTY=VALUE: what is said of a device from elsewhere. */

#include "guest/form/qemu/vm.h"

/* -set, before all other options. */
int vm_set_add(Vm *vm, const char *text);

/* What they say of that group's options, added behind its own. */
int vm_set_apply(Vm *vm, const char *group, KeyValues *values);

/* Those that found nothing are noted. */
int vm_set_finish(Vm *vm);

/* Does a property of some device take a place in memory, or say how wide addresses are? */
bool vm_property_moves(const char *name);
