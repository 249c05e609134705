/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/origin/source-profile.h"
#include "ctl/show/json-output.h"
#include "ctl/show/screen.h"
#include "ctl/verb/verbs.h"
#include "probe/cleanup.h"
#include "profile/field/json-write.h"

static int out_of_memory(void) {
        fprintf(stderr, "hawctl: %s\n", strerror(ENOMEM));
        return EXIT_FAILURE;
}

/* Prints the service's document unchanged, also of a newer version. */
static int describe_document(json_t *document, JsonLayout layout) {
        Options options = { .json = true, .json_layout = layout };

        return json_print(&options, document);
}

static int describe_local(const Options *options, JsonLayout layout) {
        _cleanup_(profile_done) Profile profile = {};
        int r = source_local(options, &profile);

        if (r != EXIT_SUCCESS)
                return r;

        _cleanup_pager_ pid_t pager = pager_open(options);
        (void) pager;
        r = profile_json_write(&profile, layout, json_to_stdout, NULL);
        /* Errors of standard output are reported when flushing. */
        return r == -ENOMEM ? out_of_memory() : EXIT_SUCCESS;
}

static int run(const Options *options, int argc, char **argv) {
        JsonLayout layout = options->json ? options->json_layout : JSON_LAYOUT_PRETTY;
        json_t *document;
        int r = source_document(options, &document);

        if (r != EXIT_SUCCESS)
                return r;
        if (!document)
                return describe_local(options, layout);

        _cleanup_pager_ pid_t pager = pager_open(options);
        (void) pager;
        return describe_document(document, layout);
}

const Verb verb_describe = {
        .name = "describe",
        .takes = TAKES_PROFILE | TAKES_JSON | TAKES_TIMEOUT,
        .summary = "Print the whole profile as JSON",
        .help = "The document is described by profile.schema.json. It is indented unless\n"
                "--json=short is given.\n",
        .example = "hawctl describe | jq .widths.iovaBits",
        .run = run,
};
