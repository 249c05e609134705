/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/words.h"

#include <errno.h>
#include <string.h>

const char *words_get(const Words *words, unsigned value) {
        return value < words->n && words->words[value] ? words->words[value] : "unknown";
}

int words_find(const Words *words, const char *word) {
        for (unsigned i = 0; i < words->n; i++)
                if (*word && words->words[i] && strcmp(words->words[i], word) == 0)
                        return (int) i;
        return -EINVAL;
}
