/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/answer/candidates.h"

#include <stdlib.h>
#include <string.h>

#include "guest/firmware/firmware.h"
#include "guest/rules/run.h"
#include "probe/cleanup.h"

#define GIB (UINT64_C(1) << 30)
#define WIDTH_MIN 36
#define WIDTH_MAX 52

void candidates_add(Candidates *c, ChangeKind kind, uint64_t value) {
        for (size_t i = 0; i < c->n; i++)
                if (c->changes[i].kind == kind && c->changes[i].value == value)
                        return;
        if (c->n < REMEDY_CANDIDATES_MAX)
                c->changes[c->n++] = (Change){ .kind = kind, .value = value };
}

/* libvirt rejects an explicit width above /proc/cpuinfo's, which memory encryption makes smaller than KVM's.
 * The host's width with a limit is equal for the guest. */
static void add_width(Candidates *c, unsigned bits) {
        const Guest *guest = c->guest;
        const Fact *cpuinfo = &c->profile->widths.host_physical_bits;
        bool libvirt = guest->form.manager == MANAGER_LIBVIRT || guest->form.manager == MANAGER_NONE;

        /* Below the host's width only the firmware needs the value. */
        if (guest->form.manager == MANAGER_PROXMOX && guest->cpu.width_mode == WIDTH_HOST &&
                        bits < c->check->layout.phys_bits)
                candidates_add(c, CHANGE_GUEST_BITS, bits);
        if (libvirt && vmm_of(guest)->width_modes && guest->cpu.width_mode != WIDTH_HOST && guest->kvm &&
                        fact_known(cpuinfo) && bits > cpuinfo->value)
                candidates_add(c, CHANGE_WIDTH_HOST, bits);
        else
                candidates_add(c, CHANGE_WIDTH, bits);
}

/* From that width down: the first that helps loses the least. */
static void narrower(Candidates *c, unsigned from) {
        for (unsigned bits = from < WIDTH_MAX ? from : WIDTH_MAX; bits >= WIDTH_MIN; bits--)
                if (bits < c->check->layout.phys_bits)
                        add_width(c, bits);
}

static void wider(Candidates *c) {
        for (unsigned bits = c->check->layout.phys_bits + 1; bits <= WIDTH_MAX; bits++)
                add_width(c, bits);
        candidates_add(c, CHANGE_WIDTH_HOST, 0);
}

static uint64_t less(uint64_t bytes, uint64_t excess) {
        excess = (excess + GIB - 1) & ~(GIB - 1);
        return bytes > excess ? bytes - excess : 0;
}

static void less_hotplug(Candidates *c, uint64_t excess) {
        const GuestMemory *memory = &c->guest->memory;

        uint64_t plugged = guest_plugged(memory), least = memory->ram + plugged,
                 wanted = less(memory->max, excess);

        candidates_add(c, CHANGE_MAX_MEMORY, wanted > least ? wanted : least);
        if (plugged == 0)
                candidates_add(c, CHANGE_MAX_MEMORY, 0);
}

/* QEMU's hole after memory is not where firmware with its own window places BARs. */
static void less_hole(Candidates *c, uint64_t excess) {
        const Layout *layout = &c->check->layout;

        for (size_t i = 0; i < layout->n && c->guest->firmware.kind != FIRMWARE_NONE; i++)
                if (layout->ranges[i].kind == LAYOUT_HOLE64)
                        candidates_add(c, CHANGE_HOLE64,
                                        less(layout->ranges[i].end - layout->ranges[i].start + 1, excess));
}

/* The nearest machine type in this QEMU. */
static void other_machine(Candidates *c) {
        const Layout *layout = &c->check->layout;

        for (size_t i = 0; i < layout->n_causes; i++) {
                if (layout->causes[i].kind == START_MACHINE_NEWER)
                        candidates_add(c, CHANGE_MACHINE, layout->causes[i].max);
                if (layout->causes[i].kind == START_MACHINE_GONE)
                        candidates_add(c, CHANGE_MACHINE, layout->causes[i].min);
                if (layout->causes[i].kind == START_MACHINE_OTHERS)
                        candidates_add(c, CHANGE_MACHINE, layout->causes[i].value);
        }
}

