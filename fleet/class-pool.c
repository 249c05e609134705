/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* comparison-move.c as a key: what it demands to be known, and, asked in both directions, to be equal. */

#include <fnmatch.h>
#include <inttypes.h>
#include <sha2.h>
#include <stdio.h>
#include <string.h>

#include "fleet/class.h"
#include "profile/architecture.h"

typedef struct Pool {
        SHA2_CTX context;
        bool known;
} Pool;

static void add(Pool *pool, const char *text) {
        /* With its end, so that two texts are not one. */
        SHA256Update(&pool->context, (const uint8_t *) text, strlen(text) + 1);
}

static void add_number(Pool *pool, uint64_t number) {
        char text[32];

        snprintf(text, sizeof(text), "%" PRIu64, number);
        add(pool, text);
}

static void add_word(Pool *pool, const char *word) {
        pool->known = pool->known && *word;
        add(pool, word);
}

/* 0 is no width. */
static void add_bits(Pool *pool, const Fact *fact) {
        pool->known = pool->known && fact_known(fact) && fact->value > 0;
        add_number(pool, fact->value);
}

static bool is_x86(const char *architecture) {
        return strcmp(architecture, "x86_64") == 0 || fnmatch("i?86", architecture, 0) == 0;
}

static void add_la57(Pool *pool, const Profile *host) {
        const Fact *la57 = &host->paging.la57_capable;

        if (!is_x86(host->host.architecture))
                return;
        pool->known = pool->known && fact_known(la57);
        add_number(pool, la57->value);
}

/* arm64: a part, with its implementer. */
static void add_part(Pool *pool, const Profile *host) {
        if (!profile_is_arm64(host))
                return;
        pool->known = pool->known && fact_known(&host->host.implementer) && fact_known(&host->host.part);
        add_number(pool, host->host.implementer.value);
        add_number(pool, host->host.part.value);
}

static bool regions_known(const Profile *host) {
        for (size_t i = 0; i < host->n_groups; i++)
                if (host->groups[i].regions_reason != REASON_NONE)
                        return false;
        return host->groups_reason == REASON_NONE;
}

static void add_iova(Pool *pool, const Profile *host) {
        const Fact *bits = &host->widths.iova_bits;

        if (!fact_known(bits) && bits->reason == REASON_ABSENT) {
                add(pool, "no IOMMU");
                return;
        }
        add_bits(pool, bits);
        pool->known = pool->known && regions_known(host);
        for (size_t i = 0; i < host->reserved.n; i++) {
                add_number(pool, host->reserved.ranges[i].start);
                add_number(pool, host->reserved.ranges[i].end);
        }
}

bool host_class_pool_key(const HostClass *class, char ret[static CLASS_KEY_SIZE]) {
        const Profile *host = &class->profile;
        Pool pool = { .known = true };

        if (*class->pool) {
                memcpy(ret, class->pool, CLASS_KEY_SIZE);
                return true;
        }
        SHA256Init(&pool.context);
        add_word(&pool, host->host.architecture);
        add_word(&pool, host->host.vendor_name);
        add_bits(&pool, &host->widths.guest_physical_bits);
        add_bits(&pool, &host->widths.guest_mappable_bits);
        add_part(&pool, host);
        if (host->xen.role == XEN_ROLE_CONTROL)
                add(&pool, "Xen");
        else {
                add_la57(&pool, host);
                add_iova(&pool, host);
        }
        SHA256End(&pool.context, ret);
        return pool.known;
}

/* What is asked of a summary besides its key, so that the key is not believed against it. */
bool host_class_pool(const HostClass *class, char ret[static CLASS_KEY_SIZE]) {
        const Profile *host = &class->profile;
        const Fact *iova = &host->widths.iova_bits;
        Pool pool = { .known = true };
        char key[CLASS_KEY_SIZE];

        if (!host_class_pool_key(class, key))
                return false;
        SHA256Init(&pool.context);
        add(&pool, key);
        add_word(&pool, host->host.architecture);
        add_word(&pool, host->host.vendor_name);
        add_bits(&pool, &host->widths.guest_physical_bits);
        add_bits(&pool, &host->widths.guest_mappable_bits);
        if (!fact_known(iova) && iova->reason == REASON_ABSENT)
                add(&pool, "no IOMMU");
        else
                add_bits(&pool, iova);
        SHA256End(&pool.context, ret);
        return pool.known;
}

static bool same_width(const Fact *a, const Fact *b) {
        return fact_known(a) == fact_known(b) && a->value == b->value && a->reason == b->reason;
}

bool host_class_has_summary(const HostClass *class, const HostClass *summary) {
        const ProfileWidths *a = &class->profile.widths, *b = &summary->profile.widths;
        char pool[CLASS_KEY_SIZE];

        return strcmp(class->profile.host.architecture, summary->profile.host.architecture) == 0 &&
                        strcmp(class->profile.host.vendor_name, summary->profile.host.vendor_name) == 0 &&
                        same_width(&a->cpu_physical_bits, &b->cpu_physical_bits) &&
                        same_width(&a->host_physical_bits, &b->host_physical_bits) &&
                        same_width(&a->guest_physical_bits, &b->guest_physical_bits) &&
                        same_width(&a->guest_mappable_bits, &b->guest_mappable_bits) &&
                        same_width(&a->iova_bits, &b->iova_bits) &&
                        strcmp(host_class_pool_key(class, pool) ? pool : "", summary->pool) == 0;
}
