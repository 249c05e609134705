/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What -readconfig names: QEMU's options as a file of groups (util/qemu-config.c). */

#include "guest/form/qemu/qemu.h"

/* Every group, as it stands in the file; its id is among the values. The values may be changed. */
typedef int (*VmConfigGroup)(Vm *vm, const char *group, KeyValues *values);

/* Errors name the file and its line. 0, -EINVAL with the error filled, -ENOMEM. */
int vm_config_parse(Vm *vm, const char *path, const char *text, size_t n, VmConfigGroup set);

/* The same of the file itself, where vm->files lets it be read. A file that cannot be read leaves *ret_why filled: what
 * it would have said is not known. */
int vm_config_read(Vm *vm, const char *path, VmConfigGroup set, const char **ret_why);

/* Is it one of Proxmox's own files for -readconfig? A command line that was copied from such a host names them, and they are on
 * no other host; their contents are the same in every release. By its whole path: a file of the same name elsewhere may be anything. */
bool vm_proxmox_knows(const char *path);

/* Its ports and bridges, each as the group that the file has for it. What has small BARs and no bus that anything is
 * plugged into (USB, sound) is left out. The guest notes that this is assumed, and why. 0, or what `set` returns. */
int vm_proxmox_groups(Vm *vm, const char *path, const char *why, VmConfigGroup set);
