/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/json-output.h"
#include "ctl/screen.h"
#include "ctl/source-profile.h"
#include "ctl/verbs.h"
#include "probe/cleanup.h"

int verb_describe(const Options *options, int argc, char **argv) {
        _cleanup_(profile_done) Profile profile = {};
        int r = source_profile(options, &profile);

        if (r != EXIT_SUCCESS)
                return r;

        _cleanup_pager_ pid_t pager = pager_open(options);
        (void) pager;
        r = profile_json_write(&profile, options->json ? options->json_layout : JSON_LAYOUT_PRETTY,
                        json_to_stdout, NULL);
        /* What went wrong with standard output is said when it is flushed. */
        if (r == -ENOMEM) {
                fprintf(stderr, "hawctl: %s\n", strerror(-r));
                return EXIT_FAILURE;
        }
        return EXIT_SUCCESS;
}
