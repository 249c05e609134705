/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "guest/rules/run.h"

/* The width that a VMM takes a reach for: the bit of its last address, plus one (hw/vfio/device.c). */
unsigned reach_bits(const Reach *reach);

/* An unsafe verdict for [start, end], out of reach, that is a warning where the host's kernel may give a wider reach. */
Verdict reach_doubt(const Reach *reach, Verdict verdict, uint64_t start, uint64_t end);

/* Of memory, a part of which is out of a device's reach: boot memory, what is plugged in later, the room beyond that. */
Verdict reach_memory_verdict(const Guest *guest, const LayoutRange *range, const Range *outside);
