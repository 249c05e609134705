/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* On Xen, Linux sees its domain and not the host. These steps of profile_derive() say what Xen's facts mean, and take
 * back what Linux only believes. All do nothing on other hosts. */

#include "profile/derive/derive.h"

/* The domain and what Xen says. -ENOMEM. */
int derive_xen(const Facts *facts, ProfileXen *ret);

/* The facts without those that are Linux's view only, which are unknown with the reason xen. A shallow copy: `facts`
 * keeps what both refer to. False: the facts hold as they are, as outside of Xen and in HVM and PVH guests, which are
 * virtual machines like others. */
bool derive_xen_view(const Facts *facts, const ProfileXen *xen, Facts *ret);

/* Whether KVM only looks like Xen. */
bool derive_xen_is_kvm(const Facts *facts);

/* What any value is unknown for that Xen alone has: permission where Xen could be asked. */
Reason derive_xen_reason(const Facts *facts);

/* CPU, paging, encryption and the widths of guests, as Xen has them. After those of Linux. */
void derive_xen_host(const Facts *facts, Profile *profile);

/* The units that Xen drives, and which devices are behind them. After the devices. -ENOMEM. */
int derive_xen_iommus(const Facts *facts, Profile *profile);
void derive_xen_device_units(Profile *profile);

/* After derive_iova_width(). */
void derive_xen_iova(const Facts *facts, Profile *profile);

void derive_xen_assignable(Profile *profile);

/* The host's map, as far as dom0 has it. -ENOMEM. */
int derive_xen_memory(const Facts *facts, Profile *profile);
