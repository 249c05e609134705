/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/memory/memmap.h"

#include "probe/decode/text.h"

/* Fails if the text has more than one line. */
static bool single_line(Bytes text, Bytes *ret) {
        size_t cursor = 0;

        return text_line(text, &cursor, ret) && cursor == text.n;
}

bool memmap_entry_decode(Bytes start, Bytes end, Bytes type, IomemEntry *ret) {
        IomemEntry entry = {};
        Bytes line;

        if (!single_line(start, &line) || !text_starts(line, "0x") || !text_u64(line, 16, &entry.start))
                return false;
        if (!single_line(end, &line) || !text_starts(line, "0x") || !text_u64(line, 16, &entry.end))
                return false;
        if (!single_line(type, &line) || line.n == 0 || entry.end < entry.start)
                return false;
        entry.kind = iomem_kind(line);
        text_printable(line, entry.name, sizeof(entry.name));
        *ret = entry;
        return true;
}
