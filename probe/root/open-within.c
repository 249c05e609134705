/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/root/open-within.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#define OPEN_TRIES 1024

int open_within(int directory, const char *path, int flags, uint64_t resolve) {
        struct open_how how = {
                .flags = (uint64_t) (unsigned) (flags | O_CLOEXEC),
                .resolve = resolve,
        };
        long fd;

        for (unsigned tries = 0; tries < OPEN_TRIES; tries++) {
                fd = syscall(SYS_openat2, directory, path, &how, sizeof(how));
                if (fd >= 0)
                        return (int) fd;
                if (errno != EAGAIN)
                        return -errno;
        }
        return -EAGAIN;
}
