/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/origin/site-file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "ctl/input/input-file.h"
#include "probe/cleanup.h"

#define SITE_FILE "/etc/hawd/guest-defaults.json"

int site_file_read(const Options *options, const char *given, SiteDefaults *ret) {
        const char *path = given ? given : SITE_FILE;
        _cleanup_(input_file_done) InputFile file = {};
        JsonError error = {};
        struct stat status;
        int r;

        *ret = (SiteDefaults){};
        if (!given && (options->root || options->host || options->bus_address))
                return EXIT_SUCCESS;
        if (!given && stat(path, &status) < 0)
                return EXIT_SUCCESS;
        if (!given && (status.st_uid != 0 || status.st_mode & (S_IWGRP | S_IWOTH))) {
                fprintf(stderr, "hawctl: %s: not read, because other users than root can write to it\n",
                                path);
                return EXIT_FAILURE;
        }
        r = given ? input_file_read(path, SITE_DEFAULTS_MAX, &file)
                  : input_file_read_regular(path, SITE_DEFAULTS_MAX, &file);
        if (r != EXIT_SUCCESS)
                return r;
        r = site_defaults_parse((const char *) file.data, file.n, ret, &error);
        if (r >= 0)
                return EXIT_SUCCESS;
        if (r == -ENOMEM)
                fprintf(stderr, "hawctl: %s\n", strerror(ENOMEM));
        else if (error.line > 0)
                fprintf(stderr, "hawctl: %s: line %u: %s\n", path, error.line, error.text);
        else
                fprintf(stderr, "hawctl: %s: %s\n", path, error.text);
        return r == -ENOMEM ? EXIT_FAILURE : EXIT_USAGE;
}
