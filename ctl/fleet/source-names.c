/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/fleet/source-names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void source_names_done(SourceNames *names) {
        free(names->names);
        free(names->text);
        *names = (SourceNames){};
}

/* Makes room for n elements of that size more. */
static int grow(void **array, size_t *size, size_t used, size_t n, size_t element) {
        size_t wanted = *size ? *size : 64;
        void *grown;

        if (n > UINT32_MAX - used)
                return -EOVERFLOW;
        while (wanted < used + n)
                wanted += wanted / 2;
        if (wanted == *size)
                return 0;
        grown = realloc(*array, wanted * element);
        if (!grown)
                return -ENOMEM;
        *array = grown;
        *size = wanted;
        return 0;
}

int source_names_add(SourceNames *names, uint32_t directory, const char *name, uint32_t *ret) {
        size_t n = strlen(name) + 1;
        int r = grow((void **) &names->text, &names->text_size, names->n_text, n, 1);

        if (r >= 0)
                r = grow((void **) &names->names, &names->size, names->n, 1, sizeof(SourceName));
        if (r < 0)
                return r;
        memcpy(names->text + names->n_text, name, n);
        names->names[names->n] = (SourceName){ directory, (uint32_t) names->n_text };
        names->n_text += n;
        *ret = (uint32_t) names->n++;
        return 0;
}

static int compare(const void *a, const void *b, void *text) {
        const SourceName *x = a, *y = b;

        return strverscmp((const char *) text + x->text, (const char *) text + y->text);
}

void source_names_sort(SourceNames *names, uint32_t first) {
        if (names->n > first)
                qsort_r(names->names + first, names->n - first, sizeof(SourceName), compare, names->text);
}

const char *source_name(const SourceNames *names, uint32_t source) {
        return names->text + names->names[source].text;
}

void source_path(const SourceNames *names, uint32_t source, char *ret, size_t size) {
        const SourceName *name = &names->names[source];
        size_t n = 0;

        if (name->directory != SOURCE_NONE) {
                source_path(names, name->directory, ret, size);
                n = strlen(ret);
                if (n > 0 && ret[n - 1] != '/' && n + 1 < size)
                        ret[n++] = '/';
        }
        snprintf(ret + n, size - n, "%s", names->text + name->text);
}
