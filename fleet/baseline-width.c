/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/baseline-parts.h"
#include "guest/answer/answer.h"

uint8_t baseline_class_bits(const BaselineClass *class, bool devices) {
        if (!devices)
                return class->standing.guest;
        return class->standing.impossible ? 0 : class->standing.with_devices;
}

uint64_t baseline_limited(const BaselineClass *class, uint8_t set, Limit limit) {
        bool cpu = set & (1U << LIMIT_CPU);

        if (limit == LIMIT_FIRMWARE)
                return cpu ? class->narrowed : 0;
        if (limit == LIMIT_CPU)
                return cpu ? class->hosts - class->narrowed : 0;
        return set & (1U << limit) ? class->hosts : 0;
}

/* A counting sort: by width, and within a width in the order of the classes. Those that cannot have devices are left
 * out. */
static int sort_by_width(const Baseline *baseline, BaselineWidth *width) {
        size_t next[WIDTH_BITS_MAX + 1] = {};

        width->order = calloc(baseline->n_classes ? baseline->n_classes : 1, sizeof(*width->order));
        if (!width->order)
                return -ENOMEM;
        for (size_t i = 0; i < baseline->n_classes; i++) {
                const BaselineClass *class = &baseline->classes[i];

                if (!(width->devices && class->standing.impossible))
                        next[baseline_class_bits(class, width->devices)]++;
        }
        for (unsigned bits = 0; bits <= WIDTH_BITS_MAX; bits++) {
                width->starts[bits + 1] = width->starts[bits] + next[bits];
                next[bits] = width->starts[bits];
        }
        for (size_t i = 0; i < baseline->n_classes; i++) {
                const BaselineClass *class = &baseline->classes[i];

                if (!(width->devices && class->standing.impossible))
                        width->order[next[baseline_class_bits(class, width->devices)]++] = (uint32_t) i;
        }
        return 0;
}

static void count_hosts(const Baseline *baseline, BaselineWidth *width) {
        for (unsigned bits = 0; bits <= WIDTH_BITS_MAX; bits++)
                for (size_t i = width->starts[bits]; i < width->starts[bits + 1]; i++) {
                        width->at[bits] += baseline->classes[width->order[i]].hosts;
                        width->hosts += baseline->classes[width->order[i]].hosts;
                }
        width->unknown = width->at[0];
}

static void count_limits(const Baseline *baseline, BaselineWidth *width) {
        for (size_t i = width->starts[width->known]; i < width->starts[width->known + 1]; i++) {
                const BaselineClass *class = &baseline->classes[width->order[i]];
                uint8_t set = width->devices ? class->standing.device_limits : class->standing.limits;

                for (Limit limit = 0; limit < _LIMIT_MAX; limit++)
                        width->limits[limit] += baseline_limited(class, set, limit);
        }
}

static void build_ladder(BaselineWidth *width) {
        uint8_t from = width->known;
        uint64_t below = width->at[from];

        for (unsigned bits = width->known + 1U; bits <= WIDTH_BITS_MAX; bits++) {
                if (width->at[bits] == 0)
                        continue;
                width->steps[width->n_steps++] = (BaselineStep){
                        .bits = (uint8_t) bits,
                        .from = from,
                        .cannot = below,
                        .lost = width->at[from],
                        .unknown = width->unknown,
                        .n_classes = width->starts[from + 1] - width->starts[from],
                        .classes = width->order + width->starts[from],
                };
                below += width->at[bits];
                from = (uint8_t) bits;
        }
}

int baseline_width_make(const Baseline *baseline, bool devices, BaselineWidth *ret) {
        int r;

        ret->devices = devices;
        r = sort_by_width(baseline, ret);
        if (r < 0)
                return r;
        count_hosts(baseline, ret);
        for (unsigned bits = WIDTH_BITS_MAX; bits > 0; bits--)
                if (ret->at[bits] > 0)
                        ret->known = (uint8_t) bits;
        if (ret->known == 0)
                return 0;
        count_limits(baseline, ret);
        /* No guest runs on hosts of two architectures, however wide. */
        if (baseline_mixed(&baseline->architectures))
                return 0;
        build_ladder(ret);
        if (ret->unknown == 0)
                ret->bits = ret->known;
        return 0;
}

/* What fits into the narrowest limit leaves nothing out, so it is the same with each wider one. */
uint64_t baseline_memory(const Baseline *baseline) {
        const BaselineCounts *architectures = &baseline->architectures;
        const Guest guest = { .architecture = ARCHITECTURE_ARM64, .machine = MACHINE_VIRT, .kvm = true };
        Profile host = {};

        if (architectures->n != 1 || !architectures->counts[0].name ||
                        strcmp(architectures->counts[0].name, "aarch64") != 0 || !baseline->guest.bits)
                return 0;
        snprintf(host.host.architecture, sizeof(host.host.architecture), "aarch64");
        host.widths.guest_physical_bits = fact_derived(baseline->guest.bits, "the narrowest host");
        return fit_memory(&guest, &host);
}

BaselineBelow baseline_below(const BaselineWidth *width, uint8_t bits) {
        BaselineBelow below = {
                .unknown = width->unknown,
                .n_classes = width->starts[bits] - width->starts[1],
                .classes = width->order + width->starts[1],
        };

        for (unsigned i = 1; i < bits; i++)
                below.cannot += width->at[i];
        return below;
}
