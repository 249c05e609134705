/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/document/read-value.h"
#include "profile/field/tables.h"

#define XEN_REGIONS_MAX 4096

#define REGION(member) FIELD_MEMBER(ProfileXenRegion, member)

static int check_region(const JsonValue *value, void *object, const void *before) {
        const ProfileXenRegion *region = object, *former = before;

        if (former && region->start < former->start)
                return json_value_fail(value, "expected regions in ascending order");
        return range_check(value, region->start, region->end);
}

static const Field region_fields[] = {
        { "start", FIELD_HEX, 0, REGION(start), .text = "First address." },
        { "end", FIELD_HEX, 0, REGION(end), .text = "Last address." },
        { "device", FIELD_PCI, 0, REGION(device), .present = offsetof(ProfileXenRegion, has_device),
                        .text = "The device that it is for; null where unknown." },
};
static const FieldTable region_table = { FIELD_TABLE(region_fields), .check = check_region };

#define XEN(member) FIELD_MEMBER(ProfileXen, member)

static const Field xen_fields[] = {
        { "role", FIELD_WORD, FIELD_EMITS, XEN(role), .words = &xen_role_words,
                        .text = "dom0, which manages the host, or guest." },
        { "domainType", FIELD_WORD, 0, XEN(domain_type), .words = &xen_domain_type_words,
                        .text = "How this domain is virtualised: pv, hvm, pvh." },
        { "version", FIELD_TEXT, FIELD_EMITS, XEN(version), .text = "Version of Xen." },
        { "commandLine", FIELD_TEXT, 0, XEN(command_line),
                        .text = "Options of Xen's command line that affect a width or an IOMMU." },
        { "commandLineReason", FIELD_REASON, 0, XEN(command_line_reason),
                        .text = "Why the command line is unknown." },
        { "hvm", FIELD_STATE, 0, XEN(hvm), .text = "Whether Xen can run HVM and PVH guests." },
        { "hap", FIELD_STATE, 0, XEN(hap), .text = "Whether Xen has hardware-assisted paging (EPT, NPT)." },
        { "shadow", FIELD_STATE, 0, XEN(shadow), .text = "Whether this Xen has shadow paging." },
        { "passthroughHvm", FIELD_STATE, 0, XEN(passthrough_hvm),
                        .text = "Whether Xen can assign devices to HVM guests (hvm_directio)." },
        { "passthroughPv", FIELD_STATE, 0, XEN(passthrough_pv),
                        .text = "Whether Xen can assign devices to PV guests (pv_directio)." },
        { "sharedPageTables", FIELD_STATE, 0, XEN(shared_page_tables),
                        .text = "Whether IOMMU and hardware-assisted paging use the same page tables." },
        { "maxAddress", FIELD_REGISTER, 0, XEN(max_address),
                        .text = "The highest address of the host's RAM, plus one." },
        { "guestLa57", FIELD_STATE, 0, XEN(guest_la57),
                        .text = "Whether Xen gives HVM guests five-level paging." },
        { "reservedRegions", FIELD_LIST, 0, FIELD_ELEMENTS(ProfileXen, reserved, n_reserved),
                        .max = XEN_REGIONS_MAX, .table = &region_table,
                        .text = "Reserved device memory (RMRR), an element for each device." },
        { "reservedReason", FIELD_REASON, 0, XEN(reserved_reason),
                        .text = "Why the reserved device memory is unknown." },
};
const FieldTable xen_table = {
        FIELD_TABLE(xen_fields),
        .text = "Xen below this kernel; missing if there is none.",
};
