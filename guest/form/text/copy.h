/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A text without what mail programs, terminals, journals and web pages put around it. */

#include <stdbool.h>
#include <stddef.h>

typedef struct TextCopy {
        char *buffer; /* owned */
        char *text;   /* within the buffer, a NUL behind it */
        size_t n;
        unsigned line; /* of its first line in the input */
        bool quoted;   /* of a message: lines may be broken at any blank */
} TextCopy;

void text_copy_done(TextCopy *copy);

/* 0, or -ENOMEM. Lines stay lines. */
int text_copy_make(const char *text, size_t n, TextCopy *ret);

/* From there on, up to the end given. */
void text_copy_cut(TextCopy *copy, const char *start, const char *end);

/* The first word of a line that names a QEMU; NULL: none does. */
const char *text_find_program(const char *line, const char *end);
