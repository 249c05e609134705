/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A feature file of Node Feature Discovery, whose lines become labels of the Kubernetes node. Numbers are
 * plain integers, which node affinity compares (Gt, Lt). Selectors that know equality only use the labels
 * "…-ge-N". A width that is unknown has no label of either kind, but one with the reason. */

#include <errno.h>
#include <inttypes.h>

#include "export/export.h"
#include "export/widths.h"
#include "fleet/summary.h"

#define NAMESPACE "hawd.org/"
/* A label's value has at most 63 characters; these are enough to tell the classes of a cluster apart. */
#define KEY_DIGITS 12

static void write_widths(const Profile *profile, ExportText *text) {
        for (size_t i = 0; i < N_EXPORT_WIDTHS; i++) {
                const ExportBits width = export_width(profile, i);

                if (!width.unknown)
                        export_textf(text, NAMESPACE "%s=%" PRIu64 "\n", export_widths[i].label, width.bits);
                else
                        export_textf(text, NAMESPACE "%s-unknown=%s\n", export_widths[i].label,
                                        width.unknown);
        }
}

static void write_ladders(const Profile *profile, ExportText *text) {
        for (size_t i = 0; i < N_EXPORT_LADDERS; i++) {
                const ExportBits width = export_ladder_width(profile, i);

                for (size_t j = 0; j < N_EXPORT_STEPS; j++)
                        if (!width.unknown && width.bits >= export_steps[j])
                                export_textf(text, NAMESPACE "%s-ge-%d=true\n", export_ladders[i].label,
                                                export_steps[j]);
        }
}

/* Equal on hosts that are the same to guests, and on hosts between which guests can move. */
static void write_keys(const Profile *profile, ExportText *text) {
        Summary summary = {};

        if (summary_make(profile, &summary) < 0) {
                text->error = text->error ? text->error : -ENOMEM;
                return;
        }
        export_textf(text, NAMESPACE "class=%.*s\n", KEY_DIGITS, summary.class_key);
        if (*summary.pool_key)
                export_textf(text, NAMESPACE "pool=%.*s\n", KEY_DIGITS, summary.pool_key);
        summary_done(&summary);
}

static void write_features(const Profile *profile, ExportText *text) {
        export_puts(text, "# Address widths of this host, by hawd. See hawctl(1).\n");
        write_widths(profile, text);
        write_ladders(profile, text);
        write_keys(profile, text);
}

const ExportFormat export_nfd = { .name = "nfd", .write = write_features };
