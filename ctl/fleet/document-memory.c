/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/fleet/document-memory.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* A document of 30 KB takes 300 KB; larger ones get larger blocks. */
#define BLOCK_FIRST ((size_t) 64 << 10)
#define BLOCK_LARGEST ((size_t) 1 << 20)

typedef struct Block {
        struct Block *before;
        size_t n, size; /* bytes used, and of memory */
        _Alignas(max_align_t) char bytes[];
} Block;

typedef struct DocumentMemory {
        bool used;
        Block *block; /* the latest */
} DocumentMemory;

/* jansson's functions get nothing to tell documents apart. */
static _Thread_local DocumentMemory memory;

static Block *add_block(size_t n) {
        size_t size = memory.block ? 2 * memory.block->size : BLOCK_FIRST;
        Block *block;

        if (size > BLOCK_LARGEST)
                size = BLOCK_LARGEST;
        if (size < n)
                size = n;
        if (size > SIZE_MAX - sizeof(Block))
                return NULL;
        block = malloc(sizeof(Block) + size);
        if (!block)
                return NULL;
        block->before = memory.block;
        block->n = 0;
        block->size = size;
        memory.block = block;
        return block;
}

static void *allocate(size_t n) {
        Block *block = memory.block;
        char *bytes;

        if (!memory.used)
                return malloc(n);
        if (n > SIZE_MAX - _Alignof(max_align_t))
                return NULL;
        n = (n + _Alignof(max_align_t) - 1) & ~(_Alignof(max_align_t) - 1);
        if (!block || n > block->size - block->n)
                block = add_block(n);
        if (!block)
                return NULL;
        bytes = block->bytes + block->n;
        block->n += n;
        return bytes;
}

static void release(void *bytes) {
        if (!memory.used)
                free(bytes);
}

void document_memory_init(void) {
        json_set_alloc_funcs(allocate, release);
}

void document_memory_begin(void) {
        memory.used = true;
}

void document_memory_end(void) {
        while (memory.block) {
                Block *before = memory.block->before;

                free(memory.block);
                memory.block = before;
        }
        memory.used = false;
}
