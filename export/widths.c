/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "export/widths.h"

#include <string.h>

#include "profile/assignment.h"

#define WIDTH(member) offsetof(ProfileWidths, member)

const ExportWidth export_widths[] = {
        { "cpu_physical", "cpu-physical-bits", WIDTH(cpu_physical_bits) },
        { "host_physical", "host-physical-bits", WIDTH(host_physical_bits) },
        { "guest_physical", "guest-physical-bits", WIDTH(guest_physical_bits) },
        { "guest_mappable", "guest-mappable-bits", WIDTH(guest_mappable_bits) },
        { "iova", "iova-bits", WIDTH(iova_bits) },
        { "safe_guest", "safe-guest-bits", WIDTH(safe_guest_bits) },
        { "safe_guest_with_devices", "safe-guest-bits-with-devices", WIDTH(safe_guest_bits_with_devices) },
};

const uint8_t export_steps[] = { 36, 39, 40, 42, 43, 44, 45, 46, 47, 48, 51, 52, 57 };

const ExportLadder export_ladders[] = {
        { "guest-bits", WIDTH(safe_guest_bits) },
        { "guest-bits-with-devices", WIDTH(safe_guest_bits_with_devices) },
        { "iova-bits", WIDTH(iova_bits) },
};

static ExportBits of_fact(const Fact *fact) {
        if (fact_known(fact))
                return (ExportBits){ .bits = fact->value };
        return (ExportBits){ .unknown = reason_to_string(fact->reason) };
}

/* Of groups that could not be read, or of one in doubt. */
static const char *doubt(const Assignment *assignment) {
        if (assignment->reason != REASON_NONE)
                return reason_to_string(assignment->reason);
        for (Obstacle why = 0; why < _OBSTACLE_MAX; why++)
                if (assignment->obstacles & (1U << why))
                        return obstacle_to_string(why);
        return reason_to_string(REASON_AMBIGUOUS);
}

ExportBits export_safe(const Profile *profile) {
        return of_fact(&profile->widths.safe_guest_bits);
}

/* Without IOMMU, the fact says so itself. */
ExportBits export_safe_with_devices(const Profile *profile) {
        const Fact *fact = &profile->widths.safe_guest_bits_with_devices;
        const Assignment assignment = assignment_of(profile);

        if (assignment.possible == TRISTATE_NO &&
                        (fact_known(fact) || !(assignment.obstacles & (1U << OBSTACLE_NO_IOMMU))))
                return (ExportBits){ .unknown = EXPORT_NOT_ASSIGNABLE };
        if (assignment.possible == TRISTATE_UNKNOWN && fact_known(fact))
                return (ExportBits){ .unknown = doubt(&assignment) };
        return of_fact(fact);
}

bool export_impossible(ExportBits width) {
        return width.unknown && strcmp(width.unknown, EXPORT_NOT_ASSIGNABLE) == 0;
}

static ExportBits at(const Profile *profile, size_t offset) {
        if (offset == WIDTH(safe_guest_bits_with_devices))
                return export_safe_with_devices(profile);
        return of_fact((const Fact *) ((const char *) &profile->widths + offset));
}

ExportBits export_width(const Profile *profile, size_t i) {
        return at(profile, export_widths[i].offset);
}

ExportBits export_ladder_width(const Profile *profile, size_t i) {
        return at(profile, export_ladders[i].offset);
}
