/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

/* The limit on locked memory of a VMM that runs (/proc/PID/limits), no limit where it has CAP_IPC_LOCK in the first user
 * namespace, as VFIO asks (vfio_lock_acct()): as GuestMemory.locked_limit. The descriptor is of its directory in /proc. 0:
 * it cannot be read, or is not understood. */
uint64_t process_limits_read(int process);
