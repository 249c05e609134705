/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/shell/shell.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK ((size_t) 64 << 10)

typedef struct ShellChunk {
        struct ShellChunk *next;
        size_t used, size;
        _Alignas(16) char data[];
} ShellChunk;

void *shell_take(ShellMemory *memory, size_t n) {
        ShellChunk *chunk = memory->chunks;
        void *taken;

        if (n > SHELL_MEMORY_MAX || memory->used + n > SHELL_MEMORY_MAX) {
                memory->full = true;
                return NULL;
        }
        n = (n + 15) & ~(size_t) 15;
        if (!chunk || chunk->size - chunk->used < n) {
                size_t size = n > CHUNK ? n : CHUNK;

                chunk = malloc(sizeof(*chunk) + size);
                if (!chunk)
                        return NULL;
                *chunk = (ShellChunk){ .next = memory->chunks, .size = size };
                memory->chunks = chunk;
        }
        taken = chunk->data + chunk->used;
        chunk->used += n;
        memory->used += n;
        return taken;
}

char *shell_take_text(ShellMemory *memory, const char *text, size_t n) {
        char *copy = shell_take(memory, n + 1);

        if (!copy)
                return NULL;
        memcpy(copy, text, n);
        copy[n] = 0;
        return copy;
}

ShellMark shell_memory_mark(const ShellMemory *memory) {
        return (ShellMark){ memory->chunks, memory->chunks ? memory->chunks->used : 0, memory->used };
}

void shell_memory_release(ShellMemory *memory, const ShellMark *mark) {
        while (memory->chunks != mark->chunk) {
                ShellChunk *next = memory->chunks->next;

                free(memory->chunks);
                memory->chunks = next;
        }
        if (memory->chunks)
                memory->chunks->used = mark->chunk_used;
        memory->used = mark->used;
}

void shell_memory_done(ShellMemory *memory) {
        while (memory->chunks) {
                ShellChunk *next = memory->chunks->next;

                free(memory->chunks);
                memory->chunks = next;
        }
        *memory = (ShellMemory){};
}
