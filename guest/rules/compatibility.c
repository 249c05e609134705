/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* R11: works on this host and VMM, but is known to break guests. */

#include <stdio.h>

#include "guest/cpu-model.h"
#include "guest/rules/run.h"
#include "profile/model/cpu-widths.h"

#define CLASS_DISPLAY 0x03
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

/* Warns only if likely: the description names such a system. */
static Verdict verdict_if(bool likely) {
        return likely ? VERDICT_WARNING : VERDICT_SAFE;
}

static void put_window(CheckRun *run, const LayoutRange *range, unsigned bits, Verdict verdict,
                const char *summary) {
        CheckFinding *f = check_find(run, RULE_COMPATIBILITY, verdict, "guest", "%s", summary);

        check_numbers(run, f, "the window is 0x%" PRIx64 "-0x%" PRIx64 "; %u bits end at 0x%" PRIx64 "%s%s",
                        range->start, range->end, bits, width_end(bits),
                        *run->guest->system.source ? "; operating system from " : "",
                        run->guest->system.source);
        f->start = range->start;
        f->end = range->end;
}

static bool has_bar_above(const Layout *layout, uint64_t end) {
        for (size_t i = 0; i < layout->n; i++)
                if (layout->ranges[i].kind == LAYOUT_BAR && layout->ranges[i].start > end)
                        return true;
        return false;
}

/* OVMF limited itself to 47 bits, then 46: virtio in older kernels, which any guest may have, and drivers of
 * assigned devices end there. */
static void rule_high_window(CheckRun *run) {
        const LayoutRange *range = check_window(run->layout);

        if (range && run->guest->firmware.kind == FIRMWARE_OVMF && range->start > BITS_46_END)
                put_window(run, range, 46,
                                verdict_if(run->guest->system.old_linux == TRISTATE_YES ||
                                                has_bar_above(run->layout, BITS_46_END)),
                                "BARs above 64 TiB: virtio drivers before Linux 4.16 and some other drivers "
                                "fail");
}

/* SeaBIOS 1.16.3 used up to 46 bits; 32-bit kernels map 44. */
static void rule_seabios_window(CheckRun *run) {
        const GuestFirmware *firmware = &run->guest->firmware;
        const LayoutRange *range = check_window(run->layout);
        Tristate is_64bit = run->guest->system.is_64bit;

        if (range && firmware->kind == FIRMWARE_SEABIOS && firmware->version.major == 1 &&
                        firmware->version.minor == 16 && range->end > BITS_44_END &&
                        is_64bit != TRISTATE_YES)
                put_window(run, range, 44, verdict_if(is_64bit == TRISTATE_NO),
                                "BARs above 16 TiB: 32-bit guests cannot use them");
}

/* Without 1 GiB pages OVMF uses 40 bits, whatever the guest's width. */
static void rule_large_pages(CheckRun *run) {
        const Layout *layout = run->layout;
        CheckFinding *f;

        /* R1 covers guests that do not start, R7 BARs that exceed 40 bits. */
        if (!layout->small_pages || !layout->starts)
                return;
        if (run->guest->memory.ram < UINT64_C(1) << 40 && !has_bar64(run->guest, false))
                return;
        f = check_find(run, RULE_COMPATIBILITY, VERDICT_WARNING, "firmware",
                        "OVMF uses 40 address bits because the virtual CPU has no 1 GiB pages");
        check_numbers(run, f, "the guest has %u bits, OVMF uses %u", layout->phys_bits,
                        layout->firmware_bits);
}

/* A display or 3D controller; an unknown class counts too. */
static bool assigns_gpu(const CheckRun *run) {
        for (size_t i = 0; i < run->guest->n_devices; i++) {
                const GuestDevice *device = &run->guest->devices[i];
                const ProfileDevice *host = check_device(run, device);

                if (device->assigned &&
                                (!host || host->ids_reason != REASON_NONE ||
                                                host->class_code >> 16 == CLASS_DISPLAY))
                        return true;
        }
        return false;
}

