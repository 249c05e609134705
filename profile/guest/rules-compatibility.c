/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* R11: what works for this host and VMM and is known to break guests. */

#include "profile/guest/check-run.h"

#define BITS_46_END ((UINT64_C(1) << 46) - 1)
#define BITS_44_END ((UINT64_C(1) << 44) - 1)
#define BITS_43_END ((UINT64_C(1) << 43) - 1)

static bool has_bar64(const Guest *guest, bool ram) {
        for (size_t i = 0; i < guest->n_devices; i++)
                for (unsigned j = 0; j < guest->devices[i].n_bars; j++)
                        if (guest->devices[i].bars[j].is_64bit && (!ram || guest->devices[i].bars[j].ram))
                                return true;
        return false;
}

static void put_window(CheckRun *run, const LayoutRange *range, unsigned bits, const char *summary) {
        CheckFinding *f = check_find(run, "R11", VERDICT_WARNING, "guest", "%s", summary);

        check_numbers(run, f, "the window is 0x%" PRIx64 "-0x%" PRIx64 ", %u bits end at 0x%" PRIx64,
                        range->start, range->end, bits, width_end(bits));
        f->start = range->start;
        f->end = range->end;
}

/* OVMF capped itself at 47 bits, then at 46: virtio of older kernels, and drivers, end there. */
static void rule_high_window(CheckRun *run) {
        const LayoutRange *range = check_window(run->layout);

        if (range && run->guest->firmware.kind == FIRMWARE_OVMF && range->start > BITS_46_END)
                put_window(run, range, 46,
                                "BARs above 64 TiB: virtio of kernels before 4.16 and some drivers fail");
}

/* SeaBIOS 1.16.3 went up to 46 bits; 32-bit kernels map 44. */
static void rule_seabios_window(CheckRun *run) {
        const GuestFirmware *firmware = &run->guest->firmware;
        const LayoutRange *range = check_window(run->layout);

        if (range && firmware->kind == FIRMWARE_SEABIOS && firmware->version.major == 1 &&
                        firmware->version.minor == 16 && range->end > BITS_44_END)
                put_window(run, range, 44, "BARs above 16 TiB: 32-bit guests do not find them");
}

/* Without 1 GiB pages OVMF works with 40 bits, whatever the guest is told. */
static void rule_large_pages(CheckRun *run) {
        const Layout *layout = run->layout;
        CheckFinding *f;

        /* What does not start is R1's; BARs that do not fit in 40 bits are R7's. */
        if (!layout->small_pages || !layout->starts)
                return;
        if (run->guest->memory.ram < UINT64_C(1) << 40 && !has_bar64(run->guest, false))
                return;
        f = check_find(run, "R11", VERDICT_WARNING, "firmware",
                        "OVMF uses 40 bits because the virtual CPU has no 1 GiB pages");
        check_numbers(run, f, "the guest has %u bits, OVMF works with %u", layout->phys_bits,
                        layout->firmware_bits);
}

/* Above 1 TiB the memory is where some drivers do not expect it: NVIDIA's on Windows stops with code 43. */
static void rule_relocated(CheckRun *run) {
        const GuestMemory *memory = &run->guest->memory;
        CheckFinding *f;

        if (!run->layout->relocated || !run->assigned)
                return;
        f = check_find(run, "R11", VERDICT_WARNING, "guest",
                        "memory moves to 1 TiB: some GPU drivers do not work so, on Windows with code 43");
        check_numbers(run, f,
                        "memory%s and the 64-bit hole would pass 0x%" PRIx64 ", where AMD's hole begins",
                        memory->max > memory->ram ? ", its hot-plug region" : "", HYPERTRANSPORT_START);
}

/* A kernel started directly maps, with KASLR, about 11 TiB from a random place on. */
static void rule_direct_kernel(CheckRun *run) {
        const LayoutRange *range = check_window(run->layout);

        if (run->guest->vmm != VMM_CLOUD_HYPERVISOR || run->guest->firmware.kind != FIRMWARE_NONE ||
                        !range || range->end <= BITS_43_END ||
                        (!has_bar64(run->guest, true) && run->guest->n_pmem == 0))
                return;
        put_window(run, range, 43, "memory behind BARs at the top: a kernel with KASLR may not map it");
}

const CheckRule rules_compatibility[] = { rule_high_window, rule_seabios_window, rule_large_pages,
        rule_relocated, rule_direct_kernel, NULL };
