/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "profile/guest/guest.h"

/* Width of the guest's own IOMMU, given or by the machine's version; 0 when it has none that could refuse a device. */
unsigned guest_viommu_bits(const Guest *guest);
