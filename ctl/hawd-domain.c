/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* hawd-domain, run by hawctl: the only program that links libxml2, so that no parser of foreign XML shares a process with
 * the rest, and nobody else has its memory.
 *
 * A libvirt domain on standard input; to standard output hawd's JSON of the guest, and status 0; or {"line": 3, "text":
 * "<memory>: …"}, and status 2. */

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ctl/input-file.h"
#include "ctl/options.h"
#include "ctl/vm-xml.h"
#include "probe/cleanup.h"
#include "probe/standard-descriptors.h"
#include "profile/guest/guest-json.h"

static int answer(json_t *json, int status) {
        int r = json ? json_dumpfd(json, STDOUT_FILENO, JSON_COMPACT) : -1;

        json_decref(json);
        return r < 0 ? EXIT_FAILURE : status;
}

int main(int argc, char **argv) {
        _cleanup_(input_file_done) InputFile file = {};
        VmError error = {};
        Guest guest = {};
        int r;

        standard_descriptors_open();
        if (argc != 1 || isatty(STDIN_FILENO)) {
                fprintf(stderr, "hawd-domain is run by hawctl.\n");
                return EXIT_USAGE;
        }
        r = input_file_read("-", VM_TEXT_MAX, &file);
        if (r != EXIT_SUCCESS)
                return EXIT_FAILURE;
        r = vm_xml_read((const char *) file.data, file.n, &guest, &error);
        if (r == -EINVAL)
                return answer(json_pack("{s:i, s:s}", "line", (int) error.line, "text", error.text),
                                EXIT_USAGE);
        if (r < 0)
                return EXIT_FAILURE;
        r = answer(guest_json_write(&guest), EXIT_SUCCESS);
        guest_done(&guest);
        return r;
}
