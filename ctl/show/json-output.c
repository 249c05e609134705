/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/show/json-output.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

int json_to_stdout(const char *text, size_t n, void *userdata) {
        return fwrite(text, 1, n, stdout) == n ? 0 : errno ? -errno : -EIO;
}

int json_print(const Options *options, json_t *value) {
        size_t flags = options->json_layout == JSON_LAYOUT_PRETTY ? JSON_INDENT(2) : JSON_COMPACT;
        bool made = value && (json_dumpf(value, stdout, flags | JSON_ENCODE_ANY) == 0 || ferror(stdout));

        putchar('\n');
        json_decref(value);
        /* Errors of standard output are reported when flushing. */
        if (made)
                return EXIT_SUCCESS;
        fprintf(stderr, "hawctl: out of memory\n");
        return EXIT_FAILURE;
}
