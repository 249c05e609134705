/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Scope-based ownership: the attribute is at the declaration, the release at the end of the scope. */

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

/* Passes the pointer on, so that the end of the scope does not free it. */
#define TAKE_PTR(p)                     \
        ({                              \
                typeof(p) _taken = (p); \
                (p) = NULL;             \
                _taken;                 \
        })

#define ELEMENTS(a) (sizeof(a) / sizeof((a)[0]))
