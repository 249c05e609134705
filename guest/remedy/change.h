/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One setting of a guest changed: what remedies are made of. */

#include "guest/guest.h"

typedef enum ChangeKind {
        CHANGE_WIDTH = 0,  /* bits */
        CHANGE_WIDTH_HOST, /* as the host; bits: a limit, 0 none */
        CHANGE_GUEST_BITS, /* guest-phys-bits */
        CHANGE_MAX_MEMORY, /* bytes; 0: no hot-plug */
        CHANGE_RAM,        /* bytes */
        CHANGE_HOLE64,     /* bytes */
        CHANGE_MACHINE,    /* version, major << 16 | minor */
        CHANGE_VIOMMU_BITS,
        CHANGE_NO_DMA_TRANSLATION,
        CHANGE_MMIO64, /* MiB */
        CHANGE_LARGE_PAGES,
        CHANGE_REDUCED_BITS,
        CHANGE_NO_PEER_TO_PEER,
        _CHANGE_KIND_MAX,
} ChangeKind;

typedef struct Change {
        ChangeKind kind;
        uint64_t value;
} Change;

#define CHANGE_WORDS_MAX 160

/* On a shallow copy of a guest: nothing that it owns is touched. False: the change makes no sense for it. */
bool change_apply(const Change *change, Guest *guest);
void change_words(const Change *change, const Guest *guest, char ret[CHANGE_WORDS_MAX]);
