/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* R7: do the BARs fit where firmware places them? */

#include <stdio.h>
#include <string.h>

#include "guest/firmware/firmware.h"
#include "guest/rules/run.h"
#include "guest/size.h"

static void put_need(CheckRun *run, CheckFinding *f, const BarNeed *need, uint64_t room) {
        char need_text[SIZE_TEXT_MAX], room_text[SIZE_TEXT_MAX], devices[40] = "", ports[40] = "";
        bool both = need->n_devices > 0 && need->n_ports > 0;

        if (need->n_devices > 0)
                snprintf(devices, sizeof(devices), "%zu device%s", need->n_devices,
                                need->n_devices == 1 ? "" : "s");
        if (need->n_ports > 0)
                snprintf(ports, sizeof(ports), "%zu hot-plug port%s", need->n_ports,
                                need->n_ports == 1 ? "" : "s");
        check_numbers(run, f, "%s%s%s need%s %s with alignment, the window has %s", devices,
                        both ? " and " : "", ports, need->n_devices + need->n_ports == 1 ? "s" : "",
                        size_text(need->bytes, need_text), size_text(room, room_text));
}

/* Cloud Hypervisor places them itself; each PCI segment has a part of the area. */
static void put_full(CheckRun *run, const BarNeed *need) {
        const Layout *layout = run->layout;
        char size[SIZE_TEXT_MAX];
        CheckFinding *f;

        if (run->guest->n_segments <= 1) {
                f = check_find(run, RULE_WINDOW, VERDICT_UNSAFE, "guest",
                                "the 64-bit BARs do not fit into %s's device area",
                                vmm_of(run->guest)->name);
                put_need(run, f, need, layout->full_size);
                return;
        }
        f = check_find(run, RULE_WINDOW, VERDICT_UNSAFE, "guest",
                        "the 64-bit BARs do not fit into the device area of PCI segment %u",
                        layout->full - 1);
        check_numbers(run, f, "the segment has %s of %s's device area", size_text(layout->full_size, size),
                        vmm_of(run->guest)->name);
        check_advice(run, f,
                        "move devices to another segment (pci_segment=), or increase the segment's "
                        "mmio64_aperture_weight= of --pci-segment");
}

/* Lack of room is only one reason. */
static void put_misfit(CheckRun *run, const LayoutRange *range, const BarNeed *need, uint64_t room) {
        const Layout *layout = run->layout;
        bool beyond = range && range->end > width_end(layout->phys_bits) && need->bytes <= room;
        CheckFinding *f = check_find(run, RULE_WINDOW, VERDICT_UNSAFE, "firmware",
                        beyond ? "the firmware's window for BARs ends above the guest's address width"
                                        : need->bytes <= room
                                        ? "the 64-bit BARs do not fit into the firmware's window because of "
                                          "their alignment"
                                        : "the 64-bit BARs do not fit into the firmware's window");

        if (beyond)
                check_numbers(run, f,
                                "0x%" PRIx64 "-0x%" PRIx64 "; the guest has %u bits (up to 0x%" PRIx64 ")",
                                range->start, range->end, layout->phys_bits, width_end(layout->phys_bits));
        else
                put_need(run, f, need, room);
        if (range) {
                f->start = range->start;
                f->end = range->end;
        }
}

/* A loader that leaves BARs without an address and goes on. */
static void put_lost(CheckRun *run) {
        const Layout *layout = run->layout;
        const char *loader = vmm_of(run->guest)->loader;
        const LayoutRange *range = check_window(layout);
        char size[SIZE_TEXT_MAX];
        CheckFinding *f;

        if (layout->n_lost_bars == 0 || layout->unknown != REASON_NONE)
                return;
        f = check_find(run, RULE_WINDOW, VERDICT_UNSAFE, "guest",
                        "%s has no space for BARs: the guest starts, and the devices do not work", loader);
        check_numbers(run, f,
                        "%zu BAR%s, the largest of %s; memory ends at 0x%" PRIx64
                        ", %u bits end at 0x%" PRIx64,
                        layout->n_lost_bars, layout->n_lost_bars == 1 ? "" : "s",
                        size_text(layout->largest_lost, size), layout->top, layout->phys_bits,
                        width_end(layout->phys_bits));
        if (range) {
                f->start = range->start;
                f->end = range->end;
        }
}

