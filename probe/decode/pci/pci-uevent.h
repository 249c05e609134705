/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* /sys/bus/pci/devices/X/uevent, "KEY=VALUE" a line (drivers/pci/pci-driver.c, pci_uevent): ids, class and
 * driver in one read. */

#include <stdbool.h>
#include <stdint.h>

#include "probe/decode/bytes.h"

typedef struct PciUevent {
        bool has_class, has_id, has_subsystem;
        uint32_t class_code; /* 24 bits */
        uint16_t vendor, device, subsystem_vendor, subsystem_device;
        char driver[40]; /* "" when none is bound */
} PciUevent;

/* Unknown lines are ignored: kernels add keys. If a value does not parse, its has_x stays false. */
void pci_uevent_decode(Bytes text, PciUevent *ret);
