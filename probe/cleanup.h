/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Ownership by scope: the attribute stands where the variable is declared, the release where the scope ends. */

#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(f) __attribute__((cleanup(f)))

static inline void freep(void *p) {
        free(*(void **) p);
}

static inline void closep(int *fd) {
        if (*fd >= 0)
                close(*fd);
}

#define _cleanup_free_ _cleanup_(freep)
#define _cleanup_close_ _cleanup_(closep)

/* Hands a pointer on to the caller, so that the scope's end no longer frees it. */
#define TAKE_PTR(p)                     \
        ({                              \
                typeof(p) _taken = (p); \
                (p) = NULL;             \
                _taken;                 \
        })

#define ELEMENTS(a) (sizeof(a) / sizeof((a)[0]))
