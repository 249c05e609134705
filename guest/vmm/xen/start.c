/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Settings that xl, libxl or Xen refuse (tools/xl/xl_parse.c, libxl_create.c, libxl_x86.c, xen/arch/x86/domain.c). */

#include <string.h>

#include "guest/vmm/xen/xen.h"
#include "profile/profile.h"

#define SLOTS 32 /* of QEMU's bus */

static bool assigns(const Guest *guest) {
        for (size_t i = 0; i < guest->n_devices; i++)
                if (guest->devices[i].assigned)
                        return true;
        return false;
}

static bool is_no(const Fact *fact) {
        return fact_known(fact) && fact->value == 0;
}

static void check_host(Space *space) {
        const ProfileXen *xen = space->host->xen;
        const Guest *guest = space->guest;

        if (xen && fact_known(&xen->max_address) && guest->memory.ram > xen->max_address.value)
                layout_refuse(space, START_HOST_MEMORY, guest->memory.ram, 0, xen->max_address.value);
        if (!xen || guest->machine == MACHINE_XEN_PV)
                return;
        if (is_no(&xen->hvm))
                layout_refuse(space, START_NO_HVM, 0, 0, 0);
        else if (guest->xen.hap == TRISTATE_YES && is_no(&xen->hap))
                layout_refuse(space, START_NO_HAP, 0, 0, 0);
        else if (xen_hap(guest, space->host) == TRISTATE_NO && is_no(&xen->shadow))
                layout_refuse(space, START_NO_SHADOW, guest->xen.hap == TRISTATE_NO, 0, 0);
        if (xen_hap(guest, space->host) == TRISTATE_NO && !fact_known(&xen->shadow))
                layout_unknown(space, xen->shadow.reason, "whether this Xen has shadow paging");
}

/* xl's rdm= has no policy of its own, and overwrites that of each device before it reads the device's. libxl
 * then says "unknown rdm check flag". */
static bool lacks_policy(const Guest *guest) {
        if (guest->form.manager != MANAGER_COMMAND_LINE || guest->xen.rdm_strategy != XEN_RDM_HOST ||
                        guest->xen.rdm_policy != XEN_RDM_DEFAULT)
                return false;
        for (size_t i = 0; i < guest->n_devices; i++)
                if (guest->devices[i].assigned && guest->devices[i].rdm_policy == XEN_RDM_DEFAULT)
                        return true;
        return false;
}

/* libxl's cap_hvm_directio is that Xen uses an IOMMU, with HVM or without (libxl_get_physinfo()). Of assigned devices the
 * rules say it. */
static void check_directio(Space *space) {
        const ProfileXen *xen = space->host->xen;
        const bool pv = space->guest->machine == MACHINE_XEN_PV;

        if (!xen || assigns(space->guest) || (!pv && is_no(&xen->hvm)))
                return;
        const Fact *directio = pv ? &xen->passthrough_pv : &xen->passthrough_hvm;
        if (is_no(directio))
                layout_refuse(space, START_NO_PASSTHROUGH, 0, 0, 0);
        else if (!fact_known(directio))
                layout_unknown(space, directio->reason, "whether Xen uses an IOMMU");
}

/* libxl__arch_passthrough_mode_setdefault() */
static void check_tables(Space *space) {
        const ProfileXen *xen = space->host->xen;
        const Guest *guest = space->guest;

        if (guest->xen.shared_tables != TRISTATE_YES || guest->machine == MACHINE_XEN_PVH)
                return;
        if (guest->machine == MACHINE_XEN_PV)
                layout_refuse(space, START_SHARED_TABLES, 0, 0, 0);
        else if (xen && is_no(&xen->shared_page_tables))
                layout_refuse(space, START_SHARED_TABLES, 1, 0, 0);
        else if (xen_hap(guest, space->host) == TRISTATE_NO)
                layout_refuse(space, START_SHARED_TABLES, 2, 0, 0);
        else if (xen && !fact_known(&xen->shared_page_tables))
                layout_unknown(space, xen->shared_page_tables.reason,
                                "whether the IOMMU can use the page tables of guests");
}

