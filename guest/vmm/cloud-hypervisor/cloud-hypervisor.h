/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "guest/vmm/vmm.h"

typedef struct CloudHypervisorPolicy {
        bool tells_mappable; /* tells the guest, as KVM would, that its full width is mappable */
        bool subtracts_sme;  /* subtracts SME's bits from the width if AMD's CPU has SME, enabled or not */
        bool last_has_rest;  /* the last segment's part goes to the end; else parts are multiples of 4 GiB */
        bool p2p_option;     /* supports --platform vfio_p2p_dma=off */
} CloudHypervisorPolicy;

CloudHypervisorPolicy policy_cloud_hypervisor(GuestVersion version);

void ch_width(Space *space);
/* The host's width or max_phys_bits, whichever is less. */
void ch_width_below(Space *space, uint8_t of_host);
void ch_layout(Space *space);

/* Each area from its start to its end (exclusive). Places below 4 GiB are not returned. -ENOMEM. */
int ch_place(const Guest *guest, uint64_t start, uint64_t end, uint64_t start32, uint64_t end32,
                VmmPlaces *ret);
int ch_places(const Guest *guest, const Layout *layout, VmmPlaces *ret);
