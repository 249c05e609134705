/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Prometheus text exposition format 0.0.4, for the textfile collector of node_exporter. A value that is
 * unknown has no sample: its reason is the label of a metric named ..._unknown. */

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "export/export.h"
#include "export/widths.h"
#include "fleet/summary.h"
#include "probe/cleanup.h"

/* Each metric has HELP and TYPE, even without samples. */
static void metric(ExportText *text, const char *name, const char *help) {
        export_textf(text, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

/* NAME="VALUE" after `before`; '\', '"' and newline are escaped. */
static void label(ExportText *text, const char *before, const char *name, const char *value) {
        export_textf(text, "%s%s=\"", before, name);
        for (const char *c = value; *c; c++)
                if (*c == '\n')
                        export_puts(text, "\\n");
                else
                        export_textf(text, "%s%c", *c == '\\' || *c == '"' ? "\\" : "", *c);
        export_puts(text, "\"");
}

static void write_widths(const Profile *profile, ExportText *text) {
        metric(text, "hawd_address_width", "Address width in bits; no sample if it is unknown.");
        for (size_t i = 0; i < N_EXPORT_WIDTHS; i++) {
                const ExportBits width = export_width(profile, i);

                if (!width.unknown)
                        export_textf(text, "hawd_address_width{kind=\"%s\"} %" PRIu64 "\n",
                                        export_widths[i].kind, width.bits);
        }
        metric(text, "hawd_address_width_unknown",
                        "1 for each address width that is unknown, with the reason.");
        for (size_t i = 0; i < N_EXPORT_WIDTHS; i++) {
                const ExportBits width = export_width(profile, i);

                if (width.unknown)
                        export_textf(text, "hawd_address_width_unknown{kind=\"%s\",reason=\"%s\"} 1\n",
                                        export_widths[i].kind, width.unknown);
        }
}

static void unit(ExportText *text, const char *name, const ProfileIommu *iommu) {
        export_puts(text, name);
        label(text, "{", "unit", iommu->name);
        label(text, ",", "driver", iommu_kind_to_string(iommu->kind));
}

static void write_units(const Profile *profile, ExportText *text) {
        metric(text, "hawd_iommu_width", "I/O virtual address bits of an IOMMU unit; no sample if unknown.");
        for (size_t i = 0; i < profile->n_iommus; i++)
                if (fact_known(&profile->iommus[i].bits)) {
                        unit(text, "hawd_iommu_width", &profile->iommus[i]);
                        export_textf(text, "} %" PRIu64 "\n", profile->iommus[i].bits.value);
                }
        metric(text, "hawd_iommu_width_unknown", "1 for each IOMMU unit of unknown width, with the reason.");
        for (size_t i = 0; i < profile->n_iommus; i++)
                if (!fact_known(&profile->iommus[i].bits)) {
                        unit(text, "hawd_iommu_width_unknown", &profile->iommus[i]);
                        label(text, ",", "reason", reason_to_string(profile->iommus[i].bits.reason));
                        export_puts(text, "} 1\n");
                }
}

static void write_groups(const Profile *profile, ExportText *text) {
        size_t n[] = { [TRISTATE_UNKNOWN] = 0, [TRISTATE_NO] = 0, [TRISTATE_YES] = 0 };

        metric(text, "hawd_iommu_groups",
                        "Number of IOMMU groups whose devices VFIO can assign to a guest.");
        for (size_t i = 0; i < profile->n_groups; i++)
                n[profile->groups[i].assignable]++;
        for (size_t i = 0; i < ELEMENTS(n) && profile->groups_reason == REASON_NONE; i++)
                export_textf(text, "hawd_iommu_groups{assignable=\"%s\"} %zu\n",
                                tristate_to_string((Tristate) i), n[i]);
        metric(text, "hawd_iommu_groups_unknown", "1 if the IOMMU groups are unknown, with the reason.");
        if (profile->groups_reason != REASON_NONE)
                export_textf(text, "hawd_iommu_groups_unknown{reason=\"%s\"} 1\n",
                                reason_to_string(profile->groups_reason));
}

/* By severity (worst first) and id: an order of the documents of others cannot be relied on, and a sample
 * that is there twice makes the whole file invalid. */
static int compare_findings(const void *a, const void *b) {
        const Finding *x = *(const Finding *const *) a, *y = *(const Finding *const *) b;

        return x->severity != y->severity ? (int) y->severity - (int) x->severity : strcmp(x->id, y->id);
}

static void write_findings(const Profile *profile, ExportText *text) {
        const FindingList *list = &profile->findings;
        _cleanup_free_ const Finding **sorted = calloc(list->n + 1, sizeof(*sorted));

        metric(text, "hawd_findings", "Number of findings with this id; see hawd-findings(7).");
        if (!sorted) {
                text->error = text->error ? text->error : -ENOMEM;
                return;
        }
        for (size_t i = 0; i < list->n; i++)
                sorted[i] = &list->findings[i];
        qsort(sorted, list->n, sizeof(*sorted), compare_findings);
        for (size_t i = 0, n; i < list->n; i += n) {
                for (n = 1; i + n < list->n && compare_findings(&sorted[i], &sorted[i + n]) == 0;)
                        n++;
                export_puts(text, "hawd_findings");
                label(text, "{", "id", sorted[i]->id);
                label(text, ",", "severity", severity_to_string(sorted[i]->severity));
                export_textf(text, "} %zu\n", n);
        }
}

static void write_info(const Profile *profile, ExportText *text) {
        const ProfileHost *host = &profile->host;
        Summary summary = {};

        if (summary_make(profile, &summary) < 0) {
                text->error = text->error ? text->error : -ENOMEM;
                return;
        }
        metric(text, "hawd_profile_info", "1, with what identifies the host's profile.");
        export_puts(text, "hawd_profile_info");
        label(text, "{", "digest", profile->digest);
        label(text, ",", "class", summary.class_key);
        label(text, ",", "pool", summary.pool_key);
        label(text, ",", "architecture", host->architecture);
        label(text, ",", "cpu_vendor", host->vendor_name);
        label(text, ",", "cpu_model_name", host->model_name);
        label(text, ",", "kernel", host->kernel);
        label(text, ",", "virtualised", host->virtualised);
        export_puts(text, "} 1\n");
        summary_done(&summary);
}

static void write_metrics(const Profile *profile, ExportText *text) {
        write_widths(profile, text);
        write_units(profile, text);
        write_groups(profile, text);
        write_findings(profile, text);
        write_info(profile, text);
}

const ExportFormat export_prometheus = { .name = "prometheus", .write = write_metrics };
