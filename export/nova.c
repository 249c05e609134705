/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A fragment of a provider configuration file of nova-compute (schema 1.0), which gives traits to the resource provider of
 * this host in Placement. Traits can only be equal, so there is one for each step up to a width. nova-compute adds traits and
 * never removes one: those that this host must not have are listed too. */

#include <ctype.h>

#include "export/export.h"
#include "export/widths.h"

static bool has_step(ExportBits width, size_t step) {
        return !width.unknown && width.bits >= export_steps[step];
}

static bool has_any(const Profile *profile) {
        for (size_t i = 0; i < N_EXPORT_LADDERS; i++)
                if (has_step(export_ladder_width(profile, i), 0))
                        return true;
        return false;
}

static void write_trait(ExportText *text, const char *before, size_t ladder, size_t step) {
        export_textf(text, "%sCUSTOM_HAWD_", before);
        for (const char *c = export_ladders[ladder].label; *c; c++)
                export_textf(text, "%c", *c == '-' ? '_' : toupper((unsigned char) *c));
        export_textf(text, "_GE_%d\n", export_steps[step]);
}

static void write_traits(const Profile *profile, ExportText *text, const char *before, bool had) {
        for (size_t i = 0; i < N_EXPORT_LADDERS; i++)
                for (size_t j = 0; j < N_EXPORT_STEPS; j++)
                        if (has_step(export_ladder_width(profile, i), j) == had)
                                write_trait(text, before, i, j);
}

static void write_unknown(const Profile *profile, ExportText *text) {
        for (size_t i = 0; i < N_EXPORT_LADDERS; i++) {
                const ExportBits width = export_ladder_width(profile, i);

                if (width.unknown)
                        export_textf(text, "# %s: %s (%s), no traits\n", export_ladders[i].label,
                                        export_impossible(width) ? "none" : "unknown", width.unknown);
        }
}

static void write_fragment(const Profile *profile, ExportText *text) {
        export_puts(text,
                        "# Traits of this host for nova-compute, by hawd. See hawctl(1).\n"
                        "# Merge this into the file in /etc/nova/provider_config that has the entry of\n"
                        "# $COMPUTE_NODE: with two such entries, nova-compute does not start. It reads\n"
                        "# the files once, at its start.\n");
        write_unknown(profile, text);
        export_puts(text, "meta:\n  schema_version: '1.0'\n");
        if (has_any(profile)) {
                export_puts(text,
                                "providers:\n"
                                "  - identification:\n"
                                "      uuid: $COMPUTE_NODE\n"
                                "    traits:\n"
                                "      additional:\n");
                write_traits(profile, text, "        - ", true);
        } else
                export_puts(text, "providers: []\n");
        export_puts(text,
                        "\n"
                        "# nova-compute never removes a trait. Remove these from the provider of this\n"
                        "# host, if it has them (openstack resource provider trait set):\n");
        write_traits(profile, text, "# remove: ", false);
}

const ExportFormat export_nova = { "nova", write_fragment };
