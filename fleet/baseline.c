/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fleet/baseline.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/baseline-parts.h"
#include "probe/cleanup.h"

#define REGIONS_LEAST 1024

/* What is needed until the last class was added. */
typedef struct Making {
        const BaselineFleet *fleet;
        Baseline *baseline;
        json_t *architectures, *vendors; /* name → hosts */
        char **keys;                     /* pools of the classes, owned; NULL: in none */
        RangeSet regions;                /* of all classes */
        size_t n_normalised;             /* how many they were when they were last made a union */
        BaselineGap gaps[_GAP_MAX][_REASON_MAX];
        BaselineObstacle obstacles[_OBSTACLE_MAX];
} Making;

static void making_done(Making *making) {
        json_decref(making->architectures);
        json_decref(making->vendors);
        for (size_t i = 0; making->keys && i < making->fleet->n_classes; i++)
                free(making->keys[i]);
        free(making->keys);
        range_set_done(&making->regions);
}

void baseline_done(Baseline *baseline) {
        baseline_counts_done(&baseline->architectures);
        baseline_counts_done(&baseline->vendors);
        free(baseline->classes);
        free(baseline->guest.order);
        free(baseline->with_devices.order);
        free(baseline->reserved.regions);
        free(baseline->pools);
        free(baseline->pool_order);
        *baseline = (Baseline){};
}

/* ── one class ─────────────────────────────────────────────────────────────────────────────────────────── */

static void add_gaps(Making *making, const BaselineClass *class) {
        for (Gap what = 0; what < _GAP_MAX; what++) {
                const uint8_t reason = class->standing.gaps[what];
                BaselineGap *gap = &making->gaps[what][reason];

                if (reason == REASON_NONE)
                        continue;
                gap->hosts += class->hosts;
                examples_merge(&gap->examples, &class->examples);
        }
        if (class->standing.gaps[GAP_RESERVED] != REASON_NONE ||
                        class->standing.gaps[GAP_PROFILE] != REASON_NONE)
                making->baseline->reserved.unknown += class->hosts;
        if (!class->standing.disabled)
                return;
        making->baseline->disabled += class->hosts;
        examples_merge(&making->baseline->disabled_examples, &class->examples);
}

static void add_obstacles(Making *making, const BaselineClass *class) {
        if (class->standing.impossible)
                making->baseline->impossible += class->hosts;
        for (Obstacle why = 0; why < _OBSTACLE_MAX; why++) {
                if (!(class->standing.obstacles & (1U << why)))
                        continue;
                making->obstacles[why].hosts += class->hosts;
                examples_merge(&making->obstacles[why].examples, &class->examples);
        }
}

static void add_encryption(Baseline *baseline, const BaselineClass *class) {
        const Standing *standing = &class->standing;

        if (!standing->encryption_known)
                baseline->encryption.unknown += class->hosts;
        if (standing->limits & (1U << LIMIT_ENCRYPTION))
                baseline->encryption.limiting += class->hosts;
        if (standing->encryption == 0)
                return;
        if (baseline->encryption.hosts == 0 || standing->encryption < baseline->encryption.least)
                baseline->encryption.least = standing->encryption;
        if (standing->encryption > baseline->encryption.most)
                baseline->encryption.most = standing->encryption;
        baseline->encryption.hosts += class->hosts;
        examples_merge(&baseline->encryption.examples, &class->examples);
}

static int add_names(Making *making, const BaselineMember *member) {
        const ProfileHost *host = &member->profile->host;
        int r = baseline_count(making->architectures, host->architecture, member->hosts);

        return r < 0 ? r : baseline_count(making->vendors, host->vendor_name, member->hosts);
}

/* Made a union whenever the list has doubled, so that it does not grow with the number of classes. */
static int add_regions(Making *making, const BaselineMember *member, const Standing *standing) {
        int r;

        if (standing->gaps[GAP_RESERVED] != REASON_NONE || standing->gaps[GAP_PROFILE] != REASON_NONE)
                return 0;
        r = baseline_regions_add(&making->regions, member->profile);
        if (making->regions.n >= 2 * making->n_normalised + REGIONS_LEAST) {
                range_set_normalise(&making->regions);
                making->n_normalised = making->regions.n;
        }
        return r;
}

