/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Prints the hosts of a fleet in order of reading: name, class, place. What hawctl prints on standard error is
 * printed there. Exit status as of hawctl. */

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/fleet/fleet-read.h"
#include "ctl/show/safe-output.h"
#include "probe/cleanup.h"

static int visit(const Profile *host, FleetRecord *record, void *userdata) {
        char text[64];

        snprintf(text, sizeof(text), "%zu devices", host->n_devices);
        record->answer = strdup(text);
        return record->answer ? 0 : -1;
}

int main(int argc, char **argv) {
        static const FleetVisit devices = { .visit = visit };
        _cleanup_(safe_output_close) SafeOutputs outputs = {};
        _cleanup_(fleet_read_done) FleetRead read = {};
        const Options options = {};
        char path[PATH_MAX], letters[FLEET_LETTERS_SIZE];
        bool quiet = argc > 1 && strcmp(argv[1], "--quiet") == 0;
        int r = safe_output_open(&outputs);

        if (r >= 0)
                r = fleet_read(&options, argc - 1 - quiet, argv + 1 + quiet, quiet ? NULL : &devices, &read);
        if (r != EXIT_SUCCESS)
                return r;
        for (size_t i = 0; i < fleet_n_hosts(read.fleet) && !quiet; i++) {
                FleetHost host;

                fleet_host(read.fleet, i, &host);
                fleet_read_path(&read, host.place, path, sizeof(path));
                printf("%s\t%s\t%s\t%s\n", host.name, fleet_class_letters(host.class, letters),
                                host.answer ? host.answer : "summary", path);
        }
        if (quiet)
                printf("%zu hosts, %zu classes\n", fleet_n_hosts(read.fleet), fleet_n_classes(read.fleet));
        return fleet_read_status(&read, EXIT_SUCCESS);
}
