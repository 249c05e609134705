/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Files of -readconfig: QEMU's options in groups (util/qemu-config.c). */

#include "guest/form/qemu/qemu.h"

/* Called for each group in file order; its id is among the values. May change the values. */
typedef int (*VmConfigGroup)(Vm *vm, const char *group, KeyValues *values);

/* Errors have the file and its line. 0, -EINVAL with the error filled, -ENOMEM. */
int vm_config_parse(Vm *vm, const char *path, const char *text, size_t n, VmConfigGroup set);

/* The same for a file, read through vm->files. If it cannot be read, *ret_why has the reason. */
int vm_config_read(Vm *vm, const char *path, VmConfigGroup set, const char **ret_why);

/* Whether it is a -readconfig file that Proxmox installs, the same in every release. Copied command lines
 * name these files, which other hosts do not have. Compares the whole path: names may be shared. */
bool vm_proxmox_knows(const char *path);

/* Calls `set` for each group of the file that is a port or a bridge; devices with small BARs and no bus
 * (USB, sound) are omitted. Adds a note with the reason to the guest. Returns 0 or the result of `set`. */
int vm_proxmox_groups(Vm *vm, const char *path, const char *why, VmConfigGroup set);
