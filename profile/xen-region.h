/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reserved device memory of a host that Xen runs. */

#include "profile/profile.h"

/* What the regions are called: "RMRR", or "IVMD" of AMD's units. */
const char *xen_region_word(const Profile *profile);

/* Whether Xen refuses a device because its region is another device's, too, unless the guest's rdm_policy is relaxed
 * (xen/drivers/passthrough/vtd/iommu.c, intel_iommu_assign_device()). AMD's units have no such rule. */
bool xen_region_shared(const Profile *profile, const PciAddress *device);
/* The same of an element of profile->xen.reserved. */
bool xen_region_is_shared(const Profile *profile, size_t i);
