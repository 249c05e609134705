/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/origin/source-profile.h"
#include "ctl/show/numbers.h"
#include "ctl/show/status-findings.h"
#include "ctl/show/status-line.h"
#include "ctl/show/status-xen.h"
#include "ctl/show/table.h"
#include "ctl/verb/verbs.h"
#include "profile/architecture.h"
#include "profile/host-regions.h"

#define HOLES_SHOWN 6

static const char *or_unknown(const char *text) {
        return *text ? text : "unknown";
}

/* The names of arm64's cores lack the vendor's. */
static void name_cpu(const ProfileHost *host, char *ret, size_t size) {
        if (!fact_known(&host->part))
                snprintf(ret, size, "%s", or_unknown(host->model_name));
        else if (*host->model_name)
                snprintf(ret, size, "%s%s%s", host->vendor_name, *host->vendor_name ? " " : "",
                                host->model_name);
        else
                snprintf(ret, size, "%s, part 0x%03" PRIx64,
                                *host->vendor_name ? host->vendor_name : "unknown implementer",
                                host->part.value);
}

static void print_host(const Profile *profile, const Screen *screen) {
        const ProfileHost *host = &profile->host;
        char cpu[sizeof(host->vendor_name) + sizeof(host->model_name) + 32];

        name_cpu(host, cpu, sizeof(cpu));
        status_line(screen, "Host", "%s, Linux %s, %s", or_unknown(host->hostname), or_unknown(host->kernel),
                        or_unknown(host->architecture));
        if (fact_known(&host->cpus))
                status_line(screen, "CPU", "%s, %" PRIu64 " logical", cpu, host->cpus.value);
        else
                status_line(screen, "CPU", "%s", cpu);
        if (!status_xen_host(profile, screen) && *host->virtualised &&
                        strcmp(host->virtualised, "none") != 0)
                status_line(screen, "", "a virtual machine (%s): its hypervisor reports all numbers",
                                host->virtualised);
}

/* ── widths ────────────────────────────────────────────────────────────────────────────────────────────── */

enum { COLUMN_NAME, COLUMN_BITS, COLUMN_REACH, COLUMN_WHY };

static const Column columns[] = {
        [COLUMN_NAME] = { "ADDRESS WIDTH" },
        [COLUMN_BITS] = { "BITS", .right = true },
        [COLUMN_REACH] = { "REACH", .right = true },
        [COLUMN_WHY] = { "WHY", .wrap = true },
};

static void width_row(Table *table, const char *name, const Fact *fact) {
        char text[NUMBER_TEXT_MAX];

        table_row(table);
        table_cell(table, COLUMN_NAME, name);
        if (!fact_known(fact)) {
                table_cell(table, COLUMN_BITS, NULL);
                table_cell(table, COLUMN_REACH, "unknown");
                table_cellf(table, COLUMN_WHY, "%s: %s", reason_to_string(fact->reason), fact->source);
                return;
        }
        table_cellf(table, COLUMN_BITS, "%" PRIu64, fact->value);
        table_cell(table, COLUMN_REACH, number_reach(fact->value, text, sizeof(text)));
        table_cellf(table, COLUMN_WHY, "%s%s", fact->provenance == PROVENANCE_ASSUMED ? "assumed: " : "",
                        fact->source);
}

static int print_widths(const Profile *profile, const Screen *screen) {
        const ProfileWidths *widths = &profile->widths;
        Table *table = table_new(columns, ELEMENTS(columns), screen, false);

        width_row(table, "CPU physical", &widths->cpu_physical_bits);
        width_row(table, "host physical", &widths->host_physical_bits);
        width_row(table, "guest physical", &widths->guest_physical_bits);
        width_row(table, "guest mappable", &widths->guest_mappable_bits);
        width_row(table, "IOVA (devices)", &widths->iova_bits);
        width_row(table, "safe for guests", &widths->safe_guest_bits);
        width_row(table, "  with devices", &widths->safe_guest_bits_with_devices);
        putchar('\n');
        int r = table_finish(table);
        putchar('\n');
        return r;
}

/* ── sources of the widths ─────────────────────────────────────────────────────────────────────────────── */

