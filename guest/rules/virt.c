/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What only QEMU's virt machine on arm64 has: regions that QEMU leaves out without a message (R1), BARs that
 * Linux places anew (R7), the emulated SMMUv3 (R5). */

#include <stdio.h>
#include <string.h>

#include "guest/firmware/firmware.h"
#include "guest/rules/run.h"
#include "guest/size.h"
#include "probe/cleanup.h"

#define LOW_ECAM_BUSES 16U

static bool is_virt(const CheckRun *run) {
        return run->guest->machine == MACHINE_VIRT;
}

/* ── R1: left out ──────────────────────────────────────────────────────────────────────────────────────── */

/* The root bus, and one behind each port. */
static size_t count_buses(const Guest *guest) {
        size_t n = 1;

        for (size_t i = 0; i < guest->n_devices; i++)
                n += guest->devices[i].own_port;
        for (uint32_t i = 0; i < guest->n_ports; i++)
                n += guest->ports[i].count;
        return n;
}

static bool bars_fit(const Layout *layout) {
        return layout->bars_fit_64 && layout->bars_fit_32 && layout->left != LEFT_ALL;
}

static Verdict dropped_verdict(const CheckRun *run, LayoutDropped dropped) {
        switch (dropped) {
        case DROPPED_WINDOW64:
                return bars_fit(run->layout) ? VERDICT_WARNING : VERDICT_UNSAFE;
        case DROPPED_ECAM:
                return count_buses(run->guest) > LOW_ECAM_BUSES ? VERDICT_UNSAFE : VERDICT_WARNING;
        default:
                /* With more CPUs it does not start. */
                return VERDICT_SAFE;
        }
}

static void put_dropped(CheckRun *run, LayoutDropped dropped) {
        static const char *const summaries[_DROPPED_MAX] = {
                [DROPPED_WINDOW64] =
                                "QEMU leaves out the 64-bit PCI window without a message: it does not fit "
                                "into the guest's address space",
                [DROPPED_ECAM] = "QEMU leaves out the high PCI configuration space without a message: the "
                                 "guest has 16 PCI buses",
                [DROPPED_REDIST] = "QEMU leaves out the interrupt controller's second region without a "
                                   "message: the guest can have 123 CPUs",
        };
        const Layout *layout = run->layout;
        CheckFinding *f = check_find(
                        run, RULE_START, dropped_verdict(run, dropped), "guest", "%s", summaries[dropped]);

        check_numbers(run, f,
                        "memory%s ends at 0x%" PRIx64 ", it would end at 0x%" PRIx64
                        "; %u bits end at 0x%" PRIx64,
                        run->guest->memory.max > run->guest->memory.ram ? " with its hot-plug region" : "",
                        layout->top, layout->dropped_end[dropped], layout->phys_bits,
                        width_end(layout->phys_bits));
        f->start = width_end(layout->phys_bits) + 1;
        f->end = layout->dropped_end[dropped];
}

static void rule_dropped(CheckRun *run) {
        for (LayoutDropped dropped = _DROPPED_MAX; dropped-- > 0;)
                if (run->layout->starts && run->layout->dropped & 1U << dropped)
                        put_dropped(run, dropped);
}

static bool has_low_ecam(const Layout *layout) {
        for (size_t i = 0; i < layout->n; i++)
                if (layout->ranges[i].kind == LAYOUT_ECAM)
                        return layout->ranges[i].end <= UINT32_MAX;
        return false;
}

/* Chosen, or of an old machine type. */
static void rule_buses(CheckRun *run) {
        const size_t n = count_buses(run->guest);
        const uint32_t last = run->guest->virt.last_bus;

        if (!is_virt(run) || !run->layout->starts || !has_low_ecam(run->layout))
                return;
        if (last >= LOW_ECAM_BUSES)
                check_numbers(run,
                                check_find(run, RULE_WINDOW, VERDICT_UNSAFE, "guest",
                                                "a PCI bus of an expander bridge is outside the low PCI "
                                                "configuration space"),
                                "the expander's last bus is %" PRIu32 "; the low space has buses 0 to %u",
                                last, LOW_ECAM_BUSES - 1);
        if (run->layout->dropped & 1U << DROPPED_ECAM || n <= LOW_ECAM_BUSES)
                return;
        check_numbers(run,
                        check_find(run, RULE_WINDOW, VERDICT_UNSAFE, "guest",
                                        "more PCI buses than the low PCI configuration space has"),
                        "%zu buses, one for each port and the root bus; it has %u", n, LOW_ECAM_BUSES);
}