static void check_assigned(Space *space) {
        const Guest *guest = space->guest;
        const bool pod = guest->machine != MACHINE_XEN_PV && guest->memory.max > guest->memory.ram;
        const bool passthrough = assigns(guest) || guest->xen.passthrough == TRISTATE_YES;

        if (!passthrough)
                return;
        if (assigns(guest) && guest->xen.passthrough == TRISTATE_NO)
                layout_refuse(space, START_PASSTHROUGH_OFF, 0, 0, 0);
        if (guest->machine == MACHINE_XEN_PVH)
                layout_refuse(space, START_PVH_ASSIGNED, 0, 0, 0);
        else if (pod)
                layout_refuse(space, START_ON_DEMAND, guest->memory.max, guest->memory.ram,
                                guest->memory.ram);
        else
                check_directio(space);
        check_tables(space);
        if (guest->machine == MACHINE_XEN_HVM && lacks_policy(guest))
                layout_refuse(space, START_RDM_POLICY, 0, 0, 0);
}

static uint64_t least_video(const Guest *guest) {
        const char *vga = xen_vga(guest);

        if (strcmp(vga, "qxl") == 0)
                return 128 * MIB;
        if (strcmp(vga, "stdvga") == 0)
                return guest->xen.traditional ? 8 * MIB : 16 * MIB;
        return strcmp(vga, "none") == 0 || guest->xen.traditional ? 0 : 8 * MIB;
}

/* Each device has a slot. libxl makes each function that is named function 0 of its own; only all of them
 * together (00:08.*) share one (libxl_pci.c). */
static size_t slots_used(const Guest *guest) {
        return 2 + !guest->xen.no_platform_device + (strcmp(xen_vga(guest), "none") != 0) + guest->n_devices;
}

static void check_hvm(Space *space) {
        const Guest *guest = space->guest;
        const uint64_t hole = guest->xen.mmio_hole, video = guest->xen.video_memory;
        const FirmwareKind firmware = guest->firmware.kind;

        if (hole && (hole < XEN_HOLE_MIN || hole > XEN_HOLE_MAX))
                layout_refuse(space, START_HOLE, hole, XEN_HOLE_MIN, XEN_HOLE_MAX);
        if (video && video < least_video(guest))
                layout_refuse(space, START_VIDEO_MEMORY, video, least_video(guest), 0);
        if (guest->xen.traditional && !policy_xen(guest->vmm_version).traditional)
                layout_refuse(space, START_TRADITIONAL, 0, 0, 0);
        else if (guest->xen.traditional ? firmware != FIRMWARE_ROMBIOS : firmware == FIRMWARE_ROMBIOS)
                layout_refuse(space, START_BIOS, guest->xen.traditional, 0, 0);
        if (slots_used(guest) > SLOTS)
                layout_refuse(space, START_PCI_SLOTS, slots_used(guest), 0, SLOTS);
}

/* arch_sanitise_domain_config(), before 4.15 HVM_PARAM_NESTEDHVM */
static void check_nested(Space *space) {
        const ProfileXen *xen = space->host->xen;
        const bool chosen = space->guest->xen.hap == TRISTATE_NO && !(xen && is_no(&xen->hap));

        if (space->guest->xen.nested != TRISTATE_YES || space->guest->machine == MACHINE_XEN_PV)
                return;
        if (xen_hap(space->guest, space->host) == TRISTATE_NO)
                layout_refuse(space, START_NESTED_HAP, chosen, 0, 0);
        else if (xen && !fact_known(&xen->hap))
                layout_unknown(space, xen->hap.reason,
                                "whether this Xen has hardware-assisted paging (HAP)");
}

void xen_start(Space *space) {
        check_host(space);
        check_assigned(space);
        check_nested(space);
        if (space->guest->machine == MACHINE_XEN_HVM)
                check_hvm(space);
}