static void for_start(Candidates *c) {
        /* If QEMU starts it anyway (before 7.1), only the memory is too high. */
        uint64_t end = width_end(c->check->layout.phys_bits),
                 top = c->check->layout.starts ? c->finding->end : c->check->layout.top;

        /* Not checked by QEMU. */
        if (c->finding->end > top)
                top = c->finding->end;

        other_machine(c);
        if (c->check->layout.phys_bits)
                wider(c);
        else
                candidates_add(c, CHANGE_WIDTH_HOST, 0);
        less_hole(c, top > end ? top - end : 0);
        less_hotplug(c, top > end ? top - end : 0);
        if (top > end)
                candidates_add(c, CHANGE_RAM, less(c->guest->memory.ram, top - end));
}

static unsigned lesser_width(const Profile *profile) {
        const Fact *offered = &profile->widths.guest_physical_bits,
                   *mappable = &profile->widths.guest_mappable_bits;
        uint64_t bits = fact_known(offered) ? offered->value : WIDTH_MAX;

        if (fact_known(mappable) && mappable->value < bits)
                bits = mappable->value;
        return (unsigned) bits;
}

static void for_told(Candidates *c) {
        narrower(c, lesser_width(c->profile));
}

/* Reach of the guest's devices; without an address at least that of the host's narrowest unit. 0:
 * unknown. */
static unsigned narrowest_reach(const Candidates *c) {
        const Fact *any = &c->profile->widths.iova_bits;
        unsigned narrowest = 0;

        for (size_t i = 0; i < c->guest->n_devices; i++) {
                const ProfileDevice *host = c->places[i];
                unsigned bits = fact_known(any) ? (unsigned) any->value : 0;

                if (!c->guest->devices[i].assigned || c->guest->devices[i].mediated)
                        continue;
                if (host && host->group >= 0)
                        bits = c->profile->groups[host->group].bits;
                if (bits && (!narrowest || bits < narrowest))
                        narrowest = bits;
        }
        return narrowest;
}

/* The width at which the conflicting range becomes unreachable, then the widths up to the guest's. */
static void for_bars(Candidates *c) {
        unsigned bits = c->finding->start ? 63 - (unsigned) __builtin_clzll(c->finding->start) : WIDTH_MIN,
                 reach = narrowest_reach(c);

        if (reach && reach < bits)
                bits = reach;
        narrower(c, bits);
        for (unsigned more = bits + 1; more < c->check->layout.phys_bits; more++)
                add_width(c, more);
        candidates_add(c, CHANGE_NO_PEER_TO_PEER, 0);
}

static void for_memory(Candidates *c) {
        const Layout *layout = &c->check->layout;

        if (c->guest->cpu.vendor == CPU_VENDOR_AMD || c->guest->cpu.vendor == CPU_VENDOR_HYGON)
                candidates_add(c, CHANGE_MACHINE, 7 << 16 | 1);
        for (size_t i = 0; i < layout->n; i++) {
                const LayoutRange *range = &layout->ranges[i];
                uint64_t excess = range->end - c->finding->start + 1;

                if (c->finding->start < range->start || c->finding->start > range->end)
                        continue;
                if (range->kind == LAYOUT_HOTPLUG)
                        less_hotplug(c, excess);
                if (range->kind == LAYOUT_RAM)
                        candidates_add(c, CHANGE_RAM, less(c->guest->memory.ram, excess));
        }
        for_bars(c);
}

