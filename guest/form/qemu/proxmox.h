/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What Proxmox's own files for -readconfig add to a machine. A command line that was copied from such a host names them,
 * and they are on no other host; their contents are the same in every release. */

#include "guest/form/qemu/config.h"

/* Is it one of them? By its whole path: a file of the same name elsewhere may be anything. */
bool vm_proxmox_knows(const char *path);

/* Its ports and bridges, each as the group that the file has for it. What has small BARs and no bus that anything is
 * plugged into (USB, sound) is left out. The guest notes that this is assumed, and why. 0, or what `set` returns. */
int vm_proxmox_groups(Vm *vm, const char *path, const char *why, VmConfigGroup set);
