/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdlib.h>

/* Makes room for one more element in an array of n. Doubles at each power of two, so n implies the capacity.
 * NULL if out of memory; the array is then unchanged. */
static inline void *grow(void *array, size_t n, size_t size) {
        if (n & (n - 1))
                return array;
        return reallocarray(array, n ? 2 * n : 1, size);
}
