/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <stdlib.h>

#include "ctl/origin/source-profile.h"
#include "ctl/show/json-output.h"
#include "ctl/show/screen.h"
#include "ctl/show/table.h"
#include "ctl/verb/select.h"
#include "ctl/verb/verbs.h"
#include "profile/architecture.h"
#include "profile/field/json-write.h"

enum {
        COLUMN_NAME,
        COLUMN_KIND,
        COLUMN_BITS,
        COLUMN_SECOND,
        COLUMN_FIRST,
        COLUMN_REMAPPING,
        COLUMN_DEVICES,
        COLUMN_WHY
};

static const Column columns[] = {
        [COLUMN_NAME] = { "UNIT" },
        [COLUMN_KIND] = { "KIND" },
        [COLUMN_BITS] = { "BITS", .right = true },
        [COLUMN_SECOND] = { "SECOND", .right = true },
        [COLUMN_FIRST] = { "FIRST", .right = true },
        [COLUMN_REMAPPING] = { "IRQ REMAP" },
        [COLUMN_DEVICES] = { "DEVICES", .right = true },
        [COLUMN_WHY] = { "WHY", .wrap = true },
};

/* Of arm64 hosts, whose units have long names: the stages are in the source. */
enum { ARM_NAME, ARM_KIND, ARM_BITS, ARM_OAS, ARM_ISOLATED, ARM_DEVICES, ARM_WHY };

static const Column arm_columns[] = {
        [ARM_NAME] = { "UNIT" },
        [ARM_KIND] = { "KIND" },
        [ARM_BITS] = { "BITS", .right = true },
        [ARM_OAS] = { "OAS", .right = true },
        [ARM_ISOLATED] = { "ISOLATED" },
        [ARM_DEVICES] = { "DEVICES", .right = true },
        [ARM_WHY] = { "WHY", .wrap = true },
};

static void bits_cell(Table *table, unsigned column, const Fact *fact) {
        if (fact_known(fact))
                table_cellf(table, column, "%" PRIu64, fact->value);
        else
                table_cell(table, column, NULL);
}

static void devices_cell(Table *table, unsigned column, const ProfileIommu *iommu) {
        if (iommu->devices_reason == REASON_NONE)
                table_cellf(table, column, "%" PRIu32, iommu->n_devices);
        else
                table_cell(table, column, NULL);
}

static void why_cell(Table *table, unsigned column, const ProfileIommu *iommu) {
        if (fact_known(&iommu->bits))
                table_cell(table, column, iommu->bits.source);
        else
                table_cellf(table, column, "%s: %s", reason_to_string(iommu->bits.reason),
                                iommu->bits.source);
}

static void add_row(Table *table, const ProfileIommu *iommu) {
        const Fact *remapping = &iommu->interrupt_remapping_enabled;

        table_row(table);
        table_cell(table, COLUMN_NAME, iommu->name);
        table_cell(table, COLUMN_KIND, iommu_kind_to_string(iommu->kind));
        bits_cell(table, COLUMN_BITS, &iommu->bits);
        bits_cell(table, COLUMN_SECOND, &iommu->second_stage_bits);
        bits_cell(table, COLUMN_FIRST, &iommu->first_stage_bits);
        table_cell(table, COLUMN_REMAPPING, !fact_known(remapping) ? NULL : remapping->value ? "on" : "off");
        devices_cell(table, COLUMN_DEVICES, iommu);
        why_cell(table, COLUMN_WHY, iommu);
}

static void add_arm_row(Table *table, const ProfileIommu *iommu) {
        const Fact *isolated = &iommu->interrupt_remapping_enabled;

        table_row(table);
        table_cell(table, ARM_NAME, iommu->name);
        table_cell(table, ARM_KIND, iommu_kind_to_string(iommu->kind));
        bits_cell(table, ARM_BITS, &iommu->bits);
        bits_cell(table, ARM_OAS, &iommu->oas);
        table_cell(table, ARM_ISOLATED, !fact_known(isolated) ? NULL : isolated->value ? "yes" : "no");
        devices_cell(table, ARM_DEVICES, iommu);
        why_cell(table, ARM_WHY, iommu);
}

static const char *unit_name(const Profile *profile, size_t i, char *buffer) {
        return profile->iommus[i].name;
}

static json_t *unit_json(const Profile *profile, size_t i, void *userdata) {
        return profile_json_iommu(profile, &profile->iommus[i]);
}

static int run(const Options *options, int argc, char **argv) {
        _cleanup_(profile_done) Profile profile = {};
        _cleanup_(selection_done) Selection selection = {};
        const Screen screen = screen_get();
        int r = source_profile(options, &profile);

        if (r != EXIT_SUCCESS)
                return r;
        r = selection_make(&profile, "IOMMU unit", profile.n_iommus, unit_name, argc, argv, &selection);
        if (r != EXIT_SUCCESS)
                return r;
        if (options->json)
                return selection_json(&profile, &selection, options, unit_json, NULL);

        _cleanup_pager_ pid_t pager = pager_open(options);
        (void) pager;
        if (selection.n == 0) {
                if (!options->no_legend)
                        printf("%s\n",
                                        profile.xen.role != XEN_ROLE_CONTROL ? "No IOMMU units."
                                                        : profile.iommus_reason == REASON_NONE
                                                        ? "No IOMMU units: Xen uses none."
                                                        : "The IOMMU units are Xen's, and unknown.");
                return EXIT_SUCCESS;
        }
        bool arm64 = profile_is_arm64(&profile);
        Table *table = table_new(arm64 ? arm_columns : columns,
                        arm64 ? ELEMENTS(arm_columns) : ELEMENTS(columns), &screen, options->no_legend);
        for (size_t i = 0; i < selection.n; i++)
                (arm64 ? add_arm_row : add_row)(table, &profile.iommus[selection.indices[i]]);
        return table_finish(table);
}

const Verb verb_iommus = {
        .name = "iommus",
        .arguments = "[UNIT...]",
        .max = -1,
        .takes = TAKES_PROFILE | TAKES_JSON | TAKES_TIMEOUT | TAKES_TABLE,
        .summary = "List IOMMU units: registers, widths, devices",
        .help = "SECOND and FIRST are the widths of the second-stage and first-stage page tables.\n"
                "BITS is the width that the running kernel uses. On arm64, OAS is the width of\n"
                "memory addresses, and ISOLATED says whether MSIs are isolated.\n",
        .example = "hawctl iommus dmar0 --json=pretty",
        .run = run,
};