/* On arm64, units tell their widths in whole sentences, which are not said again below the table. */
static void unit_line(const Profile *profile, const ProfileIommu *iommu, const char *label,
                const char *devices, const Screen *screen) {
        bool said = profile_is_arm64(profile) &&
                        strstr(profile->widths.iova_bits.source, iommu->bits.source);
        const char *mark = said ? "" : "; ", *why = said ? "" : iommu->bits.source;

        if (fact_known(&iommu->bits))
                status_line(screen, label, "%s (%s) %" PRIu64 " bits, %s%s%s", iommu->name,
                                iommu_kind_to_string(iommu->kind), iommu->bits.value, devices, mark, why);
        else
                status_line(screen, label, "%s (%s) width unknown, %s%s%s", iommu->name,
                                iommu_kind_to_string(iommu->kind), devices, mark, why);
}

static void print_iommus(const Profile *profile, const Screen *screen) {
        const char *label = "IOMMU";

        if (status_xen_iommus(profile, screen))
                return;
        if (profile->n_iommus == 0)
                status_line(screen, label, "%s",
                                profile->iommus_reason == REASON_NONE ? "none in use by the kernel"
                                                : profile->iommus_reason == REASON_ABSENT
                                                ? "unknown: /sys/class does not exist"
                                                : reason_to_string(profile->iommus_reason));
        for (size_t i = 0; i < profile->n_iommus; i++) {
                const ProfileIommu *iommu = &profile->iommus[i];
                char devices[48];

                if (iommu->devices_reason != REASON_NONE)
                        snprintf(devices, sizeof(devices), "devices unknown: %s",
                                        reason_to_string(iommu->devices_reason));
                else
                        snprintf(devices, sizeof(devices), "%" PRIu32 " device%s", iommu->n_devices,
                                        iommu->n_devices == 1 ? "" : "s");
                unit_line(profile, iommu, label, devices, screen);
                label = "";
        }
}

static void print_holes(const Profile *profile, const Screen *screen) {
        const HostRegions *regions = &profile->regions;
        char start[NUMBER_TEXT_MAX], end[NUMBER_TEXT_MAX];
        const char *label = "Holes";

        if (status_xen_holes(profile, screen))
                return;
        for (size_t i = 0; i < regions->n && i < HOLES_SHOWN; i++) {
                const HostRegion *region = &regions->regions[i];

                status_line(screen, label, "%s-%s %s, %s",
                                number_address(region->region.start, start, sizeof(start)),
                                number_address(region->region.end, end, sizeof(end)), region->region.word,
                                region_meaning(profile, &region->region));
                label = "";
        }
        if (regions->n > HOLES_SHOWN)
                status_line(screen, "", "and %zu more: hawctl regions", regions->n - HOLES_SHOWN);
}

static void print_groups(const Profile *profile, const Screen *screen) {
        size_t yes = 0, no = 0, together = 0, bridges = 0;

        if (status_xen_devices(profile, screen) || profile->n_groups == 0)
                return;
        for (size_t i = 0; i < profile->n_groups; i++) {
                const ProfileGroup *group = &profile->groups[i];

                yes += group->assignable == TRISTATE_YES;
                together += group->assignable == TRISTATE_YES && group->isolated == TRISTATE_NO;
                bridges += group->why == ASSIGNABLE_WHY_BRIDGES_ONLY;
                no += group->assignable == TRISTATE_NO;
        }
        char text[256];
        int n = snprintf(text, sizeof(text), "%zu assignable%s", yes,
                        together ? " (some only as a whole)" : "");

        if (no > bridges)
                n += snprintf(text + n, sizeof(text) - (size_t) n, ", %zu not assignable", no - bridges);
        if (bridges > 0)
                n += snprintf(text + n, sizeof(text) - (size_t) n, ", %zu with bridges only", bridges);
        if (profile->n_groups > yes + no)
                snprintf(text + n, sizeof(text) - (size_t) n, ", %zu unknown", profile->n_groups - yes - no);
        status_line(screen, "Groups", "%zu: %s; see 'hawctl groups'", profile->n_groups, text);
}

static const char *guest_tables(const ProfilePaging *paging) {
        static const char *const kinds[] = {
                [SECOND_LEVEL_NONE] = "second-level",
                [SECOND_LEVEL_EPT] = "EPT",
                [SECOND_LEVEL_NPT] = "NPT",
                [SECOND_LEVEL_STAGE2] = "stage-2",
        };

        if (fact_known(&paging->second_level_enabled) && !paging->second_level_enabled.value)
                return "shadow";
        return kinds[paging->second_level];
}