static void rule_window_64(CheckRun *run) {
        const LayoutRange *range = check_window(run->layout);
        uint64_t room = bar_room(run->guest, run->layout);
        BarNeed need;
        bool fits;

        /* Of virt: virt.c */
        if (vmm_of(run->guest)->loader) {
                put_lost(run);
                return;
        }
        if (run->guest->machine == MACHINE_VIRT || (room == 0 && check_beyond_width(run->layout)))
                return;
        bar_need(run->guest, run->layout, run->layout->port_share, NULL, NULL, &need);
        if ((need.n_devices == 0 && need.bytes <= room) || (!range && run->layout->bars_fit_64))
                return;
        /* If memory exceeds the width, so does the window: R1 reports that. */
        fits = run->layout->bars_fit_64 || check_beyond_width(run->layout);
        if (run->layout->full > 0) {
                put_full(run, &need);
        } else if (need.bytes > room || !fits) {
                put_misfit(run, range, &need, room);
        } else if (need.n_largest > 1 && room - need.bytes < need.largest)
                /* Several large ones need alignment; other devices on the bus decide. */
                put_need(run,
                                check_find(run, RULE_WINDOW, VERDICT_WARNING, "firmware",
                                                "the 64-bit BARs fit, but the room left is smaller than one "
                                                "of them"),
                                &need, room);
}

static void rule_window_32(CheckRun *run) {
        if (run->layout->unknown == REASON_NONE && !run->layout->bars_fit_32 && !vmm_of(run->guest)->loader)
                check_find(run, RULE_WINDOW, VERDICT_UNSAFE, "firmware",
                                "the 32-bit BARs do not fit below 4 GiB");
}

/* Firmware stops if its page tables do not map the window's end. */
static void rule_window_end(CheckRun *run) {
        const LayoutRange *range = check_window(run->layout);
        unsigned bits = run->layout->firmware_bits;
        CheckFinding *f;

        if (!range || bits == 0 || !run->layout->starts || range->end <= width_end(bits))
                return;
        f = check_find(run, RULE_WINDOW, VERDICT_UNSAFE, "firmware",
                        "the firmware's window for BARs ends above the addresses that it maps");
        check_numbers(run, f, "0x%" PRIx64 "-0x%" PRIx64 "; the firmware maps %u bits (up to 0x%" PRIx64 ")",
                        range->start, range->end, bits, width_end(bits));
        f->start = range->start;
        f->end = range->end;
}

/* OVMF places all 64-bit BARs in its window, also those of the machine's own devices, which are not
 * described. */
static void rule_window_start(CheckRun *run) {
        const LayoutRange *range = check_window(run->layout);
        unsigned bits = run->layout->phys_bits;
        CheckFinding *f;

        if (!range || bits == 0 || !run->layout->starts || !run->layout->bars_fit_64 ||
                        run->guest->firmware.kind != FIRMWARE_OVMF || range->start <= width_end(bits))
                return;
        f = check_find(run, RULE_WINDOW, VERDICT_UNSAFE, "firmware",
                        "the firmware's window for BARs lies above the guest's address width");
        check_numbers(run, f, "0x%" PRIx64 "-0x%" PRIx64 "; %u bits end at 0x%" PRIx64, range->start,
                        range->end, bits, width_end(bits));
        f->start = range->start;
        f->end = range->end;
}

/* SeaBIOS before 1.17 aligned ports too little: the guest's kernel cannot claim such a BAR. */
static void rule_alignment(CheckRun *run) {
        for (size_t i = 0; i < run->layout->n; i++) {
                const LayoutRange *range = &run->layout->ranges[i];
                uint64_t size = range->end - range->start + 1;
                CheckFinding *f;

                if (range->kind != LAYOUT_BAR || (range->start & (size - 1)) == 0)
                        continue;
                f = check_find(run, RULE_WINDOW, VERDICT_UNSAFE, "firmware",
                                "the firmware places a BAR at an address that is not a multiple of its "
                                "size");
                check_numbers(run, f, "%s: 0x%" PRIx64 " is not a multiple of 0x%" PRIx64, range->label,
                                range->start, size);
                f->start = range->start;
                f->end = range->end;
                return;
        }
}

static uint64_t as_it_may_become(const GuestDevice *device, unsigned bar, const void *userdata) {
        const CheckRun *run = userdata;
        const ProfileDevice *host = check_device(run, device);
        uint64_t size = device->bars[bar].size;

        for (unsigned i = 0; host && i < host->n_bars; i++)
                if (host->bars[i].index == device->bars[bar].index && host->bars[i].resizable_max > size)
                        size = host->bars[i].resizable_max;
        return size;
}

/* QEMU shows the guest one size only; the host's driver or firmware may set another before the next
 * start. */
