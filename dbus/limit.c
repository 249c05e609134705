/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/limit.h"

#include <time.h>

bool rate_limit_pass(RateLimit *limit) {
        struct timespec now;
        uint64_t usec;

        clock_gettime(CLOCK_MONOTONIC, &now);
        usec = (uint64_t) now.tv_sec * 1000000 + (uint64_t) now.tv_nsec / 1000;
        if (limit->n == 0 || usec - limit->begin_usec >= limit->interval_usec) {
                limit->begin_usec = usec;
                limit->n = 0;
        }
        if (limit->n >= limit->burst)
                return false;
        limit->n++;
        return true;
}
