/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/origin/guest-source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/origin/guest-choice.h"
#include "ctl/origin/guest-input.h"
#include "ctl/origin/site-file.h"
#include "ctl/process/guest-installed.h"
#include "probe/cleanup.h"

int guest_source(const Options *options, const GuestOptions *which, int argc, char **argv, Guest *ret) {
        GuestInstalled installed = {};
        ProcessPlace place = {};
        GuestChoice choice;
        SiteDefaults site;
        int r = guest_choice_parse(which, &choice);

        if (r == EXIT_SUCCESS)
                r = site_file_read(options, which->defaults, &site);
        if (r == EXIT_SUCCESS)
                r = guest_input_read(which->pid, argc, argv, ret, &place);
        if (r != EXIT_SUCCESS)
                return r;
        if (!options->root && !options->host && !options->bus_address) {
                guest_installed_read(&installed);
                if (which->pid)
                        guest_installed_process(&place, &installed);
                else {
                        guest_installed_program(ret, &installed);
                        guest_installed_image(ret, &installed);
                }
        }
        r = guest_choice_apply(&choice, ret);
        if (r >= 0)
                r = site_defaults_apply(&site, ret, &installed);
        if (r >= 0)
                r = guest_defaults(ret, &installed);
        if (r == 0)
                return EXIT_SUCCESS;
        fprintf(stderr, "hawctl: the guest's description: %s\n", strerror(-r));
        return EXIT_FAILURE;
}
