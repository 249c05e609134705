/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>

#include "guest/firmware/bars.h"
#include "guest/machine.h"
#include "probe/cleanup.h"

#define CLASSIC_SIZE (32 * GIB)
#define OVERRIDE_MAX_MIB UINT64_C(0x1000000)
#define NO_GIGABYTE_PAGES_BITS 40

/* ── versions ──────────────────────────────────────────────────────────────────────────────────────────── */

static const GuestVersion versions[] = { { 202208 }, { 202211 }, { 202302 }, { 202305 }, { 202308 },
        { 202402 }, { 202405 }, { 202408 }, { 202411 }, { 202505 }, { 202611 } };

/* By stable tag: the first with each change. The exact override came with 202505, but Debian's 2025.02 and
 * Ubuntu's 2024.05 have it too, so tags of those years leave it open. */
OvmfPolicy policy_ovmf(GuestVersion version) {
        const uint32_t tag = version.major;
        OvmfPolicy policy = { .override_is_exact = TRISTATE_NO, .ecam = 0xB0000000, .smm_cap = 48 };

        if (tag >= 202211) {
                policy.dynamic = true;
                policy.cap = 47;
                policy.share_shift = 3;
                policy.port_shift = 8;
        }
        if (tag >= 202302)
                policy.avoids_reserved = true;
        if (tag >= 202305)
                policy.ecam = 0xE0000000;
        if (tag >= 202308)
                policy.cap = 46;
        if (tag >= 202402) {
                policy.cloud_hypervisor = true;
                policy.smm_cap = 47;
                policy.override_is_exact = TRISTATE_UNKNOWN;
        }
        if (tag >= 202405)
                policy.la57 = true;
        if (tag >= 202408)
                policy.reads_guest_bits = true;
        if (tag >= 202411)
                policy.la57_by_memory = true;
        if (tag >= 202505)
                policy.override_is_exact = TRISTATE_YES;
        if (tag >= 202611)
                policy.share_shift = 2;
        return policy;
}

/* Debian's and Ubuntu's builds do not enable 5-level paging; Debian's 2025.02 has the exact override. */
OvmfBuild policy_ovmf_of_debian(GuestVersion version) {
        return (OvmfBuild){
                .five_level = TRISTATE_NO,
                .mmio64_exact = version.major == 202502 ? TRISTATE_YES : TRISTATE_UNKNOWN,
        };
}

/* ── window ────────────────────────────────────────────────────────────────────────────────────────────── */

typedef struct Window {
        uint64_t start, size;
} Window;

static uint64_t power_below(uint64_t value) {
        return UINT64_C(1) << (63 - __builtin_clzll(value));
}

static uint64_t override_size(const Space *space) {
        uint64_t mib = space->guest->firmware.mmio64_mib;

        return mib <= OVERRIDE_MAX_MIB ? mib * MIB : 0; /* OVMF rejects larger ones */
}

/* Directly after everything known to be in use. */
static Window classic_window(const Space *space) {
        uint64_t said = override_size(space),
                 first = space->reserved_end ? space->reserved_end : space->ram_end;
        Window window = { .size = round_up(said ? said : CLASSIC_SIZE, GIB) };

        window.start = round_up(round_up(first, GIB), power_below(window.size));
        return window;
}

/* Whether the firmware uses 5-level paging, if built with it. */
static bool may_use_la57(Space *space, const OvmfPolicy *policy) {
        const Guest *guest = space->guest;

        if (!policy->la57 || guest->confidential == CONFIDENTIAL_SEV ||
                        guest->confidential == CONFIDENTIAL_SEV_ES ||
                        guest->confidential == CONFIDENTIAL_SEV_SNP || guest->firmware.paging_level == 4)
                return false;
        if (policy->la57_by_memory && space->ram_end < TIB && guest->firmware.paging_level != 5)
                return false;
        if (space->cpu.la57 == TRISTATE_UNKNOWN)
                layout_ask(space, LAYOUT_ASKS_LA57);
        return space->cpu.la57 == TRISTATE_YES && space->cpu.pdpe1gb == TRISTATE_YES;
}

