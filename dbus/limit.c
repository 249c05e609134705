/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/limit.h"

#include "dbus/clock.h"

bool rate_limit_pass(RateLimit *limit) {
        uint64_t usec = clock_usec();

        if (limit->n == 0 || usec - limit->begin_usec >= limit->interval_usec) {
                limit->begin_usec = usec;
                limit->n = 0;
        }
        if (limit->n >= limit->burst)
                return false;
        limit->n++;
        return true;
}
