/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* print-guest [--defaults=QEMU,OVMF,SEABIOS] [--pid=PID] FORM…: the JSON document of a guest, as read or with defaults filled
 * in, "" being a version that is not known. */

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/vm-input.h"
#include "probe/cleanup.h"
#include "profile/guest/guest-defaults.h"
#include "profile/guest/guest-json.h"
#include "profile/guest/guest-machine.h"

static int fill_in(Guest *guest, char *versions) {
        GuestInstalled installed = {};
        GuestVersion *const members[] = { &installed.qemu, &installed.ovmf, &installed.seabios };

        for (size_t i = 0; i < ELEMENTS(members); i++) {
                const char *version = strsep(&versions, ",");

                if (version && *version && guest_version_from_text(version, false, members[i]) < 0)
                        return -EINVAL;
        }
        return guest_defaults(guest, &installed);
}

int main(int argc, char **argv) {
        static const char defaults[] = "--defaults=", pid[] = "--pid=";
        Options options = {};
        Guest guest = {};
        char *versions = NULL;
        json_t *json = NULL;
        int r;

        for (argc--, argv++; argc > 0; argc--, argv++)
                if (strncmp(*argv, defaults, strlen(defaults)) == 0)
                        versions = *argv + strlen(defaults);
                else if (strncmp(*argv, pid, strlen(pid)) == 0)
                        options.pid = *argv + strlen(pid);
                else
                        break;
        if (argc > 0 && strcmp(*argv, "--") == 0)
                argc--, argv++;
        r = vm_input_read(&options, argc, argv, &guest);
        if (r != EXIT_SUCCESS)
                return r;
        if (!versions || fill_in(&guest, versions) >= 0)
                json = guest_json_write(&guest);
        r = json ? json_dumpf(json, stdout, JSON_INDENT(1)) : -1;
        json_decref(json);
        guest_done(&guest);
        return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
