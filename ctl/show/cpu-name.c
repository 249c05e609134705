/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/show/cpu-name.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "probe/cleanup.h"

#define WORD_MAX 64

static bool is_word(const char *word, const char *const *words, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (strcmp(word, words[i]) == 0)
                        return true;
        return false;
}

/* "64-Core", "16-core" */
static bool is_cores(const char *word) {
        size_t digits = strspn(word, "0123456789");

        return digits > 0 && (strcmp(word + digits, "-Core") == 0 || strcmp(word + digits, "-core") == 0);
}

/* Copies a word without trademarks. Returns the rest of the text. */
static const char *take_word(const char *text, char ret[static WORD_MAX]) {
        static const char *const marks[] = { "(R)", "(r)", "(TM)", "(tm)" };
        const size_t n = strcspn(text, " ");
        size_t used = 0;

        for (size_t i = 0; i < n;) {
                size_t mark = 0;

                for (size_t m = 0; m < ELEMENTS(marks); m++)
                        if (strncmp(text + i, marks[m], strlen(marks[m])) == 0)
                                mark = strlen(marks[m]);
                if (mark == 0 && used + 1 < WORD_MAX)
                        ret[used++] = text[i];
                i += mark ? mark : 1;
        }
        ret[used] = 0;
        return text + n + strspn(text + n, " ");
}

char *cpu_name(const char *model, char *ret, size_t size) {
        static const char *const vendors[] = { "Intel", "AMD" }, *const words[] = { "CPU", "Processor" };
        const char *text = model + strspn(model, " ");
        char word[WORD_MAX];
        bool first = true;
        size_t used = 0;

        *ret = 0;
        for (; *text; first = false) {
                text = take_word(text, word);
                if (strcmp(word, "@") == 0)
                        break;
                if (!*word || (first && is_word(word, vendors, ELEMENTS(vendors))) || is_cores(word) ||
                                is_word(word, words, ELEMENTS(words)))
                        continue;
                if (used < size)
                        used += (size_t) snprintf(
                                        ret + used, size - used, "%s%s", used > 0 ? " " : "", word);
        }
        /* A name of such words only. */
        if (!*ret)
                snprintf(ret, size, "%s", model);
        return ret;
}
