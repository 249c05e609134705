/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The widths that other programs get, with their names there. */

#include "profile/profile.h"

typedef struct ExportWidth {
        const char *kind;  /* as a label's value: "safe_guest" */
        const char *label; /* as part of a name: "safe-guest-bits" */
        size_t offset;     /* in ProfileWidths */
} ExportWidth;

#define N_EXPORT_WIDTHS 7
/* In the order of ProfileWidths. */
extern const ExportWidth export_widths[N_EXPORT_WIDTHS];

/* As programs that place guests must take it: where no device can be assigned, or this is unknown, there is no
 * width with devices, whatever the profile's fact says. */
typedef struct ExportBits {
        uint64_t bits;
        const char *unknown; /* the reason; NULL: the width is known */
} ExportBits;

/* Width i of the table. */
ExportBits export_width(const Profile *profile, size_t i);

ExportBits export_safe(const Profile *profile);
ExportBits export_safe_with_devices(const Profile *profile);

/* The reason of a host on which VFIO refuses every device. */
#define EXPORT_NOT_ASSIGNABLE "not-assignable"
bool export_impossible(ExportBits width);

/* Widths of real hardware, ascending. Where names can be equal only, a host that has N bits gets one for each
 * step up to N ("guest-bits-ge-39", "guest-bits-ge-46"); an unknown width gets none. */
#define N_EXPORT_STEPS 13
extern const uint8_t export_steps[N_EXPORT_STEPS];

/* Widths that get such names, with the word for them: "guest-bits". */
typedef struct ExportLadder {
        const char *label;
        size_t offset; /* in ProfileWidths */
} ExportLadder;

#define N_EXPORT_LADDERS 3
extern const ExportLadder export_ladders[N_EXPORT_LADDERS];

/* Width i of those. */
ExportBits export_ladder_width(const Profile *profile, size_t i);
