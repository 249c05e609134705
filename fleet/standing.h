/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What one host, or a class of equal hosts, contributes to a fleet's baseline: its widths, what limits them, what
 * is unknown of it, and whether devices can be assigned. docs/fleet.md has the rules. Pure. */

#include <stdint.h>

#include "profile/assignment.h"

/* Why a width is not higher. Several may apply. */
typedef enum Limit {
        LIMIT_CPU = 0,      /* what the CPU supports */
        LIMIT_FIRMWARE,     /* a firmware setting that lowers what the CPU reports */
        LIMIT_ENCRYPTION,   /* memory encryption, which can be disabled */
        LIMIT_KVM,          /* KVM supports less than the CPU */
        LIMIT_SECOND_LEVEL, /* EPT or NPT maps less than KVM supports */
        LIMIT_IOMMU,
        _LIMIT_MAX,
} Limit;

WORDS_DECLARE(Limit, limit);

/* What can be unknown of a host so that a question about the fleet has no answer. */
typedef enum Gap {
        GAP_ARCHITECTURE = 0,
        GAP_CPU_VENDOR,
        GAP_GUEST_PHYSICAL,
        GAP_GUEST_MAPPABLE,
        GAP_IOVA,
        GAP_LA57,
        GAP_RESERVED,
        GAP_PROFILE, /* only a summary was read */
        _GAP_MAX,
} Gap;

WORDS_DECLARE(Gap, gap);

/* Widths are bits; 0: unknown. Sets have bit 1 << value. */
typedef struct Standing {
        uint8_t cpu_physical, host_physical, guest_physical, guest_mappable, iova;
        uint8_t guest;        /* smaller of guest_physical and guest_mappable */
        uint8_t with_devices; /* smaller of guest and iova */
        uint8_t encryption;   /* bits that memory encryption takes, if known */
        bool encryption_known, second_level_off;
        bool xen;          /* it limits its guests to what its tables map */
        bool disabled;     /* firmware disables virtualisation */
        bool summary;      /* only a summary was read: nothing is known of groups */
        bool impossible;   /* no device can be assigned; not said of what is unknown */
        uint8_t obstacles; /* why: Obstacle */
        uint8_t limits, device_limits;
        uint8_t gaps[_GAP_MAX]; /* Reason; REASON_NONE: known */
} Standing;

Standing standing_of(const Profile *profile, bool summary);
