/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest/form/cloud-hypervisor/ch.h"
#include "probe/cleanup.h"

/* The end of a part, at a comma outside quotes and brackets. NULL: unbalanced quote or bracket. */
static const char *part_end(const char *text) {
        unsigned brackets = 0;
        bool quoted = false;

        for (; *text && (quoted || brackets > 0 || *text != ','); text++) {
                quoted ^= *text == '"';
                if (quoted || *text == '"')
                        continue;
                brackets += *text == '[';
                if (*text == ']' && brackets-- == 0)
                        return NULL;
        }
        return quoted || brackets > 0 ? NULL : text;
}

/* Strips quotes and surrounding blanks. */
static char *value_of(const char *text, size_t n) {
        char *value, *out;

        while (n > 0 && (*text == ' ' || *text == '\t')) {
                text++;
                n--;
        }
        while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t'))
                n--;
        value = out = malloc(n + 1);
        if (!value)
                return NULL;
        for (; n > 0; text++, n--)
                if (*text != '"')
                        *out++ = *text;
        *out = 0;
        return value;
}

int ch_values_parse(const char *text, KeyValues *ret) {
        text += strspn(text, " \t");
        while (*text) {
                const char *end = part_end(text), *equals;
                _cleanup_free_ char *key = NULL, *value = NULL;
                int r;

                if (!end)
                        return -EINVAL;
                equals = memchr(text, '=', (size_t) (end - text));
                if (!equals || equals == text)
                        return -EINVAL;
                key = strndup(text, (size_t) (equals - text));
                value = value_of(equals + 1, (size_t) (end - equals - 1));
                if (!key || !value)
                        return -ENOMEM;
                r = key_values_add(ret, key, value);
                if (r < 0)
                        return r;
                if (*end && !end[1])
                        return -EINVAL;
                text = *end ? end + 1 : end;
        }
        return 0;
}