/* The width after its cap. */
static uint8_t with_paging(Space *space, const OvmfPolicy *policy, uint8_t bits, uint8_t guest_bits) {
        Tristate built = space->guest->firmware.five_level;

        if (built == TRISTATE_NO || !may_use_la57(space, policy))
                return policy->cap;
        if (built == TRISTATE_YES)
                return bits > 48 && !guest_bits ? 48 : bits;
        layout_ask(space, LAYOUT_ASKS_FIVE_LEVEL);
        return policy->cap;
}

/* The width that it uses; 0 if it trusts none. */
static uint8_t firmware_width(Space *space, const OvmfPolicy *policy) {
        uint8_t bits = space->layout->phys_bits,
                guest_bits = policy->reads_guest_bits ? space->layout->guest_phys_bits : 0;

        if (policy->reads_guest_bits && space->guest_bits_open)
                layout_ask(space, LAYOUT_ASKS_GUEST_BITS);
        if (!guest_bits && !(space->layout->vmm_places && policy->cloud_hypervisor) &&
                        !layout_width_trusted(space, bits))
                return 0;
        if (guest_bits && guest_bits < bits)
                bits = guest_bits;
        if (bits > policy->cap)
                bits = with_paging(space, policy, bits, guest_bits);
        if (bits <= NO_GIGABYTE_PAGES_BITS || space->cpu.pdpe1gb == TRISTATE_YES)
                return bits;
        if (space->cpu.pdpe1gb == TRISTATE_UNKNOWN)
                layout_ask(space, LAYOUT_ASKS_PDPE1GB);
        space->layout->small_pages = space->cpu.pdpe1gb == TRISTATE_NO;
        return NO_GIGABYTE_PAGES_BITS;
}

/* Below each reserved entry in turn. RAM is not checked again. */
static void avoid_reserved(Space *space, Window *window) {
        for (size_t i = 0; i < space->n_reserved; i++) {
                uint64_t start = space->reserved[i].start;

                if (window->start >= space->reserved[i].end || sum_of(window->start, window->size) <= start)
                        continue;
                if (start < window->size) {
                        layout_unknown(space, REASON_AMBIGUOUS,
                                        "a window larger than what lies below a reserved range");
                        return;
                }
                window->start = (start - window->size) & ~(window->size - 1);
        }
}

/* Whether an override applies although the window by width would be larger. */
static bool override_holds(Space *space, const OvmfPolicy *policy) {
        if (!override_size(space))
                return false;
        if (space->guest->firmware.mmio64_exact != TRISTATE_UNKNOWN)
                return space->guest->firmware.mmio64_exact == TRISTATE_YES;
        if (policy->override_is_exact == TRISTATE_UNKNOWN)
                layout_ask(space, LAYOUT_ASKS_MMIO64_EXACT);
        return policy->override_is_exact == TRISTATE_YES;
}

static Window derive_window(Space *space, const OvmfPolicy *policy) {
        const GuestFirmware *firmware = &space->guest->firmware;
        uint8_t bits = firmware_width(space, policy);
        Window classic = classic_window(space), window = classic;
        uint64_t share = bits ? space_of(bits) >> policy->share_shift : 0;
        Layout *layout = space->layout;

        layout->window_dynamic = bits && policy->dynamic && !firmware->ignores_phys_bits &&
                        classic.size < share && sum_of(classic.start, share) < space_of(bits) &&
                        !override_holds(space, policy);
        if (layout->window_dynamic) {
                window = (Window){ space_of(bits) - share, share };
                if (policy->avoids_reserved)
                        avoid_reserved(space, &window);
        }
        layout->firmware_bits = bits;
        if (!bits || !policy->dynamic || firmware->ignores_phys_bits) {
                layout->small_pages = false;
                for (layout->firmware_bits = 36;
                                space_of(layout->firmware_bits) < sum_of(window.start, window.size);)
                        layout->firmware_bits++;
        }
        return window;
}

/* System Management Mode has its own page tables: 5 levels if CPUID has la57 and more than 48 bits, whatever
 * the rest of the firmware uses, else 4 (UefiCpuPkg PiSmmCpuDxeSmm). */
static uint8_t smm_width(const Space *space, const OvmfPolicy *policy) {
        const Layout *layout = space->layout;

        if (guest_firmware_smm(&space->guest->firmware) != TRISTATE_YES)
                return 0;
        if (layout->phys_bits > 48 && space->cpu.la57 == TRISTATE_YES)
                return layout->firmware_bits;
        return layout->firmware_bits < policy->smm_cap ? layout->firmware_bits : policy->smm_cap;
}

