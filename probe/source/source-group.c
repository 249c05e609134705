/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/decode/text.h"
#include "probe/source/facts.h"

#define GROUPS_MAX 65536
#define GROUP_DEVICES_MAX 4096
/* Can exceed one page: kernels before 6.2 print more, and a server may have many RMRRs. */
#define RESERVED_REGIONS_MAX (256 * 1024)

static Reason read_word(
                Root *root, const char *id, const char *file, Buffer *buffer, char *ret, size_t size) {
        char path[96];

        snprintf(path, sizeof(path), "sys/kernel/iommu_groups/%s/%s", id, file);
        Reason reason = root_read_attribute(root, path, buffer);
        if (reason != REASON_NONE)
                return reason;

        Bytes text = buffer_bytes(buffer);
        if (text.n > 0 && text.data[text.n - 1] == '\n')
                text.n--;
        text_printable(text, ret, size);
        return REASON_NONE;
}

int source_group_read_one(Root *root, Buffer *buffer, const char *id, GroupFact *ret, FaultList *faults) {
        char path[96];

        ret->type_reason = read_word(root, id, "type", buffer, ret->type_word, sizeof(ret->type_word));
        if (ret->type_reason == REASON_NONE)
                ret->type = group_type_decode(ret->type_word);
        (void) read_word(root, id, "name", buffer, ret->name, sizeof(ret->name));

        snprintf(path, sizeof(path), "sys/kernel/iommu_groups/%s/devices", id);
        ret->devices_reason = root_list(root, path, GROUP_DEVICES_MAX, &ret->devices);
        if (ret->devices_reason == REASON_NONE && ret->devices.truncated)
                ret->devices_reason = REASON_TOO_LARGE;
        if (name_list_printable(&ret->devices) < 0)
                return -ENOMEM;

        snprintf(path, sizeof(path), "sys/kernel/iommu_groups/%s/reserved_regions", id);
        ret->regions_reason = root_read(root, path, RESERVED_REGIONS_MAX, buffer);
        if (ret->regions_reason == REASON_NONE) {
                size_t before = faults->n + faults->dropped;
                int r = reserved_regions_decode(buffer_bytes(buffer), &ret->regions, faults);

                if (r < 0)
                        return r;
                /* If a region cannot be read, none are used: a partial list would be unsafe. */
                if (faults->n + faults->dropped > before)
                        ret->regions_reason = REASON_MALFORMED;
        }
        return 0;
}

/* Requires the kernel's format; otherwise two groups could have one number. */
static bool parse_id(const char *name, uint64_t *ret) {
        return text_u64((Bytes){ .data = (const uint8_t *) name, .n = strlen(name) }, 10, ret) &&
                        *ret <= INT32_MAX && (name[0] != '0' || !name[1]);
}

int source_group_read(Root *root, Buffer *buffer, GroupFacts *ret) {
        _cleanup_(name_list_done) NameList names = {};

        ret->reason = root_list(root, "sys/kernel/iommu_groups", GROUPS_MAX, &names);
        if (ret->reason == REASON_NONE && names.truncated)
                ret->reason = REASON_TOO_LARGE;
        if (names.n == 0)
                return 0;
        ret->groups = calloc(names.n, sizeof(GroupFact));
        if (!ret->groups)
                return -ENOMEM;
        for (size_t i = 0; i < names.n; i++) {
                const char *name = names.names[i];
                uint64_t id;

                if (!parse_id(name, &id))
                        continue;
                GroupFact *group = &ret->groups[ret->n++];
                group->id = (uint32_t) id;
                int r = source_group_read_one(root, buffer, name, group, &ret->faults);
                if (r < 0)
                        return r;
        }
        return 0;
}

void group_fact_done(GroupFact *group) {
        reserved_regions_done(&group->regions);
        name_list_done(&group->devices);
        *group = (GroupFact){};
}

void group_facts_done(GroupFacts *facts) {
        for (size_t i = 0; i < facts->n; i++)
                group_fact_done(&facts->groups[i]);
        free(facts->groups);
        fault_list_done(&facts->faults);
        *facts = (GroupFacts){};
}
