/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/answer/candidates.h"
#include "guest/rules/run.h"
#include "guest/vmm/vmm.h"
#include "probe/cleanup.h"

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)
#define WINDOW_MIN (512 * GIB)
#define WINDOW_MAX (UINT64_C(1) << 51)
#define SLOTS_MAX 256

/* ── memory with which all fits ────────────────────────────────────────────────────────────────────────── */

typedef struct Trial {
        LayoutHost host;
        ChangeKind kind;
        bool whole; /* QEMU leaves nothing out; else it only starts */
} Trial;

static bool fits(const Candidates *c, const Trial *trial, uint64_t value) {
        const Change change = { trial->kind, value };
        Guest changed = *c->guest;
        Layout layout = {};
        bool good;

        if (!change_apply(&change, &changed) || layout_derive(&changed, &trial->host, &layout) < 0)
                return false;
        good = layout.starts && (!trial->whole || !layout.dropped);
        layout_done(&layout);
        return good;
}

/* The largest value below `now` that fits, in steps; the more the less fits. */
static void add_largest(
                Candidates *c, ChangeKind kind, bool whole, uint64_t now, uint64_t least, uint64_t step) {
        uint64_t low = least / step, high = now / step + (now % step != 0);
        Trial trial = { .kind = kind, .whole = whole };

        check_layout_host(c->profile, &trial.host);
        if (low >= high || !fits(c, &trial, low * step))
                return;
        while (high - low > 1) {
                const uint64_t middle = low + (high - low) / 2;

                if (fits(c, &trial, middle * step))
                        low = middle;
                else
                        high = middle;
        }
        candidates_add(c, kind, low * step);
}

static void less_memory(Candidates *c, bool whole) {
        const GuestMemory *memory = &c->guest->memory;
        const uint64_t plugged = guest_plugged(memory), least = memory->ram + plugged;

        if (memory->max > memory->ram) {
                add_largest(c, CHANGE_SLOTS, whole, memory->slots, 0, 1);
                add_largest(c, CHANGE_MAX_MEMORY, whole, memory->max, (least + GIB - 1) & ~(GIB - 1), GIB);
                candidates_add(c, CHANGE_MAX_MEMORY, plugged ? least : 0);
        }
        add_largest(c, CHANGE_RAM, whole, memory->ram, GIB, GIB);
}

/* ── rules ─────────────────────────────────────────────────────────────────────────────────────────────── */

/* From the next larger one up. */
static void other_window(Candidates *c, bool larger) {
        const uint64_t now = c->guest->virt.highmem_mmio_size;

        if (larger)
                for (uint64_t size = WINDOW_MIN; size <= WINDOW_MAX; size *= 2) {
                        if (size > now)
                                candidates_add(c, CHANGE_MMIO_SIZE, size);
                }
        else
                for (uint64_t size = WINDOW_MAX; size >= WINDOW_MIN; size /= 2)
                        if (size < now)
                                candidates_add(c, CHANGE_MMIO_SIZE, size);
}

/* The nearest machine type in this QEMU. */
static void for_causes(Candidates *c) {
        const Layout *layout = &c->check->layout;

        for (size_t i = 0; i < layout->n_causes; i++)
                switch (layout->causes[i].kind) {
                case START_MACHINE_NEWER:
                        candidates_add(c, CHANGE_MACHINE, layout->causes[i].max);
                        break;
                case START_MACHINE_GONE:
                        candidates_add(c, CHANGE_MACHINE, layout->causes[i].min);
                        break;
                case START_SLOTS:
                        candidates_add(c, CHANGE_SLOTS, SLOTS_MAX);
                        break;
                case START_MMIO_SIZE_ODD:
                case START_MMIO_SIZE_SMALL:
                        other_window(c, true);
                        break;
                case START_GIC_CPUS:
                        candidates_add(c, CHANGE_HIGHMEM_REDISTS, 1);
                        break;
                default:
                        break;
                }
}

/* What does not fit above memory. */
static void for_room(Candidates *c) {
        candidates_add(c, CHANGE_HIGHMEM, 1);
        if (c->guest->virt.highmem_mmio_size)
                other_window(c, false);
        candidates_add(c, CHANGE_COMPACT, 1);
        candidates_add(c, CHANGE_HIGHMEM_ECAM, 0);
        candidates_add(c, CHANGE_HIGHMEM_REDISTS, 0);
        less_memory(c, true);
        if (!c->check->layout.starts)
                less_memory(c, false);
        /* As it is, but said. */
        if (c->finding->verdict == VERDICT_WARNING) {
                candidates_add(c, CHANGE_HIGHMEM_MMIO, 0);
                candidates_add(c, CHANGE_HIGHMEM_ECAM, 0);
        }
}

static void for_start(Candidates *c) {
        for_causes(c);
        for_room(c);
}

static void for_window(Candidates *c) {
        candidates_add(c, CHANGE_HIGHMEM_MMIO, 1);
        candidates_add(c, CHANGE_HIGHMEM_ECAM, 1);
        other_window(c, true);
        for_room(c);
}

/* BARs move below 4 GiB if they fit there. */
static void for_bars(Candidates *c) {
        candidates_add(c, CHANGE_HIGHMEM_MMIO, 0);
        candidates_add(c, CHANGE_NO_PEER_TO_PEER, 0);
}

/* What lies above the address, in MiB: a region may begin anywhere. */
static uint64_t less(uint64_t bytes, uint64_t excess) {
        excess = (excess + MIB - 1) & ~(MIB - 1);
        return bytes > excess ? bytes - excess : 0;
}

static void for_memory(Candidates *c) {
        const GuestMemory *memory = &c->guest->memory;
        const Layout *layout = &c->check->layout;

        for (size_t i = 0; i < layout->n; i++) {
                const LayoutRange *range = &layout->ranges[i];
                const uint64_t excess = range->end - c->finding->start + 1;

                if (c->finding->start < range->start || c->finding->start > range->end)
                        continue;
                if (range->kind == LAYOUT_HOTPLUG) {
                        candidates_add(c, CHANGE_SLOTS, less(memory->slots * GIB, excess) / GIB);
                        candidates_add(c, CHANGE_MAX_MEMORY, less(memory->max, excess) & ~(GIB - 1));
                        candidates_add(c, CHANGE_MAX_MEMORY, 0);
                } else if (range->kind == LAYOUT_RAM)
                        candidates_add(c, CHANGE_RAM, less(memory->ram, excess));
        }
        for_bars(c);
}

void candidates_virt(Candidates *c) {
        static void (*const of_rule[_RULE_MAX])(Candidates * c) = {
                [RULE_START] = for_start,
                [RULE_MEMORY] = for_memory,
                [RULE_BARS] = for_bars,
                [RULE_RESERVED] = for_memory,
                [RULE_WINDOW] = for_window,
        };

        if (of_rule[c->finding->rule])
                of_rule[c->finding->rule](c);
}