/* Some drivers do not expect memory above 1 TiB: NVIDIA's on Windows stops with code 43. */
static void rule_relocated(CheckRun *run) {
        const GuestMemory *memory = &run->guest->memory;
        const SystemFamily family = run->guest->system.family;
        CheckFinding *f;

        if (!run->layout->relocated || !assigns_gpu(run) ||
                        (family != SYSTEM_UNKNOWN && family != SYSTEM_WINDOWS))
                return;
        f = check_find(run, RULE_COMPATIBILITY, verdict_if(family == SYSTEM_WINDOWS), "guest",
                        "memory moves above 1 TiB: some GPU drivers for Windows fail with code 43");
        check_numbers(run, f,
                        "memory%s and the 64-bit PCI hole would end above 0x%" PRIx64
                        ", where AMD's HyperTransport hole starts%s%s",
                        memory->max > memory->ram ? ", its hot-plug region" : "", HYPERTRANSPORT_START,
                        *run->guest->system.source ? "; operating system from " : "",
                        run->guest->system.source);
}

/* With KASLR, a directly started kernel maps about 11 TiB from a random address. */
static void rule_direct_kernel(CheckRun *run) {
        const LayoutRange *range = check_window(run->layout);

        if (run->guest->architecture != ARCHITECTURE_X86 || !run->layout->vmm_places ||
                        run->guest->firmware.kind != FIRMWARE_NONE || !range || range->end <= BITS_43_END ||
                        (!has_bar64(run->guest, true) && run->guest->n_pmem == 0))
                return;
        put_window(run, range, 43, VERDICT_WARNING,
                        "memory behind BARs at the top of the address space: a kernel with KASLR may not "
                        "map it");
}

/* The width was chosen, by the guest's description or by its VMM, and is not that of the host or fixed by the
 * CPU. */
static bool chooses_width(const CheckRun *run) {
        const GuestCpu *cpu = &run->guest->cpu;
        const GuestCpuModel *model = guest_cpu_model_find(cpu->model);
        Tristate long_mode =
                        cpu->long_mode != TRISTATE_UNKNOWN || !model ? cpu->long_mode : model->long_mode;

        if (run->layout->phys_bits == 0 || long_mode == TRISTATE_NO)
                return false;
        return cpu->width_mode == WIDTH_EXPLICIT ||
                        (cpu->width_mode == WIDTH_DEFAULT && run->guest->machine != MACHINE_MICROVM);
}

/* A named CPU model does not set a width. Few systems expect that of the hardware, so this is information. */
static void rule_cpu_model(CheckRun *run) {
        const CpuNamed *named = cpu_named(run->guest->cpu.model);
        const unsigned bits = run->layout->phys_bits;
        CpuWidths widths = {};
        char seen[256] = "";
        size_t n = 0;
        CheckFinding *f;

        if (!named || run->guest->architecture != ARCHITECTURE_X86 || !chooses_width(run))
                return;
        cpu_named_widths(named, &widths);
        for (size_t i = 0; i < widths.n; i++) {
                const WidthSeen *width = &widths.widths[i];

                if (width->bits == bits)
                        return;
                if (n < sizeof(seen))
                        n += (size_t) snprintf(seen + n, sizeof(seen) - n, "%s%u (%u CPUs)", i ? ", " : "",
                                        width->bits, (unsigned) width->hosts + width->dumps);
        }
        if (widths.n == 0)
                return;
        f = check_find(run, RULE_COMPATIBILITY, VERDICT_SAFE, "guest",
                        "its %u address bits were not seen in hardware of this CPU model", bits);
        check_numbers(run, f, "%s: %u bits%s; seen: %s", named->name, bits,
                        run->guest->cpu.width_mode == WIDTH_DEFAULT ? ", the default" : "", seen);
}

const CheckRule rules_compatibility[] = { rule_high_window, rule_seabios_window, rule_large_pages,
        rule_relocated, rule_direct_kernel, rule_cpu_model, NULL };
