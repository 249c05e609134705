/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* R14: nothing in the guest's layout may overlap, whatever placed it. */

#include "guest/rules/run.h"
#include "probe/cleanup.h"

#define OVERLAPS_MAX 8

/* ── pairs ─────────────────────────────────────────────────────────────────────────────────────────────── */

/* Any memory: QEMU maps it over PCI space, so the guest sees the memory (memory region priorities in
 * hw/i386/pc.c and the PCI hosts). */
static bool is_memory(LayoutKind kind) {
        return kind == LAYOUT_RAM || kind == LAYOUT_SGX || kind == LAYOUT_CXL || kind == LAYOUT_PMEM;
}

static bool is_device(LayoutKind kind) {
        return kind == LAYOUT_BAR || kind == LAYOUT_WINDOW64 || kind == LAYOUT_WINDOW32;
}

/* Pairs that overlap by design. */
static const struct {
        LayoutKind a, b;
        bool vmm_places, microvm; /* only there */
} allowed[] = {
        /* BARs in a window, and windows in the range of the start check. */
        { LAYOUT_BAR, LAYOUT_WINDOW64, false, false },
        { LAYOUT_BAR, LAYOUT_WINDOW32, false, false },
        { LAYOUT_BAR, LAYOUT_HOLE64, false, false },
        { LAYOUT_WINDOW64, LAYOUT_HOLE64, false, false },
        /* The start check counts the hole, but nothing is placed in it. */
        { LAYOUT_HOLE64, LAYOUT_RESERVED, false, false },
        { LAYOUT_HOLE64, LAYOUT_HOTPLUG, false, false },
        /* Only BARs in the window conflict with a reserved range. */
        { LAYOUT_WINDOW64, LAYOUT_RESERVED, false, false },
        /* The VMM's own area, for memory and BARs. */
        { LAYOUT_WINDOW64, LAYOUT_PMEM, true, false },
        { LAYOUT_HOLE64, LAYOUT_PMEM, true, false },
        /* The window as OVMF counts it. The check uses the VMM's places. */
        { LAYOUT_WINDOW64, LAYOUT_HOTPLUG, true, false },
        /* Regions of the host's devices, which are left free in a window. */
        { LAYOUT_RDM, LAYOUT_WINDOW32, false, false },
        { LAYOUT_RDM, LAYOUT_WINDOW64, false, false },
        { LAYOUT_RDM, LAYOUT_RDM, false, false },
        { LAYOUT_RDM, LAYOUT_RESERVED, false, false },
        { LAYOUT_RDM, LAYOUT_MSI, false, false },
        /* R1: exists with PCI Express only. */
        { LAYOUT_RAM, LAYOUT_WINDOW64, false, true },
        { LAYOUT_HOTPLUG, LAYOUT_WINDOW64, false, true },
        { LAYOUT_SGX, LAYOUT_WINDOW64, false, true },
        { LAYOUT_CXL, LAYOUT_WINDOW64, false, true },
};

static bool may_share(const Guest *guest, const Layout *layout, LayoutKind a, LayoutKind b) {
        for (size_t i = 0; i < ELEMENTS(allowed); i++) {
                bool pair = (allowed[i].a == a && allowed[i].b == b) ||
                                (allowed[i].a == b && allowed[i].b == a);

                if (pair && (!allowed[i].vmm_places || layout->vmm_places) &&
                                (!allowed[i].microvm || guest->machine == MACHINE_MICROVM))
                        return true;
        }
        return false;
}

OverlapEffect layout_overlap_effect(const Guest *guest, const Layout *layout, LayoutKind a, LayoutKind b) {
        if (may_share(guest, layout, a, b))
                return OVERLAP_NONE;
        if (is_device(b)) {
                LayoutKind other = a;

                a = b;
                b = other;
        }
        if (!is_device(a) || is_device(b))
                return OVERLAP_BOTH;
        return is_memory(b)                    ? OVERLAP_HIDDEN
                        : b == LAYOUT_HOTPLUG  ? OVERLAP_LATER
                        : b == LAYOUT_RESERVED ? OVERLAP_RESERVED
                                               : OVERLAP_BOTH;
}

typedef struct Found {
        const Guest *guest;
        const Layout *layout;
        LayoutOverlap *ret;
        size_t n, max;
        bool seen[_LAYOUT_KIND_MAX][_LAYOUT_KIND_MAX];
} Found;

/* A BAR is more specific than its window and replaces it. */
static bool replaces(Found *found, const LayoutOverlap *overlap) {
        for (size_t i = 0; i < found->n; i++) {
                LayoutOverlap *other = &found->ret[i];

                if (other->effect != overlap->effect || other->effect == OVERLAP_BOTH ||
                                other->memory->kind != overlap->memory->kind)
                        continue;
                if (overlap->device->kind == LAYOUT_BAR && other->device->kind != LAYOUT_BAR)
                        *other = *overlap;
                return true;
        }
        return false;
}

static void look_at(Found *found, const LayoutRange *a, const LayoutRange *b) {
        LayoutOverlap overlap = { .effect = layout_overlap_effect(
                                                  found->guest, found->layout, a->kind, b->kind) };
        bool swap = is_device(a->kind) && !is_device(b->kind);

        if (overlap.effect == OVERLAP_NONE || found->seen[a->kind][b->kind])
                return;
        found->seen[a->kind][b->kind] = found->seen[b->kind][a->kind] = true;
        overlap.memory = swap ? b : a;
        overlap.device = swap ? a : b;
        if (!replaces(found, &overlap) && found->n < found->max)
                found->ret[found->n++] = overlap;
}

size_t layout_overlaps(const Guest *guest, const Layout *layout, LayoutOverlap *ret, size_t max) {
        Found found = { .guest = guest, .layout = layout, .ret = ret, .max = max };

        for (size_t i = 0; i < layout->n; i++)
                for (size_t j = i + 1; j < layout->n && layout->ranges[j].start <= layout->ranges[i].end;
                                j++)
                        look_at(&found, &layout->ranges[i], &layout->ranges[j]);
        return found.n;
}

/* ── the rule ──────────────────────────────────────────────────────────────────────────────────────────── */

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
                        run->layout->vmm_places ? "guest" : "firmware", "%s",
                        words[overlap->effect].summary);

        check_numbers(run, f, "%s: 0x%" PRIx64 "-0x%" PRIx64 ", %s: 0x%" PRIx64 "-0x%" PRIx64 "; %s",
                        device->label, device->start, device->end, memory->label, memory->start, memory->end,
                        words[overlap->effect].seen);
        f->start = device->start > memory->start ? device->start : memory->start;
        f->end = device->end < memory->end ? device->end : memory->end;
}

/* R1 reports guests that do not start. */
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
