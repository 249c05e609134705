/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A text that grows, and lines of which each is put once, in order. */

#include <stddef.h>
#include <stdint.h>

typedef struct Text {
        char *data; /* owned */
        size_t n, size;
        int error; /* -ENOMEM: it is not whole */
} Text;

void text_put(Text *text, const char *word);
void text_put_char(Text *text, char c);
void text_put_number(Text *text, uint64_t number, unsigned base);

/* Lines as they come: one text, each with a 0 at its end. */
typedef struct TextLines {
        Text text;
        size_t n;
} TextLines;

void text_lines_done(TextLines *lines);
void text_lines_end(TextLines *lines);

/* Each distinct line after `head`, sorted. */
void text_put_lines(Text *text, const char *head, TextLines *lines);
