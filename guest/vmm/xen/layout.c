/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/vmm/xen/xen.h"
#include "profile/profile.h"

/* Both kinds of nested page tables have four levels. */
#define HAP_BITS 48
/* Shadow paging keeps frame numbers in 32 bits, unless Xen is built with BIGMEM. */
#define SHADOW_BITS 44
/* With PAE, which all guests here have. */
#define BITS_MIN 36

/* ── width ─────────────────────────────────────────────────────────────────────────────────────────────── */

static Tristate of_fact(const Fact *fact) {
        return fact_known(fact) ? tristate(fact->value != 0) : TRISTATE_UNKNOWN;
}

Tristate xen_hap(const Guest *guest, const LayoutHost *host) {
        if (guest->machine == MACHINE_XEN_PV)
                return TRISTATE_NO;
        if (guest->xen.hap != TRISTATE_UNKNOWN)
                return guest->xen.hap;
        return host->xen ? of_fact(&host->xen->hap) : TRISTATE_UNKNOWN;
}

/* Xen's paddr_bits leaves out what memory encryption takes, its hap_paddr_bits does not (cpu/common.c). */
static uint8_t shadow_bits(const LayoutHost *host, uint8_t raw, uint8_t most) {
        const uint8_t less =
                        host->sme == TRISTATE_YES && host->sme_reduction < raw ? host->sme_reduction : 0;

        return (uint8_t) min_of((uint64_t) (raw - less), most);
}

/* Xen's policy for HVM guests, or CPUID 0x80000008 EAX[23:16] of AMD's CPUs, may have less than the CPU. */
static uint8_t hap_bits(const LayoutHost *host, uint8_t raw) {
        const uint8_t bits = (uint8_t) min_of(raw, HAP_BITS);

        if (!host->xen || of_fact(&host->xen->hap) != TRISTATE_YES || !host->guest_mappable_bits)
                return bits;
        return (uint8_t) min_of(bits, host->guest_mappable_bits);
}

void xen_width(Space *space) {
        const Guest *guest = space->guest;
        const uint8_t raw = cpu_host_bits(space);
        const Tristate hap = xen_hap(guest, space->host);
        uint8_t with, without;

        if (!raw)
                return;
        with = hap_bits(space->host, raw);
        without = shadow_bits(space->host, raw, guest->machine == MACHINE_XEN_PV ? raw : SHADOW_BITS);
        if (hap == TRISTATE_UNKNOWN && with != without)
                layout_unknown(space, REASON_XEN, "whether this Xen has hardware-assisted paging (HAP)");
        space->layout->phys_bits = (uint8_t) max_of(hap == TRISTATE_NO ? without : with, BITS_MIN);
}

/* ── memory map ────────────────────────────────────────────────────────────────────────────────────────── */

static void add_ram(Space *space, const XenMap *map) {
        Layout *layout = space->layout;

        space->below_4g = map->low_end;
        space->above_start = 4 * GIB;
        space->above_size = map->high_end - 4 * GIB;
        space->ram_end = map->high_end;
        layout_add(space, LAYOUT_RAM, 0, map->low_end, "RAM below 4 GiB");
        layout_add(space, LAYOUT_RAM, 4 * GIB, map->high_end, "RAM above 4 GiB");
        layout->top = max_of(space->above_size ? map->high_end : map->low_end, 1) - 1;
}

/* The interrupts' range is the layout's own. */
static void add_reserved(Space *space, const XenMap *map) {
        layout_add(space, LAYOUT_RESERVED, XEN_RESERVED_START, 0xFEE00000,
                        "hvmloader, ACPI tables, I/O APIC");
        layout_add(space, LAYOUT_RESERVED, 0xFEF00000, 4 * GIB, "special pages of Xen, firmware");
        for (size_t i = 0; i < map->n_regions; i++)
                if (!map->regions[i].left_out)
                        layout_add(space, LAYOUT_RDM, map->regions[i].start, map->regions[i].end,
                                        "reserved device memory of the host");
}

void xen_layout(Space *space) {
        const Guest *guest = space->guest;
        XenMap map;

        xen_start(space);
        if (guest->machine == MACHINE_XEN_PV) {
                layout_add(space, LAYOUT_RAM, 0, xen_static_max(guest), "pseudo-physical memory");
                space->layout->top = max_of(xen_static_max(guest), 1) - 1;
                return;
        }
        xen_memory(space, &map);
        if (guest->machine == MACHINE_XEN_HVM && map.low_end < XEN_LOW_RAM_MIN && guest->memory.ram)
                layout_refuse(space, START_LOW_RAM, map.low_end, XEN_LOW_RAM_MIN, 0);
        if (guest->machine == MACHINE_XEN_HVM)
                xen_place(space, &map);
        add_ram(space, &map);
        add_reserved(space, &map);
}
