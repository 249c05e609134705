/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/derive/derive-steps.h"
#include "profile/derive/derive-xen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static int compare_entries(const void *a, const void *b) {
        const IomemEntry *x = a, *y = b;

        if (x->start != y->start)
                return x->start < y->start ? -1 : 1;
        return x->end < y->end ? -1 : x->end > y->end;
}

/* The firmware's map, or the top level of the kernel's; of dom0 what `keep` accepts. */
static int take_ranges(const Iomem *map, bool (*keep)(const IomemEntry *entry), ProfileMemory *ret) {
        ret->ranges = calloc(map->n ? map->n : 1, sizeof(IomemEntry));
        if (!ret->ranges)
                return -ENOMEM;
        for (size_t i = 0; i < map->n; i++)
                if (map->entries[i].depth == 0 && (!keep || keep(&map->entries[i])))
                        ret->ranges[ret->n_ranges++] = map->entries[i];
        if (ret->n_ranges > 1)
                qsort(ret->ranges, ret->n_ranges, sizeof(IomemEntry), compare_entries);
        return 0;
}

static int add_ram(const Iomem *map, RangeSet *ret) {
        for (size_t i = 0; i < map->n; i++) {
                const IomemEntry *entry = &map->entries[i];

                if (entry->depth == 0 && entry->kind == IOMEM_SYSTEM_RAM &&
                                range_set_add(ret, entry->start, entry->end) < 0)
                        return -ENOMEM;
        }
        range_set_normalise(ret);
        return 0;
}

static Fact ram_top(const RangeSet *ram, const char *source) {
        if (ram->n == 0)
                return fact_unknown(REASON_ABSENT, "%s: no System RAM", source);
        if (ram->ranges[ram->n - 1].end == UINT64_MAX)
                return fact_unknown(REASON_MALFORMED, "%s: System RAM up to 2^64", source);
        return fact_measured(ram->ranges[ram->n - 1].end + 1, "%s: end of the last System RAM", source);
}

/* RAM in the kernel's current map but not in the boot map. */
static int derive_hot_added(const MemoryFacts *facts, const RangeSet *now, ProfileMemory *ret) {
        _cleanup_(range_set_done) RangeSet boot = {};
        int r;

        ret->hotplug_reason =
                        facts->memmap_reason != REASON_NONE ? facts->memmap_reason : facts->iomem_reason;
        if (ret->hotplug_reason != REASON_NONE)
                return 0;
        /* Other firmware ranges may also be used as RAM (soft reserved, ACPI tables after use): nothing that
         * firmware described is hot-added. */
        for (size_t i = 0; i < facts->memmap.n; i++)
                if (range_set_add(&boot, facts->memmap.entries[i].start, facts->memmap.entries[i].end) < 0)
                        return -ENOMEM;
        range_set_normalise(&boot);
        for (size_t i = 0; i < now->n; i++)
                if (range_set_add(&ret->hot_added, now->ranges[i].start, now->ranges[i].end) < 0)
                        return -ENOMEM;
        r = range_set_subtract(&ret->hot_added, &boot);
        return r;
}

int derive_memory(const Facts *facts, ProfileMemory *ret) {
        const MemoryFacts *memory = &facts->memory;
        _cleanup_(range_set_done) RangeSet now = {}, boot = {};
        bool use_memmap = memory->memmap_reason == REASON_NONE,
             use_iomem = memory->iomem_reason == REASON_NONE;

        if (use_iomem && add_ram(&memory->iomem, &now) < 0)
                return -ENOMEM;
        if (use_memmap && add_ram(&memory->memmap, &boot) < 0)
                return -ENOMEM;

        /* The kernel's map includes hot-added RAM, so it is preferred for the top of RAM. */
        ret->ram_top = use_iomem     ? ram_top(&now, "/proc/iomem")
                        : use_memmap ? ram_top(&boot, "/sys/firmware/memmap")
                                     : fact_unknown(memory->iomem_reason, "/proc/iomem");
        ret->block_size = memory->block_size_reason == REASON_NONE
                        ? fact_measured(memory->block_size, "/sys/devices/system/memory/block_size_bytes")
                        : fact_unknown(memory->block_size_reason,
                                          "/sys/devices/system/memory/block_size_bytes");
        ret->ranges_reason = use_memmap || use_iomem ? REASON_NONE : memory->memmap_reason;
        if (use_memmap || use_iomem) {
                snprintf(ret->ranges_source, sizeof(ret->ranges_source), "%s",
                                use_memmap ? "/sys/firmware/memmap" : "/proc/iomem");
                if (take_ranges(use_memmap ? &memory->memmap : &memory->iomem, NULL, ret) < 0)
                        return -ENOMEM;
        }
        return derive_hot_added(memory, &now, ret);
}

/* Firmware's ranges and PCI windows are the machine's. System RAM is that of dom0, and unusable memory is what Linux
 * makes of the rest (arch/x86/xen/setup.c; xen/arch/x86/hvm/dom0_build.c). */
static bool is_machine(const IomemEntry *entry) {
        switch (entry->kind) {
        case IOMEM_RESERVED:
        case IOMEM_ACPI_TABLES:
        case IOMEM_ACPI_NVS:
        case IOMEM_PERSISTENT:
        case IOMEM_PCI_WINDOW:
        case IOMEM_PCI_ECAM:
                return true;
        default:
                return false;
        }
}

int derive_xen_memory(const Facts *facts, Profile *profile) {
        ProfileMemory *memory = &profile->memory;

        if (profile->xen.role != XEN_ROLE_CONTROL)
                return 0;
        memory->ram_top = profile->xen.max_address;
        memory->ranges_reason = facts->memory.iomem_reason;
        if (memory->ranges_reason != REASON_NONE)
                return 0;
        snprintf(memory->ranges_source, sizeof(memory->ranges_source),
                        "/proc/iomem, without dom0's own memory");
        return take_ranges(&facts->memory.iomem, is_machine, memory);
}
