/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "probe/decode/memory/memmap.h"
#include "probe/decode/text.h"
#include "probe/source/facts.h"

#define MEMMAP_MAX 4096

/* One file of a memory map entry, saved while the shared buffer is reused. */
typedef struct EntryText {
        char data[64];
        size_t n;
} EntryText;

static Reason read_entry_text(
                Root *root, const char *entry, const char *file, Buffer *buffer, EntryText *ret) {
        char path[96];

        snprintf(path, sizeof(path), "sys/firmware/memmap/%.32s/%s", entry, file);
        Reason reason = root_read_attribute(root, path, buffer);
        if (reason != REASON_NONE)
                return reason;
        if (buffer->n > sizeof(ret->data))
                return REASON_TOO_LARGE;
        if (buffer->n > 0)
                memcpy(ret->data, buffer->data, buffer->n);
        ret->n = buffer->n;
        return REASON_NONE;
}

static Bytes entry_bytes(const EntryText *text) {
        return (Bytes){ .data = (const uint8_t *) text->data, .n = text->n };
}

static Reason read_entry(Root *root, const char *name, Buffer *buffer, IomemEntry *ret) {
        EntryText start = {}, end = {}, type = {};
        Reason reason;

        reason = read_entry_text(root, name, "start", buffer, &start);
        if (reason == REASON_NONE)
                reason = read_entry_text(root, name, "end", buffer, &end);
        if (reason == REASON_NONE)
                reason = read_entry_text(root, name, "type", buffer, &type);
        if (reason == REASON_NONE &&
                        !memmap_entry_decode(
                                        entry_bytes(&start), entry_bytes(&end), entry_bytes(&type), ret))
                reason = REASON_MALFORMED;
        return reason;
}

/* A partial map is useless: the first unreadable entry ends it with its reason. */
static int read_memmap(Root *root, Buffer *buffer, MemoryFacts *ret) {
        _cleanup_(name_list_done) NameList names = {};

        ret->memmap_reason = root_list(root, "sys/firmware/memmap", MEMMAP_MAX, &names);
        if (ret->memmap_reason == REASON_NONE && names.truncated)
                ret->memmap_reason = REASON_TOO_LARGE;
        else if (ret->memmap_reason == REASON_NONE && names.n == 0)
                ret->memmap_reason = REASON_ABSENT;
        for (size_t i = 0; i < names.n && ret->memmap_reason == REASON_NONE; i++) {
                IomemEntry entry = {};

                ret->memmap_reason = read_entry(root, names.names[i], buffer, &entry);
                if (ret->memmap_reason == REASON_NONE && iomem_add(&ret->memmap, &entry) < 0)
                        return -ENOMEM;
        }
        if (ret->memmap_reason != REASON_NONE)
                iomem_done(&ret->memmap);
        return 0;
}

int source_memory_read(Root *root, Buffer *buffer, MemoryFacts *ret) {
        int r;

        r = read_memmap(root, buffer, ret);
        if (r < 0)
                return r;

        ret->iomem_reason = root_read_privileged(root, SOURCE_IOMEM, SOURCE_IOMEM_MAX, buffer);
        if (ret->iomem_reason == REASON_NONE) {
                r = iomem_decode(buffer_bytes(buffer), &ret->iomem, &ret->iomem_reason, &ret->faults);
                if (r < 0)
                        return r;
        }

        ret->block_size_reason =
                        root_read_attribute(root, "sys/devices/system/memory/block_size_bytes", buffer);
        if (ret->block_size_reason == REASON_NONE) {
                Bytes text = buffer_bytes(buffer);

                if (text.n > 0 && text.data[text.n - 1] == '\n')
                        text.n--;
                if (!text_u64(text, 16, &ret->block_size))
                        ret->block_size_reason = REASON_MALFORMED;
        }
        return 0;
}

void memory_facts_done(MemoryFacts *facts) {
        iomem_done(&facts->memmap);
        iomem_done(&facts->iomem);
        fault_list_done(&facts->faults);
        *facts = (MemoryFacts){};
}
