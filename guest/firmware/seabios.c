/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>

#include "guest/firmware/bars.h"
#include "guest/machine.h"
#include "probe/cleanup.h"

/* BARs of the machine's own devices (VGA, AHCI, virtio) are not in the description. This close to the limit
 * it is unknown whether all fit below 4 GiB. */
#define OWN_DEVICES (32 * MIB)

/* ── versions ──────────────────────────────────────────────────────────────────────────────────────────── */

static const GuestVersion versions[] = { { 1, 16, 2 }, { 1, 16, 3 }, { 1, 17, 0 } };

SeabiosPolicy policy_seabios(GuestVersion version) {
        bool v1_17 = version_reaches(version, 1, 17, 0);

        return (SeabiosPolicy){
                .top = version_reaches(version, 1, 16, 3),
                .pci64 = v1_17,
                .ports_aligned = v1_17,
                .port_shift = 11,
                .cap = v1_17 ? 44 : 46,
                .uncapped_from = v1_17 ? UINT64_C(1) << 40 : 0,
        };
}

/* ── window ────────────────────────────────────────────────────────────────────────────────────────────── */

static void add_window32(Space *space) {
        uint64_t low = space->below_4g;

        if (space->guest->machine == MACHINE_Q35) {
                layout_add(space, LAYOUT_ECAM, 0xB0000000, 0xB0000000 + ECAM_SIZE,
                                "PCI Express configuration");
                space->window32_start = 0xC0000000;
        } else {
                space->window32_start = low <= 0x80000000 ? 0x80000000 : max_of(low, 0xC0000000);
        }
        space->window32_end = 0xFEC00000;
        layout_add(space, LAYOUT_WINDOW32, space->window32_start, space->window32_end,
                        "SeaBIOS 32-bit window");
}

/* RAM above 4 GiB or the switch requests a window; otherwise only BARs that do not fit below. */
static bool asks_for_window(const Space *space, const SeabiosPolicy *policy) {
        Tristate said = space->guest->firmware.seabios_pci64;

        if (!policy->top || space->cpu.long_mode == TRISTATE_NO)
                return false;
        if (policy->pci64)
                return said == TRISTATE_UNKNOWN ? space->above_size > 0 : said == TRISTATE_YES;
        return space->above_size > 0 && space->layout->firmware_bits >= 36;
}

/* -1 if the machine's own devices decide. */
static int needs_window(Space *space) {
        bool alone, with_own;
        int r = layout_fits_32(space, BARS_ALL, 0, &alone);

        if (r < 0 || (r = layout_fits_32(space, BARS_ALL, OWN_DEVICES, &with_own)) < 0) {
                space->error = r;
                return 0;
        }
        return alone != with_own ? -1 : !alone;
}

/* End of the usable address space; 0 if it does not trust the width. */
static uint64_t top_of(Space *space, const SeabiosPolicy *policy) {
        uint8_t bits = layout_width_trusted(space, space->layout->phys_bits) ? space->layout->phys_bits : 0;

        if (space->cpu.long_mode == TRISTATE_NO)
                bits = space->layout->phys_bits;
        if (policy->top && bits > policy->cap &&
                        (!policy->uncapped_from || space->ram_end - 4 * GIB < policy->uncapped_from))
                bits = policy->cap;
        space->layout->firmware_bits = bits;
        return policy->top && bits ? space_of(bits) : 0;
}

static void place_bars(Space *space, const SeabiosPolicy *policy, uint64_t top, bool padded) {
        _cleanup_(bar_list_done) BarList plain = {}, prefetchable = {};
        uint64_t first = max_of(space->reserved_end, space->ram_end), start = first, size, after, end;
        Layout *layout = space->layout;
        PortShare share = { .bytes = padded ? top >> policy->port_shift : 0,
                .instead = !policy->ports_aligned };
        int r = bar_list_make(space, BARS_64_PLAIN, NULL, &plain);

        if (r < 0 ||
                        (r = bar_list_make(space, BARS_64_PREFETCHABLE, share.bytes ? &share : NULL,
                                         &prefetchable)) < 0) {
                space->error = r;
                return;
        }
        layout->port_share = share.bytes;
        size = sum_of(round_up(plain.sum, GIB), round_up(prefetchable.sum, GIB));
        if (top && padded)
                size = size ? round_up(size, top >> 3) : top >> 3;
        if (top && size < top && first < top - size)
                start = top - size;
        /* Only once, and unchecked; below 0 it wraps to the end of 64 bits. */
        if (top && layout_reserved(space, start, sum_of(start, size)) < space->n_reserved)
                start -= size;
        layout->window_dynamic = start != first;
        start = round_up(round_up(start, plain.align), GIB);
        after = round_up(round_up(sum_of(start, plain.sum), prefetchable.align), GIB);
        /* Its reserve counts from the top down only. */
        end = round_up(sum_of(after, prefetchable.sum), GIB);
        if (layout->window_dynamic)
                end = max_of(end, sum_of(start, size));
        layout_add(space, LAYOUT_WINDOW64, start, end, "SeaBIOS 64-bit window");
        layout->bars_fit_64 = (plain.n_placed == 0 && prefetchable.n_placed == 0) ||
                        sum_of(after, prefetchable.sum) <= space_of(layout->phys_bits);
        if (!layout->bars_fit_64)
                return;
        bar_list_place(space, &plain, start);
        bar_list_place(space, &prefetchable, after);
}

static void place(Space *space) {
        const GuestFirmware *firmware = &space->guest->firmware;
        SeabiosPolicy policy = policy_seabios(firmware->version);
        Layout *layout = space->layout;
        bool padded;
        uint64_t top;
        int needed;

        add_window32(space);
        if (!guest_version_known(&firmware->version)) {
                layout_unknown(space, REASON_ABSENT, "the firmware's version");
                return;
        }
        top = top_of(space, &policy);
        padded = asks_for_window(space, &policy);
        needed = padded ? 1 : needs_window(space);
        if (needed < 0)
                layout_unknown(space, REASON_AMBIGUOUS, "whether the machine's own BARs fit below 4 GiB");
        if (needed > 0)
                place_bars(space, &policy, top, padded);
        snprintf(layout->rule, sizeof(layout->rule), "SeaBIOS %u.%u.%u: %s", firmware->version.major,
                        firmware->version.minor, firmware->version.patch,
                        needed <= 0                               ? "all BARs below 4 GiB"
                                        : !layout->window_dynamic ? "right after RAM"
                                                                  : "at the top of the address space");
        if (layout_fits_32(space, needed > 0 ? BARS_32 : BARS_ALL, 0, &layout->bars_fit_32) < 0)
                space->error = -ENOMEM;
}

/* ── ports ─────────────────────────────────────────────────────────────────────────────────────────────── */

/* By the slot, which every port has, or by a bridge's controller. */
static PortNeed port(const GuestPort *port, bool shown, uint64_t share) {
        PortNeed need = { .align = PORT_LOW };

        if (!port->conventional || shown) {
                need.align = max_of(need.align, share);
                need.bytes = need.align;
        }
        need.low = max_of(PORT_LOW, port->reserve32);
        if (port->reserve > need.bytes)
                need.bytes = round_up(port->reserve, need.align);
        return need;
}

const Firmware firmware_seabios = {
        .name = "SeaBIOS",
        .place = place,
        .port = port,
        .root_first = true,
        .low_ports = true,
        .grows = true,
        .n_versions = ELEMENTS(versions),
        .versions = versions,
};
