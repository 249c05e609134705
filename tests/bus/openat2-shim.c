/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* For a valgrind that does not know openat2(2): preloaded, answers it by openat(2). Trees of tests hold relative links only,
 * so nothing is lost but the containment, which other tests are about. */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <sys/syscall.h>

long syscall(long number, ...);

long syscall(long number, ...) {
        static long (*next)(long, long, long, long, long, long, long);
        long a[6];
        va_list arguments;

        va_start(arguments, number);
        for (int i = 0; i < 6; i++)
                a[i] = va_arg(arguments, long);
        va_end(arguments);
        if (number == SYS_openat2) {
                const char *path = (const char *) a[1];
                const struct open_how *how = (const struct open_how *) a[2];

                while (*path == '/')
                        path++;
                return openat((int) a[0], path, (int) how->flags, (mode_t) how->mode);
        }
        if (!next)
                next = (long (*)(long, long, long, long, long, long, long)) dlsym(RTLD_NEXT, "syscall");
        return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
