/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "map/scene-parts.h"
#include "probe/decode/text.h"
#include "probe/grow.h"

typedef enum LimitOf { LIMIT_HOST, LIMIT_IOMMU, LIMIT_GUEST } LimitOf;

static MapLimit *find_or_add(Map *map, unsigned bits) {
        MapLimit *limits;

        for (size_t i = 0; i < map->n_limits; i++)
                if (map->limits[i].bits == bits)
                        return &map->limits[i];
        limits = grow(map->limits, map->n_limits, sizeof(*limits));
        if (!limits)
                return NULL;
        map->limits = limits;
        limits[map->n_limits] = (MapLimit){ .bits = bits };
        return &limits[map->n_limits++];
}

__attribute__((format(printf, 2, 3))) static void append(MapLimit *limit, const char *format, ...) {
        size_t n = strlen(limit->label);
        va_list ap;

        if (n > 0)
                n += (size_t) snprintf(limit->label + n, sizeof(limit->label) - n, ", ");
        if (n >= sizeof(limit->label))
                return;
        va_start(ap, format);
        vsnprintf(limit->label + n, sizeof(limit->label) - n, format, ap);
        va_end(ap);
}

static int add(Map *map, uint64_t bits, LimitOf of, const char *name) {
        MapLimit *limit = find_or_add(map, (unsigned) bits);

        if (!limit)
                return -ENOMEM;
        limit->guest |= of == LIMIT_GUEST;
        limit->iommu |= of == LIMIT_IOMMU;
        append(limit, "%s", name);
        return 0;
}

static int add_fact(Map *map, const Fact *fact, LimitOf of, const char *name) {
        size_t n = strlen(map->unknown);

        if (fact_known(fact) && fact->value > 0 && fact->value <= 64)
                return add(map, fact->value, of, name);
        snprintf(map->unknown + n, sizeof(map->unknown) - n, "%s%s (%s)", n > 0 ? ", " : "", name,
                        fact_known(fact) ? "not possible" : reason_to_string(fact->reason));
        return 0;
}

static bool is_shadowed(const Profile *profile) {
        const Fact *hap = &profile->xen.hap;

        return profile->xen.role == XEN_ROLE_CONTROL && fact_known(hap) && !hap->value;
}

static const char *second_level_name(const Profile *profile) {
        if (is_shadowed(profile))
                return "shadow paging";
        switch (profile->paging.second_level) {
        case SECOND_LEVEL_EPT:
                return "EPT";
        case SECOND_LEVEL_NPT:
                return "NPT";
        case SECOND_LEVEL_STAGE2:
                return "stage 2";
        default:
                return "guest mappings";
        }
}

static bool shown_before(const Profile *profile, size_t i) {
        for (size_t j = 0; j < i; j++)
                if (fact_known(&profile->iommus[j].bits) &&
                                profile->iommus[j].bits.value == profile->iommus[i].bits.value)
                        return true;
        return false;
}

/* Units wider than the narrowest. */
static int add_wider_units(Map *map) {
        const Profile *profile = map->profile;
        const Fact *narrowest = &profile->widths.iova_bits;

        for (size_t i = 0; i < profile->n_iommus; i++) {
                const Fact *bits = &profile->iommus[i].bits;
                char text[96], name[96];
                size_t n = 0;

                if (!fact_known(bits) || !fact_known(narrowest) || bits->value <= narrowest->value ||
                                bits->value > 64 || shown_before(profile, i))
                        continue;
                for (size_t j = i + 1; j < profile->n_iommus; j++)
                        n += fact_known(&profile->iommus[j].bits) &&
                                        profile->iommus[j].bits.value == bits->value;
                snprintf(text, sizeof(text), n > 0 ? "IOMMU %.40s and %zu more" : "IOMMU %.40s",
                                profile->iommus[i].name, n);
                text_shown(text, name, sizeof(name));
                if (add(map, bits->value, LIMIT_IOMMU, name) < 0)
                        return -ENOMEM;
        }
        return 0;
}

static int add_guest(Map *map) {
        const Layout *layout = &map->check->layout;
        int r = 0;

        if (layout->phys_bits)
                r = add(map, layout->phys_bits, LIMIT_GUEST, "this guest's CPU");
        if (r >= 0 && layout->guest_phys_bits && layout->guest_phys_bits != layout->phys_bits)
                r = add(map, layout->guest_phys_bits, LIMIT_GUEST, "guest-phys-bits of this guest");
        return r;
}

static int by_bits(const void *p, const void *q) {
        const MapLimit *a = p, *b = q;

        return (a->bits > b->bits) - (a->bits < b->bits);
}

int map_limits(Map *map) {
        const ProfileWidths *widths = &map->profile->widths;
        const bool xen = map->profile->xen.role == XEN_ROLE_CONTROL;
        int r;

        r = add_fact(map, &widths->cpu_physical_bits, LIMIT_HOST, "CPU");
        if (r >= 0)
                r = add_fact(map, &widths->host_physical_bits, LIMIT_HOST, xen ? "Xen" : "host kernel");
        if (r >= 0)
                r = add_fact(map, &widths->guest_physical_bits, LIMIT_HOST,
                                xen ? "guests' CPUs (Xen)" : "guests' CPUs (KVM)");
        if (r >= 0)
                r = add_fact(map, &widths->guest_mappable_bits, LIMIT_HOST, second_level_name(map->profile));
        if (r >= 0)
                r = add_fact(map, &widths->iova_bits, LIMIT_IOMMU,
                                map->profile->n_iommus > 1 ? "IOMMU (narrowest)" : "IOMMU");
        if (r >= 0)
                r = add_wider_units(map);
        if (r >= 0 && map->check)
                r = add_guest(map);
        if (r >= 0 && map->n_limits > 1)
                qsort(map->limits, map->n_limits, sizeof(*map->limits), by_bits);
        return r;
}
