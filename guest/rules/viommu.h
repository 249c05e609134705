/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "guest/rules/check.h"

/* Width of the guest's own IOMMU, given or by the machine's version; 0 when it has none that could refuse a device. */
unsigned guest_viommu_bits(const Guest *guest);

/* What becomes of an assigned device where the host's units have so many bits: QEMU compares since 9.1, only for intel-iommu;
 * Cloud Hypervisor's guests use what they are told of. SAFE where the guest has no IOMMU that matters. */
Verdict guest_viommu_verdict(const Guest *guest, unsigned host_bits);
