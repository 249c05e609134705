/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

/* Reads a running VMM's limit on locked memory (/proc/PID/limits), for GuestMemory.locked_limit; no limit
 * with CAP_IPC_LOCK in the initial user namespace, as VFIO checks (vfio_lock_acct()). Takes the
 * descriptor of its directory in /proc. 0: not readable or unknown. */
uint64_t process_limits_read(int process);
