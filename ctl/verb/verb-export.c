/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/origin/source-file.h"
#include "ctl/origin/source-profile.h"
#include "ctl/show/output-file.h"
#include "ctl/verb/verbs.h"
#include "export/export.h"
#include "probe/cleanup.h"

typedef struct ExportOptions {
        const char *output; /* NULL: standard output */
} ExportOptions;

static const Option own_options[] = {
        { "output", "=FILE", option_text, offsetof(ExportOptions, output),
                        "Write to FILE, which is replaced as a whole" },
        {},
};

static int unknown_format(const char *name) {
        fprintf(stderr, "hawctl: unknown format '%s'; the formats are", name);
        for (size_t i = 0; export_formats[i]; i++)
                fprintf(stderr, "%s %s", i > 0 ? "," : "", export_formats[i]->name);
        fputs("\n", stderr);
        return EXIT_USAGE;
}

/* Whole in memory first: a failure leaves the output as it was. */
static int export_profile(const ExportFormat *format, const Profile *profile, const char *output) {
        _cleanup_free_ char *text = NULL;
        size_t n = 0;
        int r = export_make(format, profile, &text, &n);

        if (r < 0) {
                fprintf(stderr, "hawctl: %s\n", strerror(-r));
                return EXIT_FAILURE;
        }
        return output_file_write(output ? output : "-", text, n);
}

static int run(const Options *options, int argc, char **argv) {
        const ExportOptions *own = options->own;
        const ExportFormat *format = export_find(argv[0]);
        _cleanup_(profile_done) Profile profile = {};
        int r;

        if (!format)
                return unknown_format(argv[0]);
        if (argc > 1 && (options->root || options->local || options->host || options->bus_address)) {
                fprintf(stderr, "hawctl: %s: a PROFILE excludes --root, --local, --host and --bus-address\n",
                                argv[1]);
                return EXIT_USAGE;
        }
        r = argc > 1 ? source_file_profile(options, argv[1], &profile) : source_profile(options, &profile);
        return r == EXIT_SUCCESS ? export_profile(format, &profile, own->output) : r;
}

const Verb verb_export = {
        .name = "export",
        .arguments = "FORMAT [PROFILE]",
        .min = 1,
        .max = 2,
        .takes = TAKES_PROFILE | TAKES_TIMEOUT,
        .summary = "Print what other programs read",
        .help = "PROFILE is a profile document, a host tree or a capture, as for diff; the\n"
                "default is this host. FORMAT is one of:\n"
                "  prometheus  metrics for the textfile collector of node_exporter\n"
                "  nfd         labels of a Kubernetes node, for Node Feature Discovery\n"
                "  nova        traits for Placement, for nova-compute's provider configuration\n"
                "  proxmox     CPU models of Proxmox VE with the widths of the host\n"
                "  ansible     the summary as JSON, for facts of Ansible and other programs\n",
        .example = "hawctl export prometheus --output=hawd.prom",
        .options = own_options,
        .size = sizeof(ExportOptions),
        .run = run,
};
