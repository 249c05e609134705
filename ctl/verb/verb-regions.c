/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/origin/source-profile.h"
#include "ctl/show/json-output.h"
#include "ctl/show/numbers.h"
#include "ctl/show/table.h"
#include "ctl/verb/verbs.h"
#include "profile/document/json-fact.h"
#include "profile/host-regions.h"
#include "profile/xen-region.h"

enum { COLUMN_START, COLUMN_END, COLUMN_TYPE, COLUMN_GROUPS, COLUMN_MEANING };

static const Column columns[] = {
        [COLUMN_START] = { "START", .right = true },
        [COLUMN_END] = { "END", .right = true },
        [COLUMN_TYPE] = { "TYPE" },
        [COLUMN_GROUPS] = { "GROUPS" },
        [COLUMN_MEANING] = { "WHAT", .wrap = true },
};

static void range_cells(Table *table, uint64_t start, uint64_t end) {
        char text[NUMBER_TEXT_MAX];

        table_row(table);
        table_cell(table, COLUMN_START, number_address(start, text, sizeof(text)));
        table_cell(table, COLUMN_END, number_address(end, text, sizeof(text)));
}

static int print_table(const Profile *profile, const HostRegions *regions, const Options *options) {
        const Screen screen = screen_get();
        Table *table = table_new(columns, ELEMENTS(columns), &screen, options->no_legend);

        for (size_t i = 0; i < regions->n; i++) {
                const HostRegion *region = &regions->regions[i];

                range_cells(table, region->region.start, region->region.end);
                table_cell(table, COLUMN_TYPE, region->region.word);
                if (region->n_groups == profile->n_groups)
                        table_cell(table, COLUMN_GROUPS, "all");
                else if (region->n_groups == 1)
                        table_cellf(table, COLUMN_GROUPS, "%" PRIu32, region->first_group);
                else
                        table_cellf(table, COLUMN_GROUPS, "%zu groups", region->n_groups);
                table_cell(table, COLUMN_MEANING, region_meaning(profile, &region->region));
        }
        for (size_t i = 0; i < profile->usable_iova.n; i++) {
                range_cells(table, profile->usable_iova.ranges[i].start, profile->usable_iova.ranges[i].end);
                table_cell(table, COLUMN_TYPE, "usable");
                table_cell(table, COLUMN_GROUPS, "all");
                table_cell(table, COLUMN_MEANING, "free for guest RAM that any device can address");
        }
        return table_finish(table);
}

static const char *type_of(const Profile *profile) {
        return strcmp(xen_region_word(profile), "RMRR") == 0 ? "rmrr" : "ivmd";
}

/* Reserved device memory: Xen has no groups, and says which devices a region is for. */
static int print_xen(const Profile *profile, const Options *options) {
        static const Column xen_columns[] = { { "START", .right = true }, { "END", .right = true },
                { "TYPE" }, { "DEVICE" }, { "WHAT", .wrap = true } };
        const ProfileXen *xen = &profile->xen;
        const Screen screen = screen_get();
        char address[PCI_ADDRESS_TEXT_MAX];

        if (xen->n_reserved == 0) {
                if (options->no_legend)
                        return EXIT_SUCCESS;
                if (xen->reserved_reason == REASON_NONE)
                        printf("No reserved regions: Xen knows of none.\n");
                else
                        printf("Reserved regions are unknown: %s.\n",
                                        reason_to_string(xen->reserved_reason));
                return EXIT_SUCCESS;
        }
        Table *table = table_new(xen_columns, ELEMENTS(xen_columns), &screen, options->no_legend);
        for (size_t i = 0; i < xen->n_reserved; i++) {
                const ProfileXenRegion *region = &xen->reserved[i];

                range_cells(table, region->start, region->end);
                table_cell(table, COLUMN_TYPE, type_of(profile));
                pci_address_format(&region->device, address, sizeof(address));
                table_cell(table, COLUMN_GROUPS, region->has_device ? address : NULL);
                table_cell(table, COLUMN_MEANING, "mapped 1:1 in a guest with the device");
        }
        return table_finish(table);
}

static json_t *xen_region_json(const Profile *profile, const ProfileXenRegion *region) {
        json_t *object = json_range(region->start, region->end);
        char address[PCI_ADDRESS_TEXT_MAX];

        pci_address_format(&region->device, address, sizeof(address));
        if (json_put(object, "type", json_string(type_of(profile))) &&
                        json_put(object, "device", region->has_device ? json_string(address) : json_null()))
                return object;
        json_decref(object);
        return NULL;
}

static json_t *xen_json(const Profile *profile) {
        const ProfileXen *xen = &profile->xen;
        json_t *array = json_array();

        for (size_t i = 0; i < xen->n_reserved; i++)
                if (json_array_append_new(array, xen_region_json(profile, &xen->reserved[i])) < 0) {
                        json_decref(array);
                        return NULL;
                }
        return array;
}

static json_t *regions_json(const HostRegions *regions) {
        json_t *array = json_array();

        for (size_t i = 0; i < regions->n; i++) {
                const HostRegion *region = &regions->regions[i];
                json_t *object = json_range(region->region.start, region->region.end);
                bool ok = true;

                ok &= json_put(object, "type", json_string(region->region.word));
                ok &= json_put(object, "groups", json_integer((json_int_t) region->n_groups));
                if (!ok) {
                        json_decref(object);
                        object = NULL;
                }
                if (json_array_append_new(array, object) < 0) {
                        json_decref(array);
                        return NULL;
                }
        }
        return array;
}

static int run(const Options *options, int argc, char **argv) {
        _cleanup_(profile_done) Profile profile = {};
        int r = source_profile(options, &profile);

        if (r != EXIT_SUCCESS)
                return r;
        bool in_dom0 = profile.xen.role == XEN_ROLE_CONTROL && profile.n_groups == 0;
        if (options->json && in_dom0)
                return json_print(options,
                                json_pack("{s:o*, s:[]}", "reservedRegions", xen_json(&profile),
                                                "usableIova"));
        if (options->json)
                return json_print(options,
                                json_pack("{s:o*, s:o*}", "reservedRegions", regions_json(&profile.regions),
                                                "usableIova", json_ranges(&profile.usable_iova)));

        _cleanup_pager_ pid_t pager = pager_open(options);
        (void) pager;
        if (in_dom0)
                return print_xen(&profile, options);
        if (profile.regions.n == 0 && profile.usable_iova.n == 0) {
                if (!options->no_legend)
                        printf("%s.\n",
                                        profile.n_groups == 0
                                                        ? "No reserved regions: there are no IOMMU groups"
                                                        : "Reserved regions are unknown: they cannot be read");
                return EXIT_SUCCESS;
        }
        return print_table(&profile, &profile.regions, options);
}

const Verb verb_regions = {
        .name = "regions",
        .takes = TAKES_PROFILE | TAKES_JSON | TAKES_TIMEOUT | TAKES_TABLE,
        .summary = "List reserved regions and the usable IOVA ranges",
        .help = "Devices cannot address guest RAM in a reserved region. Shows each region with\n"
                "the groups that reserve it, and the ranges that all groups can use.\n",
        .example = "hawctl regions --json=short",
        .run = run,
};
