/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The widest guest that every host of a fleet can run, what holds it back, and where guests may migrate.
 * docs/fleet.md has the definitions. Pure; one class at a time. */

#include "fleet/examples.h"
#include "fleet/standing.h"
#include "probe/decode/memory/range.h"

#define WIDTH_BITS_MAX 64

/* One class as the fleet has it. Names of examples must stay valid as long as the baseline, all else until the next
 * class is asked for. */
typedef struct BaselineMember {
        const Profile *profile; /* reduced */
        const char *key;        /* of the class */
        const char *pool;       /* its pool's key; NULL: in none */
        const char *model;      /* CPU model that most of its hosts have; "": unknown */
        uint64_t hosts;
        uint64_t narrowed; /* of these, hosts whose firmware lowers the width that the CPU reports */
        bool summary;      /* only a summary was read */
        Examples examples;
} BaselineMember;

/* What is kept of a class. */
typedef struct BaselineClass {
        uint64_t hosts, narrowed;
        Standing standing;
        Examples examples;
        int64_t pool; /* index, -1: none */
} BaselineClass;

/* A step up from the lowest width. */
typedef struct BaselineStep {
        uint8_t bits, from;    /* the width, and the next lower one of any host */
        uint64_t cannot, lost; /* hosts below `bits`; those of them with exactly `from` */
        size_t n_classes;
        const uint32_t *classes; /* lost at this step: indices, ascending */
        uint64_t unknown;
} BaselineStep;

/* The answer for guests without devices, or with them. */
typedef struct BaselineWidth {
        bool devices;
        uint8_t bits;  /* every host holds it; 0: unknown, or there is none */
        uint8_t known; /* lowest known width; 0: none is known */
        uint64_t hosts, unknown;
        uint64_t limits[_LIMIT_MAX]; /* hosts of the lowest known width, by limit */
        uint64_t at[WIDTH_BITS_MAX + 1];
        size_t starts[WIDTH_BITS_MAX + 2];
        uint32_t *order; /* owned: classes by width, those of width w from starts[w] to starts[w + 1] */
        size_t n_steps;
        BaselineStep steps[WIDTH_BITS_MAX];
} BaselineWidth;

typedef struct BaselineCount {
        char *name; /* owned; NULL: unknown */
        uint64_t hosts;
} BaselineCount;

typedef struct BaselineCounts {
        size_t n;
        BaselineCount *counts; /* owned; most hosts first, then by name */
} BaselineCounts;

typedef struct BaselineGap {
        Gap what;
        Reason reason;
        uint64_t hosts;
        Examples examples;
} BaselineGap;

typedef struct BaselineObstacle {
        Obstacle why;
        uint64_t hosts;
        Examples examples;
} BaselineObstacle;

typedef struct BaselineRegion {
        uint64_t start, end, hosts; /* hosts that reserve any address of it */
} BaselineRegion;

typedef struct BaselinePool {
        uint64_t hosts;
        size_t n_classes;
        const uint32_t *classes; /* indices, ascending */
        Examples examples;
} BaselinePool;

typedef struct Baseline {
        uint64_t hosts, summaries;
        uint64_t xen; /* hosts where Xen runs the guests, and KVM none */
        BaselineCounts architectures, vendors;
        size_t n_classes;
        BaselineClass *classes; /* owned; in order of being added */
        BaselineWidth guest, with_devices;
        uint64_t memory; /* arm64: the most with which QEMU's virt has the same map on every host; 0: unknown */
        uint64_t disabled; /* hosts whose firmware disables virtualisation */
        Examples disabled_examples;
        uint64_t impossible;
        size_t n_obstacles;
        BaselineObstacle obstacles[_OBSTACLE_MAX]; /* most hosts first */
        size_t n_gaps;
        BaselineGap gaps[_GAP_MAX * _REASON_MAX]; /* most hosts first */
        struct {
                uint64_t hosts, unknown, limiting;
                Examples examples;
                uint8_t least, most; /* bits taken */
        } encryption;
        struct {
                uint8_t bits; /* regions are cut off above 2^bits; 0: nowhere */
                uint64_t unknown;
                size_t n;
                BaselineRegion *regions; /* owned */
        } reserved;
        size_t n_pools;
        BaselinePool *pools;   /* owned; most hosts first */
        uint32_t *pool_order;  /* owned: classes by pool */
        uint64_t without_pool; /* hosts */
        Examples pool_examples;
} Baseline;

/* A fleet's classes, most hosts first. */
typedef struct BaselineFleet {
        size_t n_classes;
        int (*get)(void *userdata, size_t i, BaselineMember *ret);     /* -errno */
        const char *(*host)(void *userdata, size_t class, uint64_t i); /* name of its host i; "": none */
        void *userdata;
} BaselineFleet;

/* -ENOMEM, or an error of get(). */
int baseline_make(const BaselineFleet *fleet, Baseline *ret);
void baseline_done(Baseline *baseline);

/* Hosts of a class that this limit applies to; `set` is one of its sets of limits. */
uint64_t baseline_limited(const BaselineClass *class, uint8_t set, Limit limit);

/* The width of a class for guests of this kind; 0: unknown or, with devices, impossible. */
uint8_t baseline_class_bits(const BaselineClass *class, bool devices);

/* Classes below a width, and their hosts. */
typedef struct BaselineBelow {
        uint64_t cannot, unknown;
        size_t n_classes;
        const uint32_t *classes; /* indices, by width */
} BaselineBelow;

BaselineBelow baseline_below(const BaselineWidth *width, uint8_t bits);

/* Of a fleet with different architectures no guest runs everywhere. */
bool baseline_mixed(const BaselineCounts *counts);
