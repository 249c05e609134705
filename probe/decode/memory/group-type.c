/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/memory/group-type.h"

static const char *const group_type_table[_GROUP_TYPE_MAX] = {
        [GROUP_TYPE_UNKNOWN] = "unknown",
        [GROUP_TYPE_DMA] = "DMA",
        [GROUP_TYPE_DMA_FQ] = "DMA-FQ",
        [GROUP_TYPE_IDENTITY] = "identity",
        [GROUP_TYPE_BLOCKED] = "blocked",
        [GROUP_TYPE_UNMANAGED] = "unmanaged",
};
WORDS_DEFINE(GroupType, group_type);

GroupType group_type_decode(const char *word) {
        int type = group_type_from_string(word);

        return type < 0 ? GROUP_TYPE_UNKNOWN : (GroupType) type;
}