static void add_window32(Space *space, const OvmfPolicy *policy) {
        uint64_t low = max_of(space->below_4g, 2 * GIB);

        if (space->layout->vmm_places)
                return;
        if (space->guest->machine == MACHINE_Q35)
                layout_add(space, LAYOUT_ECAM, policy->ecam, policy->ecam + ECAM_SIZE,
                                "PCI Express configuration");
        if (space->guest->machine == MACHINE_Q35 && policy->ecam >= 0xE0000000) {
                space->window32_start = low;
                space->window32_end = policy->ecam;
        } else {
                space->window32_start =
                                space->guest->machine == MACHINE_Q35 ? policy->ecam + ECAM_SIZE : low;
                space->window32_end = 0xFC000000;
        }
        layout_add(space, LAYOUT_WINDOW32, space->window32_start, space->window32_end, "OVMF 32-bit window");
}

/* Windows larger than the classic one leave room behind ports for hot-plug. */
static uint64_t port_share(const Window *window, const OvmfPolicy *policy) {
        uint64_t share = window->size >> policy->port_shift;

        if (!policy->port_shift || window->size <= CLASSIC_SIZE)
                return 0;
        return power_below(share) == share ? share : power_below(share) << 1;
}

static void place_bars(Space *space, const Window *window, const OvmfPolicy *policy) {
        uint64_t end = sum_of(window->start, window->size), start;
        PortShare share = { .bytes = port_share(window, policy) };
        _cleanup_(bar_list_done) BarList list = {};
        bool fits = true;
        int r = bar_list_make(space, BARS_64, &share, &list);

        if (r < 0 || (r = layout_fits_32(space, BARS_32, 0, &fits)) < 0) {
                space->error = r;
                return;
        }
        space->layout->bars_fit_32 = fits;
        space->layout->port_share = share.bytes;
        start = round_up(window->start, list.align);
        space->layout->bars_fit_64 = !list.n_placed ||
                        (sum_of(start, list.sum) <= end && end <= space_of(space->layout->phys_bits) &&
                                        end <= space_of(space->layout->firmware_bits));
        if (space->layout->bars_fit_64)
                bar_list_place(space, &list, start);
}

static void place(Space *space) {
        const GuestFirmware *firmware = &space->guest->firmware;
        OvmfPolicy policy = policy_ovmf(firmware->version);
        Layout *layout = space->layout;
        Window window;

        if (!guest_version_known(&firmware->version)) {
                layout_unknown(space, REASON_ABSENT, "the firmware's version");
                return;
        }
        if (space->cpu.long_mode == TRISTATE_NO) {
                layout_unknown(space, REASON_NOT_APPLICABLE,
                                "whether this is a 32-bit build of OVMF, which a 32-bit CPU requires");
                return;
        }
        add_window32(space, &policy);
        if (layout->vmm_places && policy.cloud_hypervisor) {
                layout->firmware_bits = firmware_width(space, &policy);
                window.start = space->ram_end;
                window.size = space_of(layout->firmware_bits) > window.start
                                ? space_of(layout->firmware_bits) - window.start
                                : 0;
                snprintf(layout->rule, sizeof(layout->rule),
                                "OVMF %u on Cloud Hypervisor: from the end of RAM to %u bits",
                                firmware->version.major, layout->firmware_bits);
        } else {
                window = derive_window(space, &policy);
                if (layout->window_dynamic)
                        snprintf(layout->rule, sizeof(layout->rule), "OVMF %u: 1/%u of the address space",
                                        firmware->version.major, 1U << policy.share_shift);
                else
                        snprintf(layout->rule, sizeof(layout->rule), "OVMF %u: classic window after RAM",
                                        firmware->version.major);
        }
        layout->smm_bits = smm_width(space, &policy);
        layout_add(space, LAYOUT_WINDOW64, window.start, sum_of(window.start, window.size),
                        "OVMF 64-bit window");
        place_bars(space, &window, &policy);
}

const Firmware firmware_ovmf = {
        .name = "OVMF",
        .place = place,
        .port = port_need_asked,
        .n_versions = ELEMENTS(versions),
        .versions = versions,
};
