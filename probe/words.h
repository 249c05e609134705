/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The words of an enum, for documents and the screen. A header declares them with WORDS_DECLARE(); a source
 * file defines the table NAME_table[_NAME_MAX], and the functions with WORDS_DEFINE(). */

#include "probe/cleanup.h"

typedef struct Words {
        unsigned n;
        const char *const *words; /* by value; "" if a value has none */
} Words;

/* "unknown" for invalid values. */
const char *words_get(const Words *words, unsigned value);

/* The first value with that word; -EINVAL if not found or empty. */
int words_find(const Words *words, const char *word);

#define WORDS_DECLARE(Type, name)                 \
        extern const Words name##_words;          \
        const char *name##_to_string(Type value); \
        int name##_from_string(const char *word)

#define WORDS_DEFINE(Type, name)                                             \
        const Words name##_words = { ELEMENTS(name##_table), name##_table }; \
        const char *name##_to_string(Type value) {                           \
                return words_get(&name##_words, (unsigned) value);           \
        }                                                                    \
        int name##_from_string(const char *word) {                           \
                return words_find(&name##_words, word);                      \
        }                                                                    \
        _Static_assert(sizeof(Type) == sizeof(unsigned), "its values are stored as they are")
