/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/xen/domain-type.h"

#include <strings.h>

static const char *const xen_domain_type_table[_XEN_DOMAIN_TYPE_MAX] = {
        [XEN_DOMAIN_UNKNOWN] = "",
        [XEN_DOMAIN_PV] = "pv",
        [XEN_DOMAIN_HVM] = "hvm",
        [XEN_DOMAIN_PVH] = "pvh",
};
WORDS_DEFINE(XenDomainType, xen_domain_type);

XenDomainType xen_domain_type_decode(const char *word) {
        for (unsigned i = XEN_DOMAIN_UNKNOWN + 1; i < _XEN_DOMAIN_TYPE_MAX; i++)
                if (strcasecmp(word, xen_domain_type_table[i]) == 0)
                        return (XenDomainType) i;
        return XEN_DOMAIN_UNKNOWN;
}

const char *xen_domain_type_name(XenDomainType type) {
        static const char *const names[_XEN_DOMAIN_TYPE_MAX] = {
                [XEN_DOMAIN_UNKNOWN] = "",
                [XEN_DOMAIN_PV] = "PV",
                [XEN_DOMAIN_HVM] = "HVM",
                [XEN_DOMAIN_PVH] = "PVH",
        };

        return type < _XEN_DOMAIN_TYPE_MAX ? names[type] : "";
}