static void rule_resizable(CheckRun *run) {
        uint64_t room = bar_room(run->guest, run->layout);
        BarNeed now, grown;
        CheckFinding *f;

        bar_need(run->guest, run->layout, run->layout->port_share, NULL, NULL, &now);
        bar_need(run->guest, run->layout, run->layout->port_share, as_it_may_become, run, &grown);
        if (now.bytes > room || grown.bytes <= room || grown.bytes == now.bytes || room == 0)
                return;
        f = check_find(run, RULE_WINDOW, VERDICT_WARNING, "firmware",
                        "resizable BARs fit at their current size, but not at their maximum size");
        put_need(run, f, &grown, room);
}

/* The reader may have noted the reason already. */
static void missing_bars(CheckRun *run, const char *device) {
        for (size_t i = 0; i < run->guest->n_ignored; i++)
                if (strcmp(run->guest->ignored[i].what, device) == 0)
                        return;
        check_missing(run, "BARs of %s", device);
}

static void rule_bars_known(CheckRun *run) {
        for (size_t i = 0; i < run->guest->n_devices; i++) {
                const GuestDevice *device = &run->guest->devices[i];
                const ProfileDevice *host = check_device(run, device);

                if (!device->assigned || device->mediated || device->n_bars > 0)
                        continue;
                if (!device->has_address)
                        missing_bars(run, device->name);
                else if (host && host->resource_reason != REASON_NONE)
                        check_missing(run, "BARs of %s (%s)", device->name,
                                        reason_to_string(host->resource_reason));
        }
}

/* The user expects it to work. */
static void rule_unread(CheckRun *run) {
        const GuestFirmware *firmware = &run->guest->firmware;
        FirmwareKind kind;
        const char *right = guest_firmware_right_name(firmware->unread, &kind);
        CheckFinding *f;

        if (!right || (firmware->kind != FIRMWARE_UNKNOWN && firmware->kind != kind) ||
                        (strstr(right, "PciMmio64Mb") && firmware->mmio64_mib > 0))
                return;
        f = check_find(run, RULE_WINDOW, VERDICT_WARNING, "firmware",
                        "%s does not read %s: the setting has no effect", firmware_name(kind),
                        firmware->unread);
        check_numbers(run, f, "it reads fw_cfg %s", right);
}

/* ── OVMF that keeps its variables in System Management Mode, as images for secure boot do ─────────────────── */

/* Without SMM the firmware stops before it places BARs (seen with OVMF 2022.11 and 2025.02), and on any
 * machine but q35 (seen with 2025.02). */
static void rule_smm(CheckRun *run) {
        const Guest *guest = run->guest;
        CheckFinding *f;

        if (!vmm_of(guest)->has_smm || guest_firmware_smm(&guest->firmware) != TRISTATE_YES)
                return;
        if (guest->smm != TRISTATE_NO && guest->machine == MACHINE_Q35)
                return;
        f = check_find(run, RULE_WINDOW, VERDICT_UNSAFE, "firmware",
                        "the firmware stops: it requires System Management Mode, which the machine does not "
                        "provide");
        if (guest->machine != MACHINE_Q35) {
                check_numbers(run, f, "only machine type q35 provides SMM for OVMF");
                check_advice(run, f, "use machine type q35, or an OVMF image without Secure Boot");
        } else {
                check_numbers(run, f, "the machine has smm=off");
                check_advice(run, f,
                                "enable it (-machine smm=on, <smm state='on'/>), or use an OVMF image "
                                "without Secure Boot");
        }
}

/* SMM has its own page tables, which map less if only the firmware's have 5 levels. */
static void rule_smm_end(CheckRun *run) {
        const Layout *layout = run->layout;
        const LayoutRange *range = check_window(layout);
        CheckFinding *f;

        if (layout->smm_bits == 0 || !range || !layout->starts)
                return;
        if (range->end <= width_end(layout->smm_bits)) {
                if (layout->phys_bits <= layout->smm_bits)
                        return;
                f = check_find(run, RULE_WINDOW, VERDICT_SAFE, "firmware",
                                "the firmware's System Management Mode maps fewer bits than the guest has; "
                                "the window for BARs ends below its limit");
        } else {
                f = check_find(run, RULE_WINDOW, VERDICT_UNSAFE, "firmware",
                                "the firmware's window for BARs ends above the addresses that its System "
                                "Management Mode maps");
                f->start = range->start;
                f->end = range->end;
        }
        check_numbers(run, f,
                        "it maps %u bits (up to 0x%" PRIx64
                        "); the guest has %u bits, the window ends at 0x%" PRIx64,
                        layout->smm_bits, width_end(layout->smm_bits), layout->phys_bits, range->end);
}

const CheckRule rules_window[] = { rule_bars_known, rule_window_64, rule_window_32, rule_window_start,
        rule_window_end, rule_alignment, rule_resizable, rule_unread, rule_smm, rule_smm_end, NULL };
