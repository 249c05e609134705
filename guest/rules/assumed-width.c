/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The width of a unit that is assumed, and may be less: no guest is safe above what is certain. */

#include "guest/rules/run.h"

static bool is_memory(const LayoutRange *range) {
        return range->kind == LAYOUT_RAM || range->kind == LAYOUT_HOTPLUG || range->kind == LAYOUT_CXL;
}

/* An assigned device's, or the window in which firmware places it. */
static bool has_bars(const Guest *guest, const LayoutRange *range) {
        if (range->kind == LAYOUT_BAR)
                return range->device >= 0 && (size_t) range->device < guest->n_devices &&
                                guest->devices[range->device].assigned;
        if (range->kind != LAYOUT_WINDOW64)
                return false;
        for (size_t i = 0; i < guest->n_devices; i++)
                for (unsigned j = 0; guest->devices[i].assigned && j < guest->devices[i].n_bars; j++)
                        if (guest->devices[i].bars[j].is_64bit)
                                return true;
        return false;
}

static bool goes_beyond(const CheckRun *run, uint64_t end) {
        bool placed = false, window = false, beyond = false;

        for (size_t i = 0; i < run->layout->n; i++) {
                const LayoutRange *range = &run->layout->ranges[i];
                bool above = range->end > end;

                placed |= range->kind == LAYOUT_BAR;
                if (range->kind == LAYOUT_WINDOW64)
                        window |= above && has_bars(run->guest, range);
                else
                        beyond |= above && (is_memory(range) || has_bars(run->guest, range));
        }
        return beyond || (window && !placed);
}

static void rule_assumed_width(CheckRun *run) {
        for (size_t i = 0; i < run->n_reaches; i++) {
                const Reach *reach = &run->reaches[i];

                if (reach->at_least == WIDTH_ANY || !reach->usable->n ||
                                reach->usable->ranges[reach->usable->n - 1].end <=
                                                width_end(reach->at_least))
                        continue;
                check_assume(run, "iovaBits", "%u, as most SMMUs have; %u bits are certain", reach->assumed,
                                reach->at_least);
                if (reach->direct && goes_beyond(run, width_end(reach->at_least)))
                        check_missing(run, "IOVA width of the SMMU: %u bits are assumed, %u are certain",
                                        reach->assumed, reach->at_least);
        }
}

const CheckRule rules_assumed_width[] = { rule_assumed_width, NULL };
