/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The hypervisor of a machine whose CPU does not tell: what systemd-detect-virt(1) looks at (systemd,
 * src/basic/virt.c). */

#include "probe/decode/bytes.h"

/* By a string of the DMI table: sys_vendor, product_name, board_vendor, bios_vendor, product_version. NULL: of no
 * hypervisor that is known here. */
const char *hypervisor_by_dmi(Bytes text);

/* By `compatible` of the node "hypervisor"; "unnamed" for others. */
const char *hypervisor_by_node(Bytes compatible);
