/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Memory for one pass over a script, all of it released together. Its limit is also the limit on how far variables may
 * expand. */

#include <stdbool.h>
#include <stddef.h>

typedef struct ShellMemory {
        struct ShellChunk *chunks; /* owned */
        size_t used;
        bool full; /* a request went beyond the limit */
} ShellMemory;

#define SHELL_MEMORY_MAX ((size_t) 32 << 20)

/* NULL without memory, or beyond the limit. */
void *shell_take(ShellMemory *memory, size_t n);
char *shell_take_text(ShellMemory *memory, const char *text, size_t n);

/* What is taken from here on may be given back at once. */
typedef struct ShellMark {
        struct ShellChunk *chunk;
        size_t chunk_used, used;
} ShellMark;

ShellMark shell_memory_mark(const ShellMemory *memory);
void shell_memory_release(ShellMemory *memory, const ShellMark *mark);

void shell_memory_done(ShellMemory *memory);
