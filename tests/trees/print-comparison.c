/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* print-comparison HERE THERE: profile_comparison() of two documents, for the tests of whole hosts. */

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "profile/change/comparison.h"

int main(int argc, char **argv) {
        json_error_t error;
        json_t *here = argc == 3 ? json_load_file(argv[1], 0, &error) : NULL;
        json_t *there = here ? json_load_file(argv[2], 0, &error) : NULL;
        json_t *comparison = here && there ? profile_comparison(here, there) : NULL;
        int r = comparison ? json_dumpf(comparison, stdout, JSON_COMPACT) : -1;

        json_decref(here);
        json_decref(there);
        json_decref(comparison);
        return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
