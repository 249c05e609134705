/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A layout overlaps itself where a firmware or VMM puts one thing over another. Which pairs may share addresses is a table;
 * every other pair is a fault of the guest's, whoever places it. */

#include "guest/layout/layout.h"

typedef enum OverlapEffect {
        OVERLAP_NONE = 0, /* they may */
        OVERLAP_RESERVED, /* the guest's own map keeps addresses from a device */
        OVERLAP_LATER,    /* memory that is plugged in later comes to lie over a device */
        OVERLAP_HIDDEN,   /* memory lies over a device */
        OVERLAP_BOTH,     /* two things are at one place, and which of them the guest sees is not known */
} OverlapEffect;

typedef struct LayoutOverlap {
        OverlapEffect effect;
        const LayoutRange *memory, *device; /* of OVERLAP_BOTH: the lower and the higher one */
} LayoutOverlap;

/* What becomes of two ranges that share addresses. */
OverlapEffect layout_overlap_effect(const Guest *guest, const Layout *layout, LayoutKind a, LayoutKind b);

/* The first of each effect and pair of kinds, the worst last; at most `max`. Of a window and what is in it the latter. */
size_t layout_overlaps(const Guest *guest, const Layout *layout, LayoutOverlap *ret, size_t max);
