/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fleet/class-arm64.h"

#include <errno.h>
#include <string.h>

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
        text_put_char(text, CLASS_WORD);
        text_put_number(text, fact_known(&host->host.cpu_kinds) ? host->host.cpu_kinds.value : 0, 10);
        text_put_char(text, CLASS_LINE);
}

/* KVM gives guests this one. */
static void put_gic(Text *text, const Fact *version) {
        if (!fact_known(version))
                return;
        text_put(text, "C ");
        text_put_number(text, version->value, 10);
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
        put_gic(text, &host->host.gic_version);
        put_limit(text, host);
        put_allowed(text, host);
}

/* ── read ────────────────────────────────────────────────────────────────────────────────────────────────── */

/* A document's numbers fit into their fields of MIDR_EL1. */
int class_read_cpu(Cursor line, ProfileHost *host) {
        uint64_t kinds;

        host->implementer = host->part = (Fact){ .provenance = PROVENANCE_MEASURED };
        if (!cursor_number(&line, 16, &host->implementer.value) || !cursor_char(&line, CLASS_WORD) ||
                        !cursor_number(&line, 16, &host->part.value) || !cursor_char(&line, CLASS_WORD) ||
                        !cursor_number(&line, 10, &kinds) || line.at != line.end ||
                        host->implementer.value > UINT8_MAX || host->part.value > 0xfff)
                return -EINVAL;
        if (kinds > 0)
                host->cpu_kinds = (Fact){ .provenance = PROVENANCE_MEASURED, .value = kinds };
        return 0;
}

int class_read_gic(Cursor line, ProfileHost *host) {
        host->gic_version = (Fact){ .provenance = PROVENANCE_MEASURED };
        return cursor_number(&line, 10, &host->gic_version.value) && line.at == line.end ? 0 : -EINVAL;
}

/* The kernel's parameter is the only way into a group whose MSIs are not known to be isolated. */
int class_read_allowed(Cursor line, ProfileHost *host) {
        const size_t n = strlen(CLASS_UNSAFE_IOMMUFD);

        if ((size_t) (line.end - line.at) != n || memcmp(line.at, CLASS_UNSAFE_IOMMUFD, n) != 0)
                return -EINVAL;
        host->unsafe_iommufd = (Fact){ .provenance = PROVENANCE_MEASURED, .value = 1 };
        return 0;
}
