/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* R1: memory that the guest's width has no addresses for, where QEMU starts it all the same (it looks since 7.1, and not at
 * every 32-bit CPU), and where Cloud Hypervisor finds no place. */

#include "profile/guest/check-run.h"
#include "profile/guest/rules-reach.h"

static const char *summary_of(const LayoutRange *range, Verdict verdict) {
        if (range->kind == LAYOUT_CXL)
                return "CXL windows lie where the guest's CPU has no addresses, and QEMU starts it so";
        if (range->kind != LAYOUT_HOTPLUG)
                return "memory lies where the guest's CPU has no addresses, and QEMU starts it so";
        return verdict == VERDICT_UNSAFE
                        ? "memory plugged in later would lie where the guest's CPU has no addresses"
                        : "the end of the hot-plug region lies where the guest's CPU has no addresses";
}

static bool is_memory(const LayoutRange *range) {
        return range->kind == LAYOUT_RAM || range->kind == LAYOUT_SGX || range->kind == LAYOUT_HOTPLUG ||
                        range->kind == LAYOUT_CXL;
}

/* A microvm's window says it there. */
static void rule_beyond(CheckRun *run) {
        const Layout *layout = run->layout;
        uint64_t end = width_end(layout->phys_bits);

        if (!layout->starts || layout->phys_bits == 0 || run->guest->machine == MACHINE_MICROVM)
                return;
        for (size_t i = 0; i < layout->n; i++) {
                const LayoutRange *range = &layout->ranges[i];
                Range outside = { range->start > end ? range->start : end + 1, range->end };
                Verdict verdict;
                CheckFinding *f;

                if (!is_memory(range) || range->end <= end)
                        continue;
                verdict = reach_memory_verdict(run->guest, range, &outside);
                f = check_find(run, "R1", verdict, "guest", "%s", summary_of(range, verdict));
                check_numbers(run, f, "it ends at 0x%" PRIx64 ", %u bits end at 0x%" PRIx64, range->end,
                                layout->phys_bits, end);
                f->start = outside.start;
                f->end = outside.end;
        }
}

/* Cloud Hypervisor places it as it places BARs, and ends where there is no room. */
static void rule_pmem(CheckRun *run) {
        const Guest *guest = run->guest;
        const Layout *layout = run->layout;
        size_t n = 0, placed = 0;

        for (uint8_t i = 0; i < guest->n_pmem; i++)
                n += guest->pmem[i].size > 0;
        for (size_t i = 0; i < layout->n; i++)
                placed += layout->ranges[i].kind == LAYOUT_PMEM;
        if (guest->vmm != VMM_CLOUD_HYPERVISOR || !layout->starts || !layout->phys_bits || placed >= n)
                return;
        check_numbers(run,
                        check_find(run, "R1", VERDICT_UNSAFE, "guest",
                                        "the guest does not start: above its memory no room is left for its "
                                        "persistent memory"),
                        "%zu of %zu have a place; memory ends at 0x%" PRIx64 ", %u bits at 0x%" PRIx64,
                        placed, n, layout->top, layout->phys_bits, width_end(layout->phys_bits));
}

const CheckRule rules_beyond[] = { rule_beyond, rule_pmem, NULL };
