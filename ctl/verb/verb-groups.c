/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <stdlib.h>

#include "ctl/origin/source-profile.h"
#include "ctl/show/json-output.h"
#include "ctl/show/numbers.h"
#include "ctl/show/pci-names.h"
#include "ctl/show/table.h"
#include "ctl/verb/select.h"
#include "ctl/verb/verbs.h"
#include "profile/architecture.h"
#include "profile/device-lookup.h"
#include "profile/field/json-write.h"

enum { COLUMN_GROUP, COLUMN_TYPE, COLUMN_BITS, COLUMN_ASSIGNABLE, COLUMN_DEVICES };

static const Column columns[] = {
        [COLUMN_GROUP] = { "GROUP", .right = true },
        [COLUMN_TYPE] = { "TYPE" },
        [COLUMN_BITS] = { "BITS", .right = true },
        [COLUMN_ASSIGNABLE] = { "ASSIGNABLE" },
        [COLUMN_DEVICES] = { "DEVICES", .wrap = true },
};

/* What arm64 has for the interrupt remapping of x86. */
static const char *why_of(const Profile *profile, const ProfileGroup *group) {
        if (group->why == ASSIGNABLE_WHY_MSI_UNKNOWN)
                return "MSI isolation";
        if (group->why == ASSIGNABLE_WHY_NO_INTERRUPT_REMAPPING && profile_is_arm64(profile))
                return "MSIs not isolated";
        return assignable_why_to_string(group->why);
}

static void assignable_cell(Table *table, const Profile *profile, const ProfileGroup *group) {
        if (group->assignable == TRISTATE_YES)
                table_cell(table, COLUMN_ASSIGNABLE,
                                group->isolated == TRISTATE_NO ? "all together" : "yes");
        else
                table_cellf(table, COLUMN_ASSIGNABLE, "%s: %s",
                                group->assignable == TRISTATE_NO ? "no" : "unknown", why_of(profile, group));
}

static void add_rows(Table *table, const Profile *profile, const ProfileGroup *group, PciNames *names) {
        char name[192];

        table_row(table);
        table_cellf(table, COLUMN_GROUP, "%" PRIu32, group->id);
        table_cell(table, COLUMN_TYPE, *group->type_word ? group->type_word : NULL);
        if (group->bits)
                table_cellf(table, COLUMN_BITS, "%u", group->bits);
        else
                table_cell(table, COLUMN_BITS, NULL);
        assignable_cell(table, profile, group);
        if (group->n_members == 0)
                table_cell(table, COLUMN_DEVICES, NULL);
        for (size_t i = 0; i < group->n_members; i++) {
                const ProfileDevice *device = device_lookup_name(profile, group->members[i]);

                if (i > 0) {
                        table_row(table);
                        for (unsigned c = 0; c < COLUMN_DEVICES; c++)
                                table_cell(table, c, "");
                }
                table_cellf(table, COLUMN_DEVICES, "%s %s", group->members[i],
                                device ? pci_names_device(names, device, name, sizeof(name)) : "");
        }
}

static const char *group_name(const Profile *profile, size_t i, char *buffer) {
        snprintf(buffer, SELECT_NAME_MAX, "%" PRIu32, profile->groups[i].id);
        return buffer;
}

static json_t *group_json(const Profile *profile, size_t i, void *userdata) {
        return profile_json_group(profile, &profile->groups[i]);
}

/* Reserved and usable ranges of one group, below its row. */
static void print_ranges(const ProfileGroup *group) {
        char start[NUMBER_TEXT_MAX], end[NUMBER_TEXT_MAX];

        for (size_t i = 0; i < group->regions.n; i++)
                printf("  reserved %18s - %-18s %s\n",
                                number_address(group->regions.regions[i].start, start, sizeof(start)),
                                number_address(group->regions.regions[i].end, end, sizeof(end)),
                                group->regions.regions[i].word);
        for (size_t i = 0; i < group->usable.n; i++)
                printf("  usable   %18s - %s\n",
                                number_address(group->usable.ranges[i].start, start, sizeof(start)),
                                number_address(group->usable.ranges[i].end, end, sizeof(end)));
        if (group->usable.n == 0)
                printf("  usable   unknown (%s)\n",
                                reason_to_string(group->bits ? group->regions_reason : group->bits_reason));
}

/* Before Linux 6.15 on arm64. */
static size_t count_waiting(const Profile *profile) {
        size_t n = 0;

        for (size_t i = 0; i < profile->n_devices; i++)
                n += profile->devices[i].group < 0 &&
                                profile->devices[i].group_reason == REASON_UNSUPPORTED_KERNEL;
        return n;
}

static void print_waiting(const Profile *profile, const Screen *screen) {
        size_t n = count_waiting(profile);
        char text[160];

        if (n == 0)
                return;
        snprintf(text, sizeof(text),
                        "%zu %s no group yet: this kernel makes it when a driver binds ('hawctl devices')",
                        n, n == 1 ? "device has" : "devices have");
        screen_wrap(screen, 0, text);
}

static int run(const Options *options, int argc, char **argv) {
        _cleanup_(profile_done) Profile profile = {};
        _cleanup_(selection_done) Selection selection = {};
        const Screen screen = screen_get();
        int r = source_profile(options, &profile);

        if (r != EXIT_SUCCESS)
                return r;
        r = selection_make(&profile, "IOMMU group", profile.n_groups, group_name, argc, argv, &selection);
        if (r != EXIT_SUCCESS)
                return r;
        if (options->json)
                return selection_json(&profile, &selection, options, group_json, NULL);

        _cleanup_pager_ pid_t pager = pager_open(options);
        _cleanup_(pci_names_close) PciNames *names = NULL;
        (void) pager;
        if (selection.n == 0) {
                if (!options->no_legend)
                        printf("%s\n",
                                        profile.xen.role == XEN_ROLE_CONTROL
                                                        ? "No IOMMU groups: Xen assigns devices one by one "
                                                          "('hawctl devices')."
                                                        : "No IOMMU groups.");
                if (!options->no_legend)
                        print_waiting(&profile, &screen);
                return EXIT_SUCCESS;
        }
        names = pci_names_open();
        Table *table = table_new(columns, ELEMENTS(columns), &screen, options->no_legend);
        for (size_t i = 0; i < selection.n; i++)
                add_rows(table, &profile, &profile.groups[selection.indices[i]], names);
        r = table_finish(table);
        if (argc == 0 && r == EXIT_SUCCESS && !options->no_legend)
                print_waiting(&profile, &screen);
        for (int a = 0; a < argc && r == EXIT_SUCCESS; a++) {
                printf("\nGroup %s\n", argv[a]);
                print_ranges(&profile.groups[selection.indices[a]]);
        }
        return r;
}

const Verb verb_groups = {
        .name = "groups",
        .arguments = "[GROUP...]",
        .max = -1,
        .takes = TAKES_PROFILE | TAKES_JSON | TAKES_TIMEOUT | TAKES_TABLE,
        .summary = "List IOMMU groups: devices, width, assignable or why not",
        .help = "Usable ranges are all addresses below the width without the reserved regions.\n",
        .example = "hawctl groups 14",
        .run = run,
};
