/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "guest/vmm/vmm.h"

typedef struct CloudHypervisorPolicy {
        bool tells_mappable; /* tells the guest, as KVM would, that all of its width can be mapped */
        bool subtracts_sme; /* takes what SME may take from the width where AMD's CPU has it, switched on or not */
        bool last_has_rest; /* the last segment's part goes to the end; else parts are whole times 4 GiB */
        bool p2p_option;    /* --platform vfio_p2p_dma=off is there */
} CloudHypervisorPolicy;

CloudHypervisorPolicy policy_cloud_hypervisor(GuestVersion version);

void ch_width(Space *space);
void ch_layout(Space *space);

/* The areas, each from its start to its end (exclusive). Places below 4 GiB are not among what is returned. -ENOMEM. */
int ch_place(const Guest *guest, uint64_t start, uint64_t end, uint64_t start32, uint64_t end32,
                VmmPlaces *ret);
int ch_places(const Guest *guest, const Layout *layout, VmmPlaces *ret);
