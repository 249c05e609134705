/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/words/words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void vm_words_done(VmWords *words) {
        free(words->items);
        free(words->buffer);
        free(words->unknowns);
        *words = (VmWords){};
}

int vm_words_add(VmWords *words, const char *text, unsigned line) {
        VmWord *grown = words->items;

        /* Doubled whenever a power of two is full. */
        if ((words->n & (words->n - 1)) == 0)
                grown = reallocarray(words->items, words->n > 0 ? 2 * words->n : 1, sizeof(VmWord));
        if (!grown)
                return -ENOMEM;
        words->items = grown;
        grown[words->n++] = (VmWord){ text, line };
        return 0;
}

int vm_words_from_arguments(int argc, char **argv, VmWords *ret) {
        VmWords words = {};

        for (int i = 0; i < argc; i++)
                if (vm_words_add(&words, argv[i], 0) < 0) {
                        vm_words_done(&words);
                        return -ENOMEM;
                }
        *ret = words;
        return 0;
}

int vm_words_from_process(const char *text, size_t n, VmWords *ret) {
        VmWords words = { .buffer = malloc(n + 1) };

        if (!words.buffer)
                return -ENOMEM;
        memcpy(words.buffer, text, n);
        words.buffer[n] = 0;
        for (size_t i = 0; i < n; i += strlen(words.buffer + i) + 1)
                if (vm_words_add(&words, words.buffer + i, 0) < 0) {
                        vm_words_done(&words);
                        return -ENOMEM;
                }
        *ret = words;
        return 0;
}
