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
extern const ExportWidth export_widths[N_EXPORT_WIDTHS];

/* Width i of the table. */
static inline const Fact *export_width(const Profile *profile, size_t i) {
        return (const Fact *) ((const char *) &profile->widths + export_widths[i].offset);
}
