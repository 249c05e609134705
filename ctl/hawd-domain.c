/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* hawd-domain, run by hawctl: the only program that links libxml2, so that no parser of untrusted XML
 * shares a process with other code.
 *
 *   hawd-domain PARENT     reads a libvirt domain from standard input;
 *                          prints hawd's JSON of the guest, status 0;
 *                          or {"line": 3, "text": "<memory>: …"}, status 2; or a status of program-limits.h
 *   hawd-domain --version  prints the version
 *
 * PARENT is hawctl's process ID. See sandbox.h. */

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/command/options.h"
#include "ctl/input/input-file.h"
#include "ctl/sandbox/sandbox.h"
#include "guest/form/json/guest-json.h"
#include "guest/form/libvirt/domain.h"
#include "probe/cleanup.h"
#include "probe/standard-descriptors.h"

static int answer(json_t *json, int status) {
        int r;

        if (!json)
                return PROGRAM_OUT_OF_MEMORY;
        r = json_dumpfd(json, STDOUT_FILENO, JSON_COMPACT);
        json_decref(json);
        return r < 0 ? EXIT_FAILURE : status;
}

int main(int argc, char **argv) {
        _cleanup_(input_file_done) InputFile file = {};
        VmError error = {};
        Guest guest = {};
        pid_t parent = argc == 2 ? sandbox_parent(argv[1]) : 0;
        int r;

        standard_descriptors_open();
        if (argc > 1 && strcmp(argv[1], "--version") == 0)
                return puts("hawd-domain " HAWD_VERSION) < 0 || fflush(stdout) != 0;
        if (!parent || isatty(STDIN_FILENO)) {
                fprintf(stderr, "hawd-domain is run by hawctl.\n");
                return EXIT_USAGE;
        }
        r = input_file_read("-", VM_DOMAIN_MAX, &file);
        if (r != EXIT_SUCCESS)
                return EXIT_FAILURE;
        if (sandbox_enter(&domain_limits, parent) < 0)
                return PROGRAM_NO_SANDBOX;
        r = vm_xml_read((const char *) file.data, file.n, &guest, &error);
        if (r == -EINVAL)
                return answer(json_pack("{s:i, s:s}", "line", (int) error.line, "text", error.text),
                                EXIT_USAGE);
        if (r < 0)
                return r == -ENOMEM ? PROGRAM_OUT_OF_MEMORY : EXIT_FAILURE;
        r = answer(guest_json_write(&guest), EXIT_SUCCESS);
        guest_done(&guest);
        return r;
}
