/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/origin/document-file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/input/input-file.h"
#include "probe/cleanup.h"
#include "profile/document/json-parse.h"

static int complain(const char *path, int r, const JsonError *error) {
        if (r == -ENOMEM)
                fprintf(stderr, "hawctl: %s\n", strerror(ENOMEM));
        else if (error->line > 0)
                fprintf(stderr, "hawctl: %s: line %u, column %u: %s\n", path, error->line, error->column,
                                error->text);
        else
                fprintf(stderr, "hawctl: %s: %s\n", path, error->text);
        return EXIT_FAILURE;
}

int document_file_read(const char *path, json_t **ret) {
        _cleanup_(input_file_done) InputFile file = {};
        JsonError error = {};
        int r = input_file_read_regular(path, PROFILE_JSON_MAX, &file);

        if (r != EXIT_SUCCESS)
                return r;
        r = profile_json_parse((const char *) file.data, file.n, ret, &error);
        return r < 0 ? complain(path, r, &error) : EXIT_SUCCESS;
}
