/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fleet/class-text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"

#define FIRST_SIZE 512

static char *text_room(Text *text, size_t more) {
        size_t size = text->size ? text->size : FIRST_SIZE;
        char *grown;

        while (size - text->n < more)
                size *= 2;
        if (size == text->size)
                return text->data + text->n;
        grown = text->error < 0 ? NULL : realloc(text->data, size);
        if (!grown) {
                text->error = -ENOMEM;
                return NULL;
        }
        text->data = grown;
        text->size = size;
        return grown + text->n;
}

static void put_bytes(Text *text, const char *bytes, size_t n) {
        char *room = text_room(text, n);

        if (!room)
                return;
        memcpy(room, bytes, n);
        text->n += n;
}

void text_put(Text *text, const char *word) {
        put_bytes(text, word, strlen(word));
}

void text_put_char(Text *text, char c) {
        put_bytes(text, &c, 1);
}

void text_put_number(Text *text, uint64_t number, unsigned base) {
        static const char digits[] = "0123456789abcdef";
        char reversed[20];
        size_t n = 0;

        do {
                reversed[n++] = digits[number % base];
                number /= base;
        } while (number > 0);
        while (n > 0)
                text_put_char(text, reversed[--n]);
}

void text_lines_done(TextLines *lines) {
        free(lines->text.data);
        *lines = (TextLines){};
}

void text_lines_end(TextLines *lines) {
        text_put_char(&lines->text, 0);
        lines->n++;
}

static int compare_lines(const void *a, const void *b) {
        return strcmp(*(const char *const *) a, *(const char *const *) b);
}

void text_put_lines(Text *text, const char *head, TextLines *lines) {
        _cleanup_free_ const char **sorted = calloc(lines->n + 1, sizeof(*sorted));
        const char *line = lines->text.data;

        if (!sorted || lines->text.error < 0) {
                text->error = -ENOMEM;
                return;
        }
        for (size_t i = 0; i < lines->n; i++, line += strlen(line) + 1)
                sorted[i] = line;
        if (lines->n > 0)
                qsort(sorted, lines->n, sizeof(*sorted), compare_lines);
        for (size_t i = 0; i < lines->n; i++) {
                if (i > 0 && strcmp(sorted[i], sorted[i - 1]) == 0)
                        continue;
                text_put(text, head);
                text_put(text, sorted[i]);
                text_put_char(text, '\n');
        }
}
