/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/memory/reserved-regions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"
#include "probe/decode/text.h"
#include "probe/grow.h"

void reserved_regions_done(ReservedRegions *regions) {
        free(regions->regions);
        *regions = (ReservedRegions){};
}

ReservedType reserved_type_decode(Bytes word) {
        static const struct {
                const char *word;
                ReservedType type;
        } words[] = {
                { "direct", RESERVED_DIRECT },
                { "direct-relaxable", RESERVED_DIRECT_RELAXABLE },
                { "reserved", RESERVED_RESERVED },
                { "msi", RESERVED_MSI },
        };

        for (size_t i = 0; i < ELEMENTS(words); i++)
                if (text_equal(word, words[i].word))
                        return words[i].type;
        return RESERVED_OTHER;
}

static bool parse_line(Bytes line, ReservedRegion *ret) {
        Bytes start, end, word;

        if (!text_word(&line, &start) || !text_word(&line, &end) || !text_word(&line, &word) ||
                        text_trim(line).n > 0)
                return false;
        if (!text_starts(start, "0x") || !text_u64(start, 16, &ret->start) || !text_starts(end, "0x") ||
                        !text_u64(end, 16, &ret->end) || word.n >= sizeof(ret->word))
                return false;
        ret->type = reserved_type_decode(word);
        text_printable(word, ret->word, sizeof(ret->word));
        return true;
}

static int regions_add(ReservedRegions *regions, const ReservedRegion *region) {
        ReservedRegion *grown = grow(regions->regions, regions->n, sizeof(ReservedRegion));

        if (!grown)
                return -ENOMEM;
        regions->regions = grown;
        regions->regions[regions->n++] = *region;
        return 0;
}

int reserved_regions_decode(Bytes text, ReservedRegions *ret, FaultList *faults) {
        ReservedRegions regions = {};
        size_t cursor = 0, number = 0;
        Bytes line;

        while (text_line(text, &cursor, &line)) {
                ReservedRegion region = {};

                number++;
                if (line.n == 0)
                        continue;
                if (regions.n >= RESERVED_REGIONS_COUNT_MAX) {
                        fault_add(faults, number, "too-many-regions", "more than %d regions",
                                        RESERVED_REGIONS_COUNT_MAX);
                        break;
                }
                if (!parse_line(line, &region)) {
                        fault_add(faults, number, "region-line", "expected \"0xSTART 0xEND TYPE\"");
                        continue;
                }
                if (region.end < region.start) {
                        fault_add(faults, number, "region-inverted", "the region ends before it starts");
                        continue;
                }
                if (regions_add(&regions, &region) < 0) {
                        reserved_regions_done(&regions);
                        return -ENOMEM;
                }
        }
        *ret = regions;
        return 0;
}
