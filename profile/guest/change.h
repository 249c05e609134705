/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One knob of a guest turned: what remedies are made of. */

#include "profile/guest/guest.h"

typedef enum ChangeKind {
        CHANGE_WIDTH = 0,  /* bits */
        CHANGE_WIDTH_HOST, /* as the host, without a limit */
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

typedef struct ChangeText {
        char words[160];
        char libvirt[192]; /* "" where libvirt has no XML for it */
        char option[192];  /* of QEMU, or of the VMM that it is */
} ChangeText;

/* On a shallow copy of a guest: nothing that it owns is touched. False: the change makes no sense for it. */
bool change_apply(const Change *change, Guest *guest);
void change_text(const Change *change, const Guest *guest, ChangeText *ret);
