/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/origin/source-profile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/capture/capture-open.h"
#include "ctl/origin/connect.h"
#include "profile/derive/derive.h"
#include "profile/field/json-read.h"

int source_local(const Options *options, Profile *ret) {
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

int source_document(const Options *options, json_t **ret) {
        int r;

        *ret = NULL;
        if (options->local || options->root)
                return EXIT_SUCCESS;
        r = connect_read(options, ret);
        return r < 0 ? EXIT_SUCCESS : r;
}

int source_profile(const Options *options, Profile *ret) {
        JsonError error = {};
        json_t *document;
        int r = source_document(options, &document);

        if (r != EXIT_SUCCESS)
                return r;
        if (!document)
                return source_local(options, ret);
        r = profile_json_read(document, ret, &error);
        json_decref(document);
        if (r < 0) {
                fprintf(stderr, "hawctl: the service's profile: %s\n",
                                r == -ENOMEM ? strerror(ENOMEM) : error.text);
                return EXIT_FAILURE;
        }
        return EXIT_SUCCESS;
}
