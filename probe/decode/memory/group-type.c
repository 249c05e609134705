/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/memory/group-type.h"

#include <stddef.h>
#include <string.h>

#include "probe/cleanup.h"

GroupType group_type_decode(const char *word) {
        static const struct {
                const char *word;
                GroupType type;
        } words[] = {
                { "DMA", GROUP_TYPE_DMA },
                { "DMA-FQ", GROUP_TYPE_DMA_FQ },
                { "identity", GROUP_TYPE_IDENTITY },
                { "blocked", GROUP_TYPE_BLOCKED },
                { "unmanaged", GROUP_TYPE_UNMANAGED },
        };

        for (size_t i = 0; i < ELEMENTS(words); i++)
                if (strcmp(word, words[i].word) == 0)
                        return words[i].type;
        return GROUP_TYPE_UNKNOWN;
}
