/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* R1: persistent memory that Cloud Hypervisor finds no place for. */

#include "guest/rules/run.h"

/* Cloud Hypervisor places it as it places BARs, and ends where there is no room. */
static void rule_pmem(CheckRun *run) {
        const Guest *guest = run->guest;
        const Layout *layout = run->layout;
        size_t n = 0, placed = 0;

        for (uint8_t i = 0; i < guest->n_pmem; i++)
                n += guest->pmem[i].size > 0;
        for (size_t i = 0; i < layout->n; i++)
                placed += layout->ranges[i].kind == LAYOUT_PMEM;
        if (!layout->starts || !layout->phys_bits || placed >= n)
                return;
        check_numbers(run,
                        check_find(run, RULE_START, VERDICT_UNSAFE, "guest",
                                        "the guest does not start: its address space has no room for "
                                        "persistent memory above its memory"),
                        "%zu of %zu fit; memory ends at 0x%" PRIx64 ", %u bits end at 0x%" PRIx64, placed, n,
                        layout->top, layout->phys_bits, width_end(layout->phys_bits));
}

const CheckRule rules_pmem[] = { rule_pmem, NULL };
