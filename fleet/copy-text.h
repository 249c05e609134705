/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Copies a text between members of the same size. */

#include <string.h>

#define COPY_TEXT(to, from)                                                          \
        do {                                                                         \
                _Static_assert(sizeof(to) == sizeof(from), "the same kind of text"); \
                memcpy(to, from, sizeof(to));                                        \
        } while (0)
