/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The values of a section that matter to hawd. */

#include "guest/form/cloud-hypervisor/ch.h"
#include "guest/size.h"

#define CH_SIZE_MAX GUEST_SIZE_MAX
#define CH_ZONES_MAX 1024

typedef enum ChKey {
        CH_KEY_NONE = 0,
        CH_KEY_SIZE,
        CH_KEY_HOTPLUG,
        CH_KEY_METHOD,
        CH_KEY_BITS,
        CH_KEY_PATH,
        CH_KEY_FD,
        CH_KEY_ID,
        CH_KEY_IOMMU,
        CH_KEY_SEGMENT,
        CH_KEY_SEGMENTS,
        CH_KEY_BEHIND, /* segments behind the vIOMMU: ch_behind() */
        CH_KEY_IOMMUFD,
        CH_KEY_P2P,
        CH_KEY_TDX,
        CH_KEY_SNP,
        CH_KEY_WEIGHT32,
        CH_KEY_WEIGHT64,
        CH_KEY_DAX,
        _CH_KEY_MAX,
} ChKey;

typedef struct ChItem {
        const char *where;
        const char *texts[_CH_KEY_MAX]; /* NULL: not given */
        uint64_t numbers[_CH_KEY_MAX];  /* numbers and sizes; 1 for "on" */
} ChItem;

static inline bool ch_said(const ChItem *item, ChKey key) {
        return item->texts[key] != NULL;
}

int ch_apply(Ch *ch, ChSection section, const ChItem *item);

/* Reads "[1,3-5]", or one number of it. */
int ch_behind(Ch *ch, const char *name, const char *text);

int ch_memory(Ch *ch, const ChItem *item);
int ch_zone(Ch *ch, const ChItem *item);
int ch_memory_finish(Ch *ch); /* zones against the total */
