/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/machine.h"
#include "guest/vmm/xen/xen.h"

/* hvmloader got it in 4.19.0 (commit 57acad12a09f), and in 4.18.1 and 4.17.4. */
static bool places_large_above(GuestVersion version) {
        if (version_reaches(version, 4, 19, 0))
                return true;
        return version_reaches(version, 4, 18, 0) ? version_reaches(version, 4, 18, 1)
                                                  : version_reaches(version, 4, 17, 4);
}

/* The first releases with different rules. */
XenPolicy policy_xen(GuestVersion version) {
        const bool known = guest_version_known(&version);

        return (XenPolicy){
                .large_above = !known || places_large_above(version),
                .loses_rdm = !known || version_reaches(version, 4, 15, 0),
                .traditional = known && !version_reaches(version, 4, 21, 0),
        };
}

static bool has_large_bar(const Guest *guest) {
        for (size_t i = 0; i < guest->n_devices; i++)
                for (unsigned j = 0; j < guest->devices[i].n_bars; j++)
                        if (guest->devices[i].bars[j].is_64bit && guest->devices[i].bars[j].size > GIB)
                                return true;
        return false;
}

size_t xen_versions(const Guest *guest, GuestVersion ret[VMM_VERSIONS_MAX]) {
        const GuestVersion first = { 4, 14, 0 }, v4_15 = { 4, 15, 0 }, v4_19 = { 4, 19, 0 },
                           v4_21 = { 4, 21, 0 };
        size_t n = 0;

        if (guest->machine != MACHINE_XEN_HVM) {
                ret[n++] = v4_21;
                return n;
        }
        if (guest->xen.rdm_policy != XEN_RDM_DEFAULT)
                ret[n++] = first;
        if (has_large_bar(guest))
                ret[n++] = v4_15;
        ret[n++] = v4_19;
        if (guest->xen.traditional)
                ret[n++] = v4_21;
        return n;
}

void xen_version_set(const GuestVersion *version, Guest *guest) {
        guest->vmm_version = *version;
}