/* ── R7 ────────────────────────────────────────────────────────────────────────────────────────────────── */

static void put_need(CheckRun *run, CheckFinding *f, const BarNeed *need, uint64_t room) {
        char bytes[SIZE_TEXT_MAX], window[SIZE_TEXT_MAX];

        if (room)
                check_numbers(run, f, "%zu device%s need%s %s with alignment, the window has %s%s",
                                need->n_devices, need->n_devices == 1 ? "" : "s",
                                need->n_devices == 1 ? "s" : "", size_text(need->bytes, bytes),
                                size_text(room, window),
                                need->bytes <= room ? ", which small BARs of other devices share" : "");
        else
                check_numbers(run, f,
                                "the largest BAR has %s; below 4 GiB there is room for BARs of up to 256 MiB",
                                size_text(need->largest, bytes));
}

static CheckFinding *find_bars(CheckRun *run, uint64_t room) {
        const Layout *layout = run->layout;

        if (layout->left == LEFT_ALL)
                return check_find(run, RULE_WINDOW, VERDICT_UNSAFE, "firmware",
                                "the firmware gives no device an address: a BAR is larger than 4 GiB, and there "
                                "is no 64-bit PCI window");
        if (!layout->bars_fit_64)
                return check_find(run, RULE_WINDOW, VERDICT_UNSAFE, "guest",
                                room ? "the 64-bit BARs do not fit into the 64-bit PCI window"
                                     : "a 64-bit BAR has no place: there is no 64-bit PCI window");
        if (layout->left == LEFT_SOME)
                return check_find(run, RULE_WINDOW, VERDICT_WARNING, "firmware",
                                "the firmware leaves a BAR without an address; Linux places it later");
        return NULL;
}

/* QEMU makes the windows; the firmware and then Linux place BARs in them. */
static void rule_bars(CheckRun *run) {
        const Layout *layout = run->layout;
        const uint64_t room = bar_room(run->guest, layout);
        const LayoutRange *window = check_window(layout);
        CheckFinding *f;
        BarNeed need;

        if (!is_virt(run) || !layout->starts || !layout->phys_bits)
                return;
        bar_need(run->guest, layout, layout->port_share, NULL, NULL, &need);
        f = find_bars(run, room);
        if (!f)
                return;
        put_need(run, f, &need, room);
        if (window) {
                f->start = window->start;
                f->end = window->end;
        }
}

/* ── R5 ────────────────────────────────────────────────────────────────────────────────────────────────── */

static Verdict smmu_verdict(const GuestViommu *viommu, const GuestDevice *device) {
        if (viommu->accel == TRISTATE_YES)
                return device->iommufd ? VERDICT_SAFE : VERDICT_UNSAFE;
        if (!viommu->of_bus || device->behind_viommu == TRISTATE_YES)
                return VERDICT_UNSAFE;
        return device->behind_viommu == TRISTATE_NO ? VERDICT_SAFE : VERDICT_WARNING;
}

/* It does not report mappings to VFIO (hw/arm/smmuv3.c: smmuv3_notify_flag_changed()). */
static void rule_smmu(CheckRun *run) {
        const GuestViommu *viommu = &run->guest->viommu;

        for (size_t i = 0; i < run->guest->n_devices && viommu->kind == VIOMMU_SMMUV3; i++) {
                const GuestDevice *device = &run->guest->devices[i];
                const Verdict verdict = device->assigned && !device->mediated ? smmu_verdict(viommu, device)
                                                                              : VERDICT_SAFE;
                CheckFinding *f;

                if (verdict == VERDICT_SAFE)
                        continue;
                f = check_find(run, RULE_VIOMMU, verdict, device->name,
                                verdict == VERDICT_UNSAFE
                                                ? "QEMU rejects the device: the guest's SMMUv3 does not "
                                                  "support assigned devices"
                                                : "QEMU rejects the device if it is behind the guest's SMMUv3");
                check_numbers(run, f, "it requires a MAP notifier, which the emulated SMMUv3 does not have");
                check_advice(run, f,
                                "use virtio-iommu-pci, or with QEMU 11 or later and iommufd -device "
                                "arm-smmuv3,accel=on");
                return;
        }
}

const CheckRule rules_virt[] = { rule_dropped, rule_buses, rule_bars, rule_smmu, NULL };
