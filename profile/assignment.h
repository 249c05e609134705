/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whether a host can assign devices to guests at all, by its IOMMU groups, or by Xen. Pure. */

#include "profile/profile.h"

/* Why no device of a host can be assigned. */
typedef enum Obstacle {
        OBSTACLE_NO_IOMMU = 0,
        OBSTACLE_NO_GROUPS,
        OBSTACLE_DIRECT_REGION,
        OBSTACLE_BRIDGES_ONLY,
        OBSTACLE_NO_INTERRUPT_REMAPPING,
        OBSTACLE_NOT_PCI,
        OBSTACLE_UNREADABLE,
        OBSTACLE_NOT_ASSIGNABLE, /* of a summary, which does not say more */
        _OBSTACLE_MAX,
} Obstacle;

WORDS_DECLARE(Obstacle, obstacle);

typedef struct Assignment {
        Tristate possible; /* yes: VFIO can assign the devices of at least one group; on Xen, xl a device */
        Reason reason; /* if unknown: why the groups are; REASON_NONE: no group is known to be assignable */
        uint8_t obstacles; /* if no: why, never empty; if unknown: of the groups in doubt. Bit 1 << Obstacle */
} Assignment;

/* A profile that was made from a summary has no groups (groups_reason is NOT_APPLICABLE): no if its width with devices
 * is not applicable, else unknown. */
Assignment assignment_of(const Profile *profile);
