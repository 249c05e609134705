/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/vmm/vmm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/layout/space.h"
#include "guest/machine.h"
#include "probe/cleanup.h"

static const Vmm *const vmms[_ARCHITECTURE_MAX][_VMM_MAX] = {
        [ARCHITECTURE_X86] = { [VMM_QEMU] = &vmm_qemu,
                        [VMM_CLOUD_HYPERVISOR] = &vmm_cloud_hypervisor,
                        [VMM_XEN] = &vmm_xen },
        [ARCHITECTURE_ARM64] = { [VMM_QEMU] = &vmm_qemu_virt,
                        [VMM_CLOUD_HYPERVISOR] = &vmm_cloud_hypervisor_arm64,
                        [VMM_XEN] = &vmm_xen },
};

const Vmm *vmm_of(const Guest *guest) {
        const Vmm *const *rows = vmms[guest->architecture < _ARCHITECTURE_MAX ? guest->architecture
                                                                              : ARCHITECTURE_X86];

        return rows[guest->vmm < _VMM_MAX ? guest->vmm : VMM_QEMU];
}

bool vmm_of_program(const char *name, VmmKind *ret) {
        for (unsigned i = 0; i < _VMM_MAX; i++)
                for (const char *const *program = vmms[ARCHITECTURE_X86][i]->programs; program && *program;
                                program++)
                        if (strcmp(*program, name) == 0) {
                                *ret = (VmmKind) i;
                                return true;
                        }
        return false;
}

VmmKind vmm_of_machine(MachineKind machine) {
        for (unsigned i = 0; i < _VMM_MAX; i++)
                for (unsigned j = 0; j < _ARCHITECTURE_MAX; j++)
                        if (vmms[j][i]->machines & 1U << machine)
                                return (VmmKind) i;
        return VMM_QEMU;
}

void vmm_places_done(VmmPlaces *places) {
        free(places->places);
        *places = (VmmPlaces){};
}

void vmm_program_text(const Guest *guest, char ret[48]) {
        char text[24] = "";

        if (guest_version_known(&guest->vmm_version) && !guest->vmm_guessed)
                guest_version_to_text(&guest->vmm_version, text, sizeof(text));
        snprintf(ret, 48, "%s%s%s", vmm_of(guest)->name, *text ? " " : "", text);
}

bool vmm_version_open(const Guest *guest) {
        GuestVersion versions[VMM_VERSIONS_MAX];
        const Vmm *vmm = vmm_of(guest);

        return guest->vmm_guessed && !guest_version_known(&guest->vmm_version) && vmm->versions &&
                        vmm->versions(guest, versions) > 1;
}

bool guest_p2p_fatal(const Guest *guest) {
        return guest->p2p_fatal == TRISTATE_YES ||
                        (guest->p2p_fatal == TRISTATE_UNKNOWN && vmm_of(guest)->ends_without_peers);
}

bool change_apply(const Change *change, Guest *guest) {
        return vmm_of(guest)->change(change, guest);
}

static int by_start(const void *p, const void *q) {
        const LayoutRange *a = p, *b = q;

        if (a->start != b->start)
                return a->start < b->start ? -1 : 1;
        /* A window precedes its BARs. */
        return a->end == b->end ? (a->kind > b->kind) - (a->kind < b->kind) : a->end > b->end ? -1 : 1;
}

int layout_derive(const Guest *guest, const LayoutHost *host, Layout *ret) {
        Layout layout = { .starts = true, .bars_fit_32 = true, .bars_fit_64 = true };
        Space space = { .guest = guest, .host = host, .layout = &layout };

        if (vmm_of(guest)->features)
                vmm_of(guest)->features(&space);
        vmm_of(guest)->width(&space);
        if (!guest->memory.ram)
                layout_unknown(&space, REASON_ABSENT, "memory");
        vmm_of(guest)->layout(&space);
        /* A PV guest's addresses are no machine addresses: its RAM is one range, and interrupts are Xen's. */
        if (guest->architecture == ARCHITECTURE_X86 && guest->machine != MACHINE_XEN_PV)
                layout_add(&space, LAYOUT_MSI, 0xFEE00000, 0xFEF00000, "message-signalled interrupts");
        if (space.error) {
                layout_done(&layout);
                return space.error;
        }
        if (layout.n > 0)
                qsort(layout.ranges, layout.n, sizeof(*layout.ranges), by_start);
        *ret = layout;
        return 0;
}
