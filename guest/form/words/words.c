/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/words/words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"

void vm_words_done(VmWords *words) {
        free(words->items);
        free(words->buffer);
        free(words->unknowns);
        *words = (VmWords){};
}

int vm_words_add(VmWords *words, const char *text, unsigned line) {
        VmWord *grown = words->items;

        /* Doubles at each power of two. */
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

/* ── unknown parts ─────────────────────────────────────────────────────────────────────────────────────── */

bool vm_one_of(const char *word, const char *const *list, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (strcmp(word, list[i]) == 0)
                        return true;
        return false;
}

bool vm_ends_with(const char *text, const char *end) {
        size_t n = strlen(text), m = strlen(end);

        return n >= m && strcmp(text + n - m, end) == 0;
}

const char *vm_option_name(const char *word) {
        if (word[0] != '-' || !word[1])
                return NULL;
        return word + (word[1] == '-' && word[2] ? 2 : 1);
}

size_t vm_mark(size_t number, char ret[VM_MARK_SIZE]) {
        return (size_t) snprintf(ret, VM_MARK_SIZE, "%c%zu%c", VM_MARK_START, number, VM_MARK_END);
}

size_t vm_mark_first(const char *text) {
        const char *mark = strchr(text, VM_MARK_START);

        return mark ? strtoul(mark + 1, NULL, 10) : SIZE_MAX;
}

const char *vm_mark_end(const char *text) {
        const char *end = strchr(text, VM_MARK_END);

        return end ? end + 1 : text + strlen(text);
}

bool vm_has_mark(const char *text) {
        return strchr(text, VM_MARK_START) != NULL;
}

bool vm_is_mark(const char *text) {
        return *text == VM_MARK_START && !*vm_mark_end(text);
}

bool vm_is_arguments(const VmWords *words, const char *text) {
        size_t number = vm_is_mark(text) ? vm_mark_first(text) : SIZE_MAX;

        return number < words->n_unknowns && words->unknowns[number].kind == VM_UNKNOWN_ARGUMENTS;
}

static int spell(FILE *out, const VmWords *words, const char *text) {
        while (*text) {
                if (*text == VM_MARK_START) {
                        size_t number = vm_mark_first(text);

                        if (number < words->n_unknowns &&
                                        fprintf(out, "$%s", words->unknowns[number].name) < 0)
                                return -ENOMEM;
                        text = vm_mark_end(text);
                } else if (fputc(*text++, out) == EOF)
                        return -ENOMEM;
        }
        return fputc(0, out) == EOF ? -ENOMEM : 0;
}

int vm_unknown_spell(const VmWords *words, VmWords *ret) {
        VmWords copy = { .more = words->more };
        size_t size = 0, at = 0;
        FILE *out = open_memstream(&copy.buffer, &size);
        int r = out ? 0 : -ENOMEM;

        for (size_t i = 0; r >= 0 && i < words->n; i++)
                r = spell(out, words, words->items[i].text);
        if (out && fclose(out) == EOF)
                r = -ENOMEM;
        for (size_t i = 0; r >= 0 && i < words->n; i++) {
                r = vm_words_add(&copy, copy.buffer + at, words->items[i].line);
                at += strlen(copy.buffer + at) + 1;
        }
        if (r < 0) {
                vm_words_done(&copy);
                return r;
        }
        *ret = copy;
        return 0;
}