static void for_viommu(Candidates *c) {
        const Fact *bits = &c->profile->widths.iova_bits;

        if (fact_known(bits))
                candidates_add(c, CHANGE_VIOMMU_BITS, bits->value);
        candidates_add(c, CHANGE_VIOMMU_BITS, 48);
        candidates_add(c, CHANGE_VIOMMU_BITS, 39);
        candidates_add(c, CHANGE_NO_DMA_TRANSLATION, 0);
}

static void for_window(Candidates *c) {
        BarNeed need;

        if (c->guest->firmware.unread_value > 0 && strcasestr(c->guest->firmware.unread, "PciMmio64"))
                candidates_add(c, CHANGE_MMIO64, c->guest->firmware.unread_value);
        wider(c);
        bar_need(c->guest, &c->check->layout, 0, NULL, NULL, &need);
        for (uint64_t mib = 65536; mib <= UINT64_C(16) << 20; mib *= 2)
                if (mib >= need.bytes >> 20)
                        candidates_add(c, CHANGE_MMIO64, mib);
        candidates_add(c, CHANGE_LARGE_PAGES, 0);
}

/* Another width moves the window; less memory or another machine type moves what it overlaps. */
static void for_overlap(Candidates *c) {
        for (unsigned bits = 36; bits < c->check->layout.phys_bits; bits++)
                candidates_add(c, CHANGE_WIDTH, bits);
        for_window(c);
}

static void for_confidential(Candidates *c) {
        const Fact *c_bit = &c->profile->encryption.c_bit;

        if (c->guest->reduced_phys_bits > 1)
                candidates_add(c, CHANGE_REDUCED_BITS, 1);
        if (c->guest->confidential == CONFIDENTIAL_TDX)
                candidates_add(c, CHANGE_WIDTH_HOST, 0);
        narrower(c,
                        c->guest->confidential != CONFIDENTIAL_TDX && fact_known(c_bit)
                                        ? (unsigned) c_bit->value
                                        : 47);
}

static void for_compatibility(Candidates *c) {
        const uint64_t moved = (UINT64_C(1) << 40) - 4 * GIB;

        candidates_add(c, CHANGE_LARGE_PAGES, 0);
        narrower(c, 46);
        if (c->check->layout.relocated && c->check->layout.top - moved >= HYPERTRANSPORT_START)
                less_hotplug(c, c->check->layout.top - moved - HYPERTRANSPORT_START + 1);
        candidates_add(c, CHANGE_MACHINE, 7 << 16);
}

/* If libvirt rejects the width, the same as a limit of the host's. */
static void for_sources(Candidates *c) {
        add_width(c, c->check->layout.phys_bits);
        candidates_add(c, CHANGE_WIDTH_HOST, 0);
}

size_t remedy_candidates(const Guest *guest, const Profile *profile, const ProfileDevice *const *places,
                const Check *check, const CheckFinding *finding, Change ret[REMEDY_CANDIDATES_MAX]) {
        static void (*const of_rule[_RULE_MAX])(Candidates * c) = {
                [RULE_START] = for_start,
                [RULE_WIDTH] = for_told,
                [RULE_MEMORY] = for_memory,
                [RULE_BARS] = for_bars,
                [RULE_VIOMMU] = for_viommu,
                [RULE_WINDOW] = for_window,
                [RULE_HYPERTRANSPORT] = for_memory,
                [RULE_CONFIDENTIAL] = for_confidential,
                [RULE_COMPATIBILITY] = for_compatibility,
                [RULE_CPUINFO] = for_sources,
                [RULE_OVERLAP] = for_overlap,
        };
        Candidates c = { .guest = guest,
                .profile = profile,
                .places = places,
                .check = check,
                .finding = finding,
                .changes = ret };

        if (vmm_of(guest)->hypervisor)
                candidates_hypervisor(&c);
        else if (guest->machine == MACHINE_VIRT)
                candidates_virt(&c);
        else if (of_rule[finding->rule])
                of_rule[finding->rule](&c);
        return c.n;
}
