/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* R14: nothing in the guest's layout lies over anything else. Whoever drew it, and whatever for: a layout with such a pair
 * is not one that a guest runs in. */

#include "guest/rules/overlap-pairs.h"
#include "guest/rules/run.h"

#define OVERLAPS_MAX 8

static const struct {
        Verdict verdict;
        const char *summary, *seen;
} words[] = {
        [OVERLAP_RESERVED] = { VERDICT_WARNING,
                        "the firmware places a BAR at addresses that the guest's memory map reserves",
                        "the guest's kernel moves the BAR or leaves it unassigned" },
        [OVERLAP_LATER] = { VERDICT_UNSAFE,
                        "the firmware places BARs at the addresses of hot-plugged memory",
                        "hot-plugged memory hides the device" },
        [OVERLAP_HIDDEN] = { VERDICT_UNSAFE, "the firmware places BARs at the addresses of memory",
                        "the guest sees the memory; the device does not respond" },
        [OVERLAP_BOTH] = { VERDICT_UNSAFE, "two ranges of the guest's address space overlap",
                        "it is unknown which of them the guest sees" },
};

static void put_overlap(CheckRun *run, const LayoutOverlap *overlap) {
        const LayoutRange *device = overlap->device, *memory = overlap->memory;
        CheckFinding *f = check_find(run, RULE_OVERLAP, words[overlap->effect].verdict,
                        run->guest->vmm == VMM_QEMU ? "firmware" : "guest", "%s",
                        words[overlap->effect].summary);

        check_numbers(run, f, "%s: 0x%" PRIx64 "-0x%" PRIx64 ", %s: 0x%" PRIx64 "-0x%" PRIx64 "; %s",
                        device->label, device->start, device->end, memory->label, memory->start, memory->end,
                        words[overlap->effect].seen);
        f->start = device->start > memory->start ? device->start : memory->start;
        f->end = device->end < memory->end ? device->end : memory->end;
}

/* What does not start overlaps nothing, and says so itself (R1). */
static void rule_overlap(CheckRun *run) {
        LayoutOverlap overlaps[OVERLAPS_MAX];
        size_t n;

        if (!run->layout->starts)
                return;
        n = layout_overlaps(run->guest, run->layout, overlaps, OVERLAPS_MAX);
        for (size_t i = 0; i < n; i++)
                put_overlap(run, &overlaps[i]);
}

const CheckRule rules_overlap[] = { rule_overlap, NULL };
