/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* print-guest [--defaults=QEMU,OVMF,SEABIOS] [--pid=PID] FORM…: the JSON document of a guest, as read or with defaults filled
 * in, "" being a version that is not known. --each FILE…: of many, a line each: [FILE, document], or [FILE, error, line].
 * --words FILE: the words that a script starts QEMU with, each with a NUL behind it. */

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/input/input-file.h"
#include "ctl/origin/guest-domain.h"
#include "ctl/origin/guest-source.h"
#include "guest/form/json/guest-json.h"
#include "guest/form/shell/ways.h"
#include "guest/form/text/form.h"
#include "guest/machine.h"
#include "guest/vmm/defaults.h"
#include "probe/cleanup.h"

static int fill_in(Guest *guest, const char *text) {
        _cleanup_free_ char *copy = strdup(text);
        char *versions = copy;
        GuestInstalled installed = {};
        GuestVersion *const members[] = { &installed.qemu, &installed.ovmf, &installed.seabios };

        for (size_t i = 0; i < ELEMENTS(members); i++) {
                const char *version = strsep(&versions, ",");

                if (version && *version && guest_version_from_text(version, false, members[i]) < 0)
                        return -EINVAL;
        }
        return guest_defaults(guest, &installed);
}

static json_t *read_one(const char *path, const char *versions) {
        _cleanup_(input_file_done) InputFile file = {};
        VmError error = {};
        Guest guest = {};
        json_t *json;
        int r;

        if (input_file_read(path, VM_TEXT_MAX, &file) != EXIT_SUCCESS)
                return NULL;
        r = vm_form_read((const char *) file.data, file.n, NULL, guest_domain_read, &guest, &error);
        if (r == -EINVAL)
                return json_pack("[s, s, i]", path, error.text, (int) error.line);
        if (r < 0 || (versions && fill_in(&guest, versions) < 0))
                return NULL;
        json = json_pack("[s, o]", path, guest_json_write(&guest));
        guest_done(&guest);
        return json;
}

static int print_each(int argc, char **argv, const char *versions) {
        for (int i = 0; i < argc; i++) {
                json_t *json = read_one(argv[i], versions);

                if (!json || json_dumpf(json, stdout, JSON_COMPACT) < 0 || puts("") < 0)
                        return EXIT_FAILURE;
                fflush(stdout);
                json_decref(json);
        }
        return EXIT_SUCCESS;
}

static int print_words(const char *path) {
        _cleanup_(input_file_done) InputFile file = {};
        _cleanup_free_ ShellWays *ways = calloc(1, sizeof(ShellWays));
        VmError error = {};
        int r;

        r = input_file_read(path, VM_TEXT_MAX, &file);
        if (!ways || r != EXIT_SUCCESS)
                return EXIT_FAILURE;
        r = shell_ways_find((const char *) file.data, file.n, false, NULL, ways, &error);
        if (r < 0 || ways->n == 0) {
                fprintf(stderr, "%u: %s\n", error.line, error.text);
                return EXIT_FAILURE;
        }
        for (size_t i = 1; i < ways->items[0].spelled.n; i++)
                fwrite(ways->items[0].spelled.items[i].text,
                                strlen(ways->items[0].spelled.items[i].text) + 1, 1, stdout);
        puts("");
        shell_ways_done(ways);
        return EXIT_SUCCESS;
}

int main(int argc, char **argv) {
        static const char defaults[] = "--defaults=", pid[] = "--pid=";
        const char *process = NULL;
        Guest guest = {};
        const char *versions = NULL;
        json_t *json = NULL;
        ProcessPlace place = {};
        int r;

        for (argc--, argv++; argc > 0; argc--, argv++)
                if (strncmp(*argv, defaults, strlen(defaults)) == 0)
                        versions = *argv + strlen(defaults);
                else if (strncmp(*argv, pid, strlen(pid)) == 0)
                        process = *argv + strlen(pid);
                else
                        break;
        if (argc > 0 && strcmp(*argv, "--each") == 0)
                return print_each(argc - 1, argv + 1, versions);
        if (argc == 2 && strcmp(*argv, "--words") == 0)
                return print_words(argv[1]);
        if (argc > 0 && strcmp(*argv, "--") == 0)
                argc--, argv++;
        r = guest_input_read(process, argc, argv, &guest, &place);
        if (r != EXIT_SUCCESS)
                return r;
        if (!versions || fill_in(&guest, versions) >= 0)
                json = guest_json_write(&guest);
        r = json ? json_dumpf(json, stdout, JSON_INDENT(1)) : -1;
        json_decref(json);
        guest_done(&guest);
        return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
