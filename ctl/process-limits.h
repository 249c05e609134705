/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "profile/guest/guest.h"

/* The limit on locked memory of a VMM that runs (/proc/PID/limits), no limit where it has CAP_IPC_LOCK in the first user
 * namespace, as VFIO asks (vfio_lock_acct()). The descriptor is of its directory in /proc. What cannot be read, or is not
 * understood, leaves the guest as it is. */
void process_limits_read(int process, Guest *guest);