/* arm64 has pages of three sizes; the number of the host's own levels is not reported. */
static void print_stage_2(const Profile *profile, const char *guest, const Screen *screen) {
        const ProfilePaging *paging = &profile->paging;
        static const char *const modes[_KVM_MODE_MAX] = {
                [KVM_MODE_UNKNOWN] = "",
                [KVM_MODE_NONE] = "",
                [KVM_MODE_VHE] = ", KVM mode VHE",
                [KVM_MODE_NVHE] = ", KVM mode nVHE",
                [KVM_MODE_PROTECTED] = ", KVM mode protected",
        };
        char host[48] = "page size unknown";

        if (fact_known(&profile->host.page_size))
                snprintf(host, sizeof(host), "host %" PRIu64 " KiB pages",
                                profile->host.page_size.value / 1024);
        if (!fact_known(&paging->kvm_loaded))
                status_line(screen, "Paging", "%s; whether KVM runs is unknown", host);
        else if (!paging->kvm_loaded.value)
                status_line(screen, "Paging", "%s; no guests: KVM is not running", host);
        else
                status_line(screen, "Paging", "%s; guests on stage-2 tables%s%s", host, guest,
                                modes[paging->kvm_mode]);
}

static void print_paging(const Profile *profile, const Screen *screen) {
        const ProfilePaging *paging = &profile->paging;
        char host[48] = "levels unknown", guest[48] = "";

        if (status_xen_paging(profile, screen))
                return;
        if (fact_known(&paging->host_levels))
                snprintf(host, sizeof(host), "%" PRIu64 " levels%s", paging->host_levels.value,
                                fact_known(&paging->la57_capable) && paging->la57_capable.value &&
                                                                paging->host_levels.value == 4
                                                ? " (the CPU supports 5)"
                                                : "");
        if (fact_known(&paging->second_level_levels))
                snprintf(guest, sizeof(guest), ", %" PRIu64 " levels", paging->second_level_levels.value);
        if (paging->second_level == SECOND_LEVEL_STAGE2) {
                print_stage_2(profile, guest, screen);
                return;
        }
        if (fact_known(&paging->kvm_loaded) && !paging->kvm_loaded.value)
                status_line(screen, "Paging", "host %s; no guests: KVM is not running", host);
        else
                status_line(screen, "Paging", "host %s; guests on %s tables%s%s%s", host,
                                guest_tables(paging), guest, *paging->kvm_backend ? ", module " : "",
                                paging->kvm_backend);
}

static void print_encryption(const Profile *profile, const Screen *screen) {
        const Fact *taken = &profile->encryption.bits_taken;

        if (!fact_known(taken) && profile_is_arm64(profile))
                return;
        if (!fact_known(taken))
                status_line(screen, "Encryption", "number of bits taken is unknown: %s (%s)", taken->source,
                                reason_to_string(taken->reason));
        else if (taken->value > 0)
                status_line(screen, "Encryption", "takes %" PRIu64 " bits: %s", taken->value, taken->source);
        else
                status_line(screen, "Encryption", "takes no bits: %s", taken->source);
}

static int run(const Options *options, int argc, char **argv) {
        _cleanup_(profile_done) Profile profile = {};
        const Screen screen = screen_get();
        int r;

        if (options->json)
                return verb_describe.run(options, 0, argv);
        r = source_profile(options, &profile);
        if (r != EXIT_SUCCESS)
                return r;

        _cleanup_pager_ pid_t pager = pager_open(options);
        (void) pager;
        print_host(&profile, &screen);
        r = print_widths(&profile, &screen);
        print_iommus(&profile, &screen);
        print_holes(&profile, &screen);
        print_groups(&profile, &screen);
        print_paging(&profile, &screen);
        print_encryption(&profile, &screen);
        status_findings(&profile, &screen);
        return r;
}

const Verb verb_status = {
        .name = "status",
        .takes = TAKES_PROFILE | TAKES_JSON | TAKES_TIMEOUT,
        .summary = "Show this host's address widths on one screen (default)",
        .help = "Shows the five widths with their sources, the IOMMU units, reserved regions,\n"
                "groups, and the findings with their remedies.\n",
        .example = "hawctl status --root=server.tar.zst",
        .run = run,
};
