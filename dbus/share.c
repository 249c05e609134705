/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/share.h"

#define USEC_PER_SECOND INT64_C(1000000)
/* Longer than any limit's refill time; products with rates do not overflow. */
#define LONGEST_USEC (3600 * UINT64_C(1000000))

static int64_t filled(int64_t left, int64_t maximum, int64_t per_second, int64_t usec) {
        int64_t back = per_second / USEC_PER_SECOND * usec +
                        per_second % USEC_PER_SECOND * usec / USEC_PER_SECOND;

        return back < maximum - left ? left + back : maximum;
}

bool share_left(Share *share, const ShareLimits *limits, uint64_t now_usec) {
        uint64_t passed = now_usec > share->filled_usec ? now_usec - share->filled_usec : 0;

        if (passed > LONGEST_USEC)
                passed = LONGEST_USEC;
        if (share->filled_usec == 0) {
                share->cpu_nsec = limits->cpu_nsec;
                share->bytes = limits->bytes;
        } else {
                share->cpu_nsec = filled(share->cpu_nsec, limits->cpu_nsec, limits->cpu_nsec_per_second,
                                (int64_t) passed);
                share->bytes = filled(
                                share->bytes, limits->bytes, limits->bytes_per_second, (int64_t) passed);
        }
        share->filled_usec = now_usec;
        return share->cpu_nsec > 0 && share->bytes > 0;
}

static int64_t taken(int64_t left, int64_t maximum, int64_t amount) {
        return amount < left + maximum ? left - amount : -maximum;
}

void share_take(Share *share, const ShareLimits *limits, int64_t cpu_nsec, int64_t bytes) {
        share->cpu_nsec = taken(share->cpu_nsec, limits->cpu_nsec, cpu_nsec);
        share->bytes = taken(share->bytes, limits->bytes, bytes);
}
