/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/source-profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/capture/capture-open.h"
#include "profile/derive.h"

int source_profile(const Options *options, Profile *ret) {
        _cleanup_(capture_close) CaptureRoot capture = {};
        int r;

        r = capture_open(options->root ? options->root : "/", &capture);
        if (r < 0)
                return EXIT_FAILURE;
        r = profile_probe(capture.root, ret);
        if (r < 0) {
                fprintf(stderr, "hawctl: %s\n", strerror(-r));
                return EXIT_FAILURE;
        }
        return EXIT_SUCCESS;
}
