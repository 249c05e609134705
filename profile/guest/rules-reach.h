/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "profile/guest/check-run.h"

/* The width that a VMM takes a reach for: the bit of its last address, plus one (hw/vfio/device.c). */
unsigned reach_bits(const Reach *reach);
