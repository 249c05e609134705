/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "fleet/baseline.h"

/* A class of a fleet that is worked out by hand; widths of 0 are unknown for `reason`. */
typedef struct FleetRow {
        uint64_t hosts;
        uint8_t cpu, host, physical, mappable, iova;
        Reason reason;
        const char *pool, *architecture; /* NULL: none, x86_64 */
        const char *name;
        Range reserved[3];
        ProfileGroup groups[3];
        uint64_t narrowed;
        uint8_t encryption;
        bool summary, shadow;
        bool refused; /* a summary of a host where no device can be assigned */
} FleetRow;

typedef struct FleetRows {
        const FleetRow *rows;
        Profile profile; /* of the last row that was asked for */
        int error;
} FleetRows;

#define GROUP(yes, reason)                                                   \
        {                                                                    \
                .id = 1, .assignable = (yes) ? TRISTATE_YES : TRISTATE_NO,   \
                .why = (yes) ? ASSIGNABLE_WHY_NONE : ASSIGNABLE_WHY_##reason \
        }
#define GROUPS .groups = { GROUP(true, NONE) }

/* Fills a zeroed profile, which points into the row. */
void fleet_row_profile(const FleetRow *row, Profile *profile);

/* For BaselineFleet.get; userdata: FleetRows. */
int fleet_rows_get(void *userdata, size_t i, BaselineMember *ret);
const char *fleet_rows_host(void *userdata, size_t class, uint64_t i);
