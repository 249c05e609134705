/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/answer/answer.h"
#include "guest/rules/run.h"
#include "guest/vmm/vmm.h"

#define GIB (UINT64_C(1) << 30)

static bool fits(const Guest *guest, const LayoutHost *host, uint64_t ram) {
        const GuestMemory *memory = &guest->memory;
        Guest changed = *guest;
        Layout layout = {};
        bool good;

        changed.memory.max = memory->max > memory->ram ? memory->max - memory->ram + ram : 0;
        changed.memory.ram = ram;
        changed.memory.numa = false;
        if (layout_derive(&changed, host, &layout) < 0)
                return false;
        good = layout.starts && layout.phys_bits && !layout.dropped;
        layout_done(&layout);
        return good;
}

/* The more memory, the less fits. */
uint64_t fit_memory(const Guest *guest, const Profile *profile) {
        uint64_t low = 1, high = (UINT64_C(1) << FIT_WIDTH_MAX) / GIB;
        LayoutHost host;

        if (guest->machine != MACHINE_VIRT)
                return 0;
        check_layout_host(profile, &host);
        if (!fits(guest, &host, low * GIB))
                return 0;
        while (high - low > 1) {
                const uint64_t middle = low + (high - low) / 2;

                if (fits(guest, &host, middle * GIB))
                        low = middle;
                else
                        high = middle;
        }
        return low * GIB;
}
