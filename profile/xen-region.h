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

/* Whether devices cannot address AMD's 12 GiB below 1 TiB (HyperTransport). In dom0 no group of the kernel tells. */
bool xen_hypertransport(const Profile *profile);

/* What a guest with assigned devices leaves free on such a host: its reserved device memory, and where the platform
 * takes writes for interrupts and AMD's IOMMUs map nothing. Normalised. -ENOMEM. */
int xen_region_ranges(const Profile *profile, RangeSet *ret);
