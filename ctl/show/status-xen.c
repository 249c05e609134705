/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/show/status-xen.h"

#include <inttypes.h>
#include <string.h>

#include "ctl/show/numbers.h"
#include "ctl/show/status-line.h"
#include "profile/xen-region.h"

#define HOLES_SHOWN 6

static bool in_dom0(const Profile *profile) {
        return profile->xen.role == XEN_ROLE_CONTROL;
}

bool status_xen_host(const Profile *profile, const Screen *screen) {
        const ProfileXen *xen = &profile->xen;
        const char *type = xen_domain_type_name(xen->domain_type);
        const char *version = *xen->version ? xen->version : "version unknown";

        if (in_dom0(profile))
                status_line(screen, "Xen", "%s; this is its control domain (dom0%s%s)", version,
                                *type ? ", " : "", type);
        else if (xen->role == XEN_ROLE_GUEST)
                status_line(screen, "", "a guest of Xen (%s%s%s): Xen reports all numbers", version,
                                *type ? ", " : "", type);
        return xen->role == XEN_ROLE_GUEST;
}

bool status_xen_iommus(const Profile *profile, const Screen *screen) {
        const Fact *passthrough = &profile->xen.passthrough_pv;

        if (!in_dom0(profile) || profile->n_iommus > 0)
                return false;
        status_line(screen, "IOMMU", "%s",
                        profile->iommus_reason == REASON_NONE ? "none in use by Xen"
                                        : fact_known(passthrough) && passthrough->value
                                        ? "in use by Xen; which units is unknown"
                                        : "unknown whether Xen uses one");
        return true;
}

static bool same(const ProfileXenRegion *a, const ProfileXenRegion *b) {
        return a->start == b->start && a->end == b->end;
}

/* They are sorted: a region of several devices has its elements side by side. */
bool status_xen_holes(const Profile *profile, const Screen *screen) {
        const ProfileXen *xen = &profile->xen;
        char start[NUMBER_TEXT_MAX], end[NUMBER_TEXT_MAX], device[PCI_ADDRESS_TEXT_MAX];
        const char *label = "Holes";
        size_t regions = 0;

        if (!in_dom0(profile))
                return false;
        if (xen->reserved_reason != REASON_NONE)
                status_line(screen, label, "reserved device memory unknown: %s",
                                reason_to_string(xen->reserved_reason));
        for (size_t i = 0, n; i < xen->n_reserved; i += n) {
                const ProfileXenRegion *region = &xen->reserved[i];

                for (n = 1; i + n < xen->n_reserved && same(region, &xen->reserved[i + n]);)
                        n++;
                if (regions++ >= HOLES_SHOWN)
                        continue;
                pci_address_format(&region->device, device, sizeof(device));
                number_address(region->start, start, sizeof(start));
                number_address(region->end, end, sizeof(end));
                if (n > 1)
                        status_line(screen, label, "%s-%s reserved (%s) for %s and %zu more", start, end,
                                        xen_region_word(profile), device, n - 1);
                else
                        status_line(screen, label, "%s-%s reserved (%s)%s%s", start, end,
                                        xen_region_word(profile), region->has_device ? " for " : "",
                                        region->has_device ? device : "");
                label = "";
        }
        if (regions > HOLES_SHOWN)
                status_line(screen, "", "and %zu more: hawctl regions", regions - HOLES_SHOWN);
        return true;
}

static int put_count(char *text, size_t size, int n, size_t count, const char *what) {
        if (count == 0 || n < 0 || (size_t) n >= size)
                return n;
        return n + snprintf(text + n, size - (size_t) n, "%s%zu %s", n ? ", " : "", count, what);
}

bool status_xen_devices(const Profile *profile, const Screen *screen) {
        size_t counts[_ASSIGNABLE_WHY_MAX] = {}, assignable = 0, no_hvm = 0;
        char text[256] = "";
        int n = 0;

        if (!in_dom0(profile) || profile->n_groups > 0)
                return false;
        if (profile->n_devices == 0)
                return true;
        for (size_t i = 0; i < profile->n_devices; i++)
                if (profile->devices[i].xen_assignable == TRISTATE_YES)
                        assignable++;
                else if (profile->devices[i].xen_assignable == TRISTATE_NO &&
                                profile->devices[i].xen_why == ASSIGNABLE_WHY_NONE)
                        no_hvm++;
                else
                        counts[profile->devices[i].xen_why]++;
        n = put_count(text, sizeof(text), n, assignable, "assignable");
        n = put_count(text, sizeof(text), n, counts[ASSIGNABLE_WHY_SHARED_REGION], "with a shared RMRR");
        n = put_count(text, sizeof(text), n, counts[ASSIGNABLE_WHY_NOT_HANDED_OVER],
                        "not handed over (xl pci-assignable-add)");
        n = put_count(text, sizeof(text), n, no_hvm, "not assignable without HVM guests");
        n = put_count(text, sizeof(text), n, counts[ASSIGNABLE_WHY_NO_IOMMU],
                        "not assignable without an IOMMU");
        n = put_count(text, sizeof(text), n, counts[ASSIGNABLE_WHY_BRIDGES_ONLY],
                        counts[ASSIGNABLE_WHY_BRIDGES_ONLY] == 1 ? "bridge" : "bridges");
        n = put_count(text, sizeof(text), n, counts[ASSIGNABLE_WHY_NONE], "of the IOMMU");
        put_count(text, sizeof(text), n, counts[ASSIGNABLE_WHY_UNREADABLE], "unknown");
        status_line(screen, "Devices", "%zu: %s; see 'hawctl devices'", profile->n_devices, text);
        return true;
}

bool status_xen_paging(const Profile *profile, const Screen *screen) {
        const ProfileXen *xen = &profile->xen;
        const char *kind = profile->paging.second_level == SECOND_LEVEL_EPT ? "EPT"
                        : profile->paging.second_level == SECOND_LEVEL_NPT  ? "NPT"
                                                                            : "HAP";

        if (xen->role == XEN_ROLE_GUEST && xen->domain_type == XEN_DOMAIN_PV) {
                status_line(screen, "Paging", "of Xen; no guests run in a PV domain");
                return true;
        }
        if (!in_dom0(profile))
                return false;
        if (fact_known(&xen->hvm) && !xen->hvm.value)
                status_line(screen, "Paging", "Xen runs PV guests only");
        else if (!fact_known(&xen->hap))
                status_line(screen, "Paging", "of guests: unknown (%s)", reason_to_string(xen->hap.reason));
        else if (xen->hap.value)
                status_line(screen, "Paging", "HVM and PVH guests on %s tables, 4 levels (HAP)", kind);
        else
                status_line(screen, "Paging", "HVM and PVH guests on shadow tables");
        return true;
}