static int add_class(Making *making, size_t i) {
        Baseline *baseline = making->baseline;
        BaselineMember member = {};
        BaselineClass *class;
        int r = making->fleet->get(making->fleet->userdata, i, &member);

        if (r < 0)
                return r;
        class = &baseline->classes[baseline->n_classes++];
        *class = (BaselineClass){ .hosts = member.hosts,
                .narrowed = member.narrowed < member.hosts ? member.narrowed : member.hosts,
                .standing = standing_of(member.profile, member.summary),
                .examples = member.examples,
                .pool = -1 };
        baseline->hosts += member.hosts;
        if (member.summary)
                baseline->summaries += member.hosts;
        if (class->standing.xen)
                baseline->xen += member.hosts;
        if (member.pool && !(making->keys[i] = strdup(member.pool)))
                return -ENOMEM;
        add_gaps(making, class);
        add_obstacles(making, class);
        add_encryption(baseline, class);
        r = add_names(making, &member);
        return r < 0 ? r : add_regions(making, &member, &class->standing);
}

/* ── what is listed by number of hosts ─────────────────────────────────────────────────────────────────── */

static int compare_gaps(const void *a, const void *b) {
        const BaselineGap *x = a, *y = b;
        int r;

        if (x->hosts != y->hosts)
                return x->hosts < y->hosts ? 1 : -1;
        r = strcmp(gap_to_string(x->what), gap_to_string(y->what));
        return r != 0 ? r : strcmp(reason_to_string(x->reason), reason_to_string(y->reason));
}

static int compare_obstacles(const void *a, const void *b) {
        const BaselineObstacle *x = a, *y = b;

        if (x->hosts != y->hosts)
                return x->hosts < y->hosts ? 1 : -1;
        return strcmp(obstacle_to_string(x->why), obstacle_to_string(y->why));
}

static void sort_rows(Making *making) {
        Baseline *baseline = making->baseline;

        for (Gap what = 0; what < _GAP_MAX; what++)
                for (Reason reason = 0; reason < _REASON_MAX; reason++) {
                        BaselineGap *gap = &making->gaps[what][reason];

                        gap->what = what;
                        gap->reason = reason;
                        if (gap->hosts > 0)
                                baseline->gaps[baseline->n_gaps++] = *gap;
                }
        for (Obstacle why = 0; why < _OBSTACLE_MAX; why++) {
                making->obstacles[why].why = why;
                if (making->obstacles[why].hosts > 0)
                        baseline->obstacles[baseline->n_obstacles++] = making->obstacles[why];
        }
        qsort(baseline->gaps, baseline->n_gaps, sizeof(baseline->gaps[0]), compare_gaps);
        qsort(baseline->obstacles, baseline->n_obstacles, sizeof(baseline->obstacles[0]), compare_obstacles);
}

/* ── all ───────────────────────────────────────────────────────────────────────────────────────────────── */

static int add_classes(Making *making) {
        const size_t n = making->fleet->n_classes;
        int r = 0;

        making->architectures = json_object();
        making->vendors = json_object();
        making->keys = calloc(n ? n : 1, sizeof(*making->keys));
        making->baseline->classes = calloc(n ? n : 1, sizeof(*making->baseline->classes));
        if (!making->architectures || !making->vendors || !making->keys || !making->baseline->classes)
                return -ENOMEM;
        for (size_t i = 0; i < n && r >= 0; i++)
                r = add_class(making, i);
        return r;
}

/* How many hosts have a region is known after all regions are. */
static int count_regions(Making *making) {
        Baseline *baseline = making->baseline;
        int r = baseline_regions_make(baseline, &making->regions);

        for (size_t i = 0; i < baseline->n_classes && r >= 0; i++) {
                const uint8_t *gaps = baseline->classes[i].standing.gaps;
                BaselineMember member = {};

                if (gaps[GAP_RESERVED] != REASON_NONE || gaps[GAP_PROFILE] != REASON_NONE)
                        continue;
                r = making->fleet->get(making->fleet->userdata, i, &member);
                if (r >= 0)
                        r = baseline_regions_count(baseline, member.profile, member.hosts);
        }
        return r;
}

int baseline_make(const BaselineFleet *fleet, Baseline *ret) {
        _cleanup_(baseline_done) Baseline baseline = {};
        _cleanup_(making_done) Making making = { .fleet = fleet, .baseline = &baseline };
        int r = add_classes(&making);

        if (r >= 0)
                r = baseline_counts_make(making.architectures, &baseline.architectures);
        if (r >= 0)
                r = baseline_counts_make(making.vendors, &baseline.vendors);
        if (r >= 0)
                r = baseline_width_make(&baseline, false, &baseline.guest);
        if (r >= 0)
                r = baseline_width_make(&baseline, true, &baseline.with_devices);
        if (r >= 0)
                baseline.memory = baseline_memory(&baseline);
        if (r >= 0)
                r = baseline_pools_make(&baseline, making.keys);
        if (r >= 0)
                r = count_regions(&making);
        if (r < 0)
                return r;
        sort_rows(&making);
        *ret = baseline;
        baseline = (Baseline){};
        return 0;
}
