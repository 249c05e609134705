/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How a domain of Xen is virtualised, as in /sys/hypervisor/guest_type (Documentation/ABI/testing/sysfs-hypervisor-xen). */

#include "probe/words.h"

typedef enum XenDomainType {
        XEN_DOMAIN_UNKNOWN = 0,
        XEN_DOMAIN_PV,
        XEN_DOMAIN_HVM,
        XEN_DOMAIN_PVH,
        _XEN_DOMAIN_TYPE_MAX,
} XenDomainType;

/* "pv", "hvm", "pvh"; "" for XEN_DOMAIN_UNKNOWN. */
WORDS_DECLARE(XenDomainType, xen_domain_type);

/* As Xen's documents write it: "PV", "HVM", "PVH"; "" for XEN_DOMAIN_UNKNOWN. */
const char *xen_domain_type_name(XenDomainType type);

/* The kernel's word: "PV", "HVM", "PVH"; others are unknown. */
XenDomainType xen_domain_type_decode(const char *word);
