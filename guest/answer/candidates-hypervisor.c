/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Changes of a guest of Xen. */

#include "guest/answer/candidates.h"
#include "guest/rules/run.h"
#include "guest/vmm/vmm.h"

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)
#define HOLE_MAX (3840 * MIB)

static uint64_t static_max(const Candidates *c) {
        const GuestMemory *memory = &c->guest->memory;

        return memory->max ? memory->max : memory->ram;
}

/* maxmem= decides the map; below memory=, that goes down, too. */
static void less_memory(Candidates *c, uint64_t excess) {
        const GuestMemory *memory = &c->guest->memory;
        const uint64_t all = static_max(c), to = all > excess ? (all - excess) & ~(MIB - 1) : 0;

        if (to == 0)
                return;
        if (memory->max > memory->ram)
                candidates_add(c, CHANGE_MAX_MEMORY, to > memory->ram ? to : 0);
        candidates_add(c, CHANGE_RAM, to);
}

/* Of the devices whose region starts there. */
static void relax(Candidates *c, ChangeKind kind, uint64_t start) {
        const uint64_t devices = guest_rdm_devices(c->guest, &c->profile->xen, start);

        if (devices)
                candidates_add(c, kind, devices);
}

/* Of all whose regions are in RAM, then also of those with a shared one. */
static void relax_all(Candidates *c) {
        const Check *check = c->check;
        const ProfileXen *xen = &c->profile->xen;
        ChangeKind kind = CHANGE_RDM_SHARED;
        uint64_t devices = 0;

        if (c->guest->form.manager == MANAGER_LIBVIRT)
                return;
        for (size_t i = 0; i < check->layout.n_causes; i++)
                if (check->layout.causes[i].kind == START_RDM_CONFLICT)
                        devices |= guest_rdm_devices(c->guest, xen, check->layout.causes[i].value);
        if (devices)
                candidates_add(c, kind = CHANGE_RDM_RELAXED, devices);
        for (size_t i = 0; i < check->n; i++)
                if (check->findings[i].rule == RULE_RESERVED && check->findings[i].verdict == VERDICT_UNSAFE)
                        devices |= guest_rdm_devices(c->guest, xen, check->findings[i].start);
        if (devices)
                candidates_add(c, kind, devices);
}

/* RAM makes way for regions above the boundary, so it goes right below the region. libvirt has neither setting, but
 * it has memory. */
static void for_region(Candidates *c, ChangeKind policy, uint64_t start) {
        const bool libvirt = c->guest->form.manager == MANAGER_LIBVIRT && start > MIB;

        if (!libvirt && start > MIB && start < 4 * GIB)
                candidates_add(c, CHANGE_RDM_BOUNDARY, (start - 1) & ~(MIB - 1));
        if (!libvirt)
                relax(c, policy, start);
        if (start < 4 * GIB && static_max(c) > start)
                less_memory(c, static_max(c) - start);
        else if (c->check->layout.top >= start)
                less_memory(c, c->check->layout.top - start + 1);
}

static void for_cause(Candidates *c, const StartCause *cause) {
        switch (cause->kind) {
        case START_RDM_CONFLICT:
                for_region(c, CHANGE_RDM_RELAXED, cause->value);
                return;
        case START_ON_DEMAND:
                candidates_add(c, CHANGE_MAX_MEMORY, 0);
                return;
        case START_HOLE:
                candidates_add(c, CHANGE_HOLE32, cause->value < cause->min ? cause->min : cause->max);
                return;
        case START_VIDEO_MEMORY:
                candidates_add(c, CHANGE_VIDEO_MEMORY, cause->min);
                return;
        case START_NO_HAP:
                candidates_add(c, CHANGE_HAP, 0);
                return;
        case START_NO_SHADOW:
                candidates_add(c, CHANGE_HAP, 1);
                return;
        case START_PASSTHROUGH_OFF:
        case START_SHARED_TABLES:
                candidates_add(c, CHANGE_PASSTHROUGH, cause->kind == START_SHARED_TABLES);
                return;
        case START_NESTED_HAP:
                if (cause->value)
                        candidates_add(c, CHANGE_HAP, 1);
                return;
        case START_TRADITIONAL:
        case START_BIOS:
                candidates_add(c, CHANGE_DEVICE_MODEL, 0);
                return;
        default:
                return;
        }
}

/* From the finding's start on, memory is out of reach. */
static void for_memory(Candidates *c) {
        const Layout *layout = &c->check->layout;

        if (c->finding->start && layout->top >= c->finding->start)
                less_memory(c, layout->top - c->finding->start + 1);
}

static void for_start(Candidates *c) {
        for (size_t i = 0; i < c->check->layout.n_causes; i++)
                for_cause(c, &c->check->layout.causes[i]);
        relax_all(c);
        for_memory(c);
}

static void for_reserved(Candidates *c) {
        for_region(c, CHANGE_RDM_SHARED, c->finding->start);
        relax_all(c);
}

/* A larger hole below 4 GiB, or memory that ends where the largest BAR may begin. */
static void for_window(Candidates *c) {
        const Layout *layout = &c->check->layout;
        const uint64_t size = layout->largest_lost;

        for (uint64_t hole = 512 * MIB; hole < HOLE_MAX; hole += 256 * MIB)
                candidates_add(c, CHANGE_HOLE32, hole);
        if (size > 0 && size <= layout->top)
                less_memory(c, layout->top % size + 1);
}

void candidates_hypervisor(Candidates *c) {
        static void (*const of_rule[_RULE_MAX])(Candidates * c) = {
                [RULE_START] = for_start,
                [RULE_MEMORY] = for_memory,
                [RULE_HYPERTRANSPORT] = for_memory,
                [RULE_RESERVED] = for_reserved,
                [RULE_WINDOW] = for_window,
        };

        if (of_rule[c->finding->rule])
                of_rule[c->finding->rule](c);
}
