/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "export/widths.h"

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
