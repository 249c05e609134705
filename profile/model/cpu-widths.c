/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/model/cpu-widths.h"

#include <stdlib.h>
#include <string.h>

#include "profile/model/cpu-table.h"

static int compare_seen(const void *key, const void *element) {
        const CpuSeen *a = key, *b = element;

        if (a->vendor != b->vendor)
                return a->vendor < b->vendor ? -1 : 1;
        if (a->family != b->family)
                return a->family < b->family ? -1 : 1;
        return (int) a->model - (int) b->model;
}

const CpuSeen *cpu_seen(CpuVendor vendor, uint64_t family, uint64_t model) {
        const CpuSeen key = { .vendor = vendor, .family = (uint16_t) family, .model = (uint8_t) model };

        if (family > UINT16_MAX || model > UINT8_MAX)
                return NULL;
        return bsearch(&key, cpus_seen, n_cpus_seen, sizeof(key), compare_seen);
}

static size_t without(const char *name, size_t n, const char *suffix) {
        size_t length = strlen(suffix);

        return n > length && strncmp(name + n - length, suffix, length) == 0 ? n - length : n;
}

size_t cpu_name_length(const char *name) {
        size_t n = strlen(name), digits = 0;

        while (digits < n && strchr("0123456789", name[n - 1 - digits]))
                digits++;
        if (digits > 0 && n > digits + 2 && strncmp(name + n - digits - 2, "-v", 2) == 0)
                n -= digits + 2;
        n = without(name, n, "-IBRS");
        n = without(name, n, "-IBPB");
        return without(name, n, "-noTSX");
}

static int compare_named(const void *key, const void *element) {
        return strcmp(key, ((const CpuNamed *) element)->name);
}

const CpuNamed *cpu_named(const char *name) {
        char base[64];
        size_t n = cpu_name_length(name);

        if (n >= sizeof(base))
                return NULL;
        memcpy(base, name, n);
        base[n] = 0;
        return bsearch(base, cpus_named, n_cpus_named, sizeof(cpus_named[0]), compare_named);
}

static void add_width(CpuWidths *widths, const WidthSeen *seen) {
        size_t at = 0;

        while (at < widths->n && widths->widths[at].bits < seen->bits)
                at++;
        if (at == widths->n || widths->widths[at].bits != seen->bits) {
                memmove(&widths->widths[at + 1], &widths->widths[at],
                                (widths->n - at) * sizeof(widths->widths[0]));
                widths->widths[at] = (WidthSeen){ .bits = seen->bits };
                widths->n++;
        }
        widths->widths[at].hosts += seen->hosts;
        widths->widths[at].dumps += seen->dumps;
}

void cpu_named_widths(const CpuNamed *named, CpuWidths *ret) {
        CpuWidths widths = {};

        for (size_t i = 0; i < named->n; i++) {
                const CpuSeen *seen = cpu_seen(named->vendor, named->cpus[i].family, named->cpus[i].model);

                for (size_t j = 0; seen && j < CPU_SEEN_WIDTHS_MAX && seen->widths[j].bits; j++)
                        add_width(&widths, &seen->widths[j]);
        }
        *ret = widths;
}
