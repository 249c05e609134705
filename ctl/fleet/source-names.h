/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Names of the files of a fleet, by number. A fleet may be a directory of 100,000 files: a name takes its
 * length and nine bytes. */

#include <stddef.h>
#include <stdint.h>

#define SOURCE_NONE UINT32_MAX

typedef struct SourceName {
        uint32_t directory; /* number of its directory; SOURCE_NONE: the name is a path */
        uint32_t text;      /* offset in the text */
} SourceName;

typedef struct SourceNames {
        SourceName *names;
        char *text;
        size_t n, size, n_text, text_size;
} SourceNames;

void source_names_done(SourceNames *names);

/* Returns the number in *ret. -ENOMEM; -EOVERFLOW: more than 4 GiB of names. */
int source_names_add(SourceNames *names, uint32_t directory, const char *name, uint32_t *ret);

/* Sorts those from `first` to the last, all of one directory, by version order: host2 before host10. */
void source_names_sort(SourceNames *names, uint32_t first);

const char *source_name(const SourceNames *names, uint32_t source);

/* Its path, cut if it is longer. */
void source_path(const SourceNames *names, uint32_t source, char *ret, size_t size);
