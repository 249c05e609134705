/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* print-settings [--text|--all] [--devices] [--cpu-bits=N] BITS HOST…: the settings for BITS bits checked on these hosts, as
 * JSON or as the screen shows them. */

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/origin/guest-domain.h"
#include "ctl/origin/source-file.h"
#include "ctl/show/settings-text.h"
#include "fleet/settings.h"
#include "probe/cleanup.h"
#include "profile/document/field-write.h"

typedef struct Arguments {
        bool text, all;
        SettingsRequest request;
} Arguments;

static int check_hosts(Settings *settings, char **hosts) {
        for (; *hosts; hosts++) {
                _cleanup_(profile_done) Profile profile = {};
                int r = source_file_profile(&(Options){}, *hosts, &profile);

                if (r != EXIT_SUCCESS)
                        return r;
                if (settings_check(settings, &profile, profile.host.hostname, 1) < 0)
                        return EXIT_FAILURE;
        }
        return EXIT_SUCCESS;
}

static int print_json(const Settings *settings) {
        json_t *json = fields_json(&(FieldContext){}, &settings_table, settings);
        int r = json ? json_dumpf(json, stdout, JSON_INDENT(1)) : -1;

        json_decref(json);
        return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv) {
        static const char cpu_bits[] = "--cpu-bits=";
        Arguments arguments = { .request.domain = guest_domain_read };
        _cleanup_(settings_done) Settings settings = {};
        VmError error;
        int r;

        for (argv++; *argv && **argv == '-'; argv++) {
                arguments.text |= strcmp(*argv, "--text") == 0;
                arguments.all |= strcmp(*argv, "--all") == 0;
                arguments.request.devices |= strcmp(*argv, "--devices") == 0;
                if (strncmp(*argv, cpu_bits, strlen(cpu_bits)) == 0)
                        arguments.request.cpu_bits = (uint8_t) atoi(*argv + strlen(cpu_bits));
        }
        if (!*argv)
                return EXIT_USAGE;
        arguments.request.bits = (uint8_t) atoi(*argv++);
        r = settings_make(&arguments.request, &settings, &error);
        if (r < 0) {
                fprintf(stderr, "%s\n", r == -EINVAL ? error.text : strerror(-r));
                return EXIT_FAILURE;
        }
        r = check_hosts(&settings, argv);
        if (r != EXIT_SUCCESS)
                return r;
        if (!arguments.text && !arguments.all)
                return print_json(&settings);
        settings_text(&settings, arguments.all);
        return EXIT_SUCCESS;
}
