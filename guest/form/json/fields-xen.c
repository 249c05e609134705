/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What only guests of Xen have: settings of xl.cfg(5) that move memory. */

#include <errno.h>
#include <string.h>

#include "guest/form/json/fields.h"
#include "guest/vmm/vmm.h"
#include "profile/document/json-fact.h"

#define XEN(member) FIELD_MEMBER(GuestXen, member)

static const char *const vga_words[] = { "", "cirrus", "stdvga", "qxl", "none" };

static json_t *write_vga(const void *value) {
        return *(const char *) value ? json_string(value) : json_null();
}

static int read_vga(const JsonValue *json, void *value) {
        const char *word = json_string_value(json->json);
        GuestXen *xen = (GuestXen *) (void *) ((char *) value - offsetof(GuestXen, vga));

        for (size_t i = 1; word && i < ELEMENTS(vga_words); i++)
                if (strcmp(word, vga_words[i]) == 0) {
                        memcpy(xen->vga, vga_words[i], strlen(vga_words[i]) + 1);
                        xen->no_vga = strcmp(word, "none") == 0;
                        return 0;
                }
        return json_value_fail(json, "expected \"cirrus\", \"stdvga\", \"qxl\" or \"none\"");
}

static const FieldHook vga_hook = {
        .write = write_vga,
        .read = read_vga,
        .schema = "{\"enum\": [\"cirrus\", \"stdvga\", \"qxl\", \"none\"]}",
};

static const Field xen_fields[] = {
        { "mmioHole", FIELD_CUSTOM, 0, XEN(mmio_hole), .hook = &guest_size_hook,
                        .text = "mmio_hole=: size of the hole for BARs below 4 GiB; 0: not given." },
        { "rdmStrategy", FIELD_WORD, 0, XEN(rdm_strategy), .words = &xen_rdm_strategy_words,
                        .text = "Strategy of rdm=: host keeps all reserved device memory of the host free; left out: that of assigned devices." },
        { "rdmPolicy", FIELD_WORD, 0, XEN(rdm_policy), .words = &xen_rdm_policy_words,
                        .text = "Policy of rdm=; left out: relaxed." },
        { "rdmMemBoundary", FIELD_CUSTOM, 0, XEN(rdm_mem_boundary), .hook = &guest_size_hook,
                        .text = "rdm_mem_boundary=: above it RAM gives way to reserved device memory; 0: 2 GiB." },
        { "hap", FIELD_STATE3, 0, XEN(hap), .text = "hap=: hardware assisted paging; null: as the host." },
        { "nestedHvm", FIELD_STATE3, 0, XEN(nested), .text = "nestedhvm=; null: off." },
        { "relocates", FIELD_STATE3, 0, XEN(relocates),
                        .text = "hvmloader may move RAM to make room for BARs; null: not with qemu-xen." },
        { "passthrough", FIELD_STATE3, 0, XEN(passthrough),
                        .text = "passthrough=: the guest has IOMMU page tables; null: with assigned devices." },
        { "sharedTables", FIELD_STATE3, 0, XEN(shared_tables),
                        .text = "passthrough=: share_pt, the IOMMU uses the guest's HAP page tables, or not, sync_pt; null: Xen's choice." },
        { "traditional", FIELD_BOOLEAN, 0, XEN(traditional),
                        .text = "The device model is qemu-xen-traditional." },
        { "noPlatformDevice", FIELD_BOOLEAN, 0, XEN(no_platform_device), .text = "xen_platform_pci=0." },
        { "videoMemory", FIELD_CUSTOM, 0, XEN(video_memory), .hook = &guest_size_hook,
                        .text = "videoram=; 0: the default of the graphics device." },
        { "vga", FIELD_CUSTOM, 0, XEN(vga), .hook = &vga_hook,
                        .text = "The emulated graphics device; left out: cirrus." },
};
const FieldTable guest_xen_table = {
        FIELD_TABLE(xen_fields),
        .text = "What only guests of Xen have.",
        .given = true,
};

int guest_check_xen(const JsonValue *top, const Guest *guest) {
        if (guest->vmm == VMM_XEN && guest->xen.shared_tables != TRISTATE_UNKNOWN &&
                        guest->xen.passthrough != TRISTATE_YES)
                return json_value_fail(top, "xen.sharedTables: expected with passthrough true only");
        if (guest->vmm == VMM_XEN)
                return 0;
        if (json_is_object(json_object_get(top->json, "xen")))
                return json_value_fail(top,
                                "xen: expected with the machines \"xen-hvm\", \"xen-pvh\" and "
                                "\"xen-pv\" only");
        for (size_t i = 0; i < guest->n_devices; i++)
                if (guest->devices[i].rdm_policy != XEN_RDM_DEFAULT || guest->devices[i].seized)
                        return json_value_fail(top, "devices.%zu.%s: expected with guests of Xen only", i,
                                        guest->devices[i].seized ? "seized" : "rdmPolicy");
        return 0;
}
