/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fleet/class-arm64.h"

#include "fleet/class-parts.h"
#include "probe/cleanup.h"
#include "profile/architecture.h"
#include "profile/memory-limit.h"

/* Guests with the host's CPU model move between equal CPUs only. */
static void put_cpu(Text *text, const Profile *host) {
        const Fact *implementer = &host->host.implementer, *part = &host->host.part;

        if (!fact_known(implementer) || !fact_known(part))
                return;
        text_put(text, "A ");
        text_put_number(text, implementer->value, 16);
        text_put_char(text, CLASS_WORD);
        text_put_number(text, part->value, 16);
        text_put_char(text, CLASS_LINE);
}

static bool is_first_of_domain(const Profile *host, size_t i) {
        return i == 0 || host->devices[i].address.domain != host->devices[i - 1].address.domain;
}

/* "40000000-40ffffffff": what a host bridge passes on, if the device tree says so. */
static void put_bridge(TextLines *lines, const DeviceTreeBridge *bridge) {
        if (!bridge || bridge->n_dma_ranges == 0)
                return;
        for (size_t i = 0; i < bridge->n_dma_ranges; i++) {
                if (i > 0)
                        text_put_char(&lines->text, CLASS_WORD);
                text_put_number(&lines->text, bridge->dma_ranges[i].start, 16);
                text_put_char(&lines->text, '-');
                text_put_number(&lines->text, bridge->dma_ranges[i].end, 16);
        }
        text_lines_end(lines);
}

/* As memory_limit_intersect_all() takes them. */
static void put_bridges(Text *text, const Profile *host) {
        const DeviceTree *tree = &host->firmware.device_tree;
        _cleanup_(text_lines_done) TextLines lines = {};

        for (size_t i = 0; i < host->n_devices; i++)
                if (is_first_of_domain(host, i))
                        put_bridge(&lines, memory_limit(host, host->devices[i].address.domain).bridge);
        for (size_t i = 0; i < tree->n_bridges && host->n_devices == 0; i++)
                put_bridge(&lines, &tree->bridges[i]);
        text_put_lines(text, "D ", &lines);
}

static bool is_limited(const Profile *host) {
        for (size_t i = 0; i < host->n_groups; i++)
                if (host->groups[i].assignable != TRISTATE_NO && memory_limit_bounds(host, &host->groups[i]))
                        return true;
        return false;
}

static void put_limit(Text *text, const Profile *host) {
        if (!memory_limit_in_tree(host))
                return;
        if (is_limited(host))
                text_put(text, "L " CLASS_LIMIT_IN_TREE "\n");
        if (profile_is_arm64(host))
                put_bridges(text, host);
}

static void put_allowed(Text *text, const Profile *host) {
        const Fact *iommufd = &host->host.unsafe_iommufd;

        if (profile_is_arm64(host) && fact_known(iommufd) && iommufd->value)
                text_put(text, "I " CLASS_UNSAFE_IOMMUFD "\n");
}

void class_put_arm64(Text *text, const Profile *host) {
        put_cpu(text, host);
        put_limit(text, host);
        put_allowed(text, host);
}
