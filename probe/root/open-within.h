/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

/* openat2(2) with retries: with RESOLVE_BENEATH or RESOLVE_IN_ROOT, the kernel answers EAGAIN if any rename or mount
 * on the host happened while it followed a "..", as in sysfs links.
 * resolve: RESOLVE_* of linux/openat2.h. O_CLOEXEC is added to the flags.
 * Returns the fd or -errno; -EAGAIN only if many tries failed, which is no longer a busy host. */
int open_within(int directory, const char *path, int flags, uint64_t resolve);
