/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/origin/guest-source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/command/options.h"
#include "ctl/input/input-file.h"
#include "ctl/origin/guest-domain.h"
#include "ctl/origin/source-profile.h"
#include "ctl/process/guest-files.h"
#include "ctl/process/guest-installed.h"
#include "ctl/process/process-guest.h"
#include "guest/form/text/form.h"
#include "probe/cleanup.h"
#include "profile/architecture.h"

/* The host is read when the guest's description asks for its architecture, else after the guest. Of a guest that
 * runs elsewhere, only an architecture is supposed. */
typedef struct Host {
        const Options *options;
        Profile *profile;
        bool read;
        int status;
        bool elsewhere, asked;
        GuestArchitecture supposed;
        VmError refusal; /* elsewhere, after the question: of the guest for `supposed` */
        const char *refused_at;
        InputFile text; /* of the guest, to be read again; owned */
} Host;

static int read_host(Host *host) {
        if (!host->read)
                host->status = source_profile(host->options, host->profile);
        host->read = true;
        return host->status;
}

static int ask_architecture(void *userdata, GuestArchitecture *ret) {
        Host *host = userdata;

        if (!host)
                return 0;
        if (host->elsewhere) {
                host->asked = true;
                *ret = host->supposed;
                return 1;
        }
        if (read_host(host) != EXIT_SUCCESS)
                return -ECANCELED;
        *ret = profile_is_arm64(host->profile) ? ARCHITECTURE_ARM64 : ARCHITECTURE_X86;
        return *ret == ARCHITECTURE_ARM64 || profile_is_x86(host->profile);
}

static int refuse(const char *place, const VmError *error) {
        if (error->line > 0)
                fprintf(stderr, "hawctl: %s: line %u: %s\n", place, error->line, error->text);
        else
                fprintf(stderr, "hawctl: %s: %s\n", place, error->text);
        return EXIT_USAGE;
}

static int complain(const char *place, Host *host, int r, const VmError *error) {
        /* Already printed. */
        if (host && host->status != EXIT_SUCCESS)
                return host->status;
        if (r == -ENOMEM) {
                fprintf(stderr, "hawctl: %s\n", strerror(ENOMEM));
                return EXIT_FAILURE;
        }
        if (r != -EINVAL) {
                fprintf(stderr, "hawctl: %s: %s\n", place, error->text);
                return EXIT_FAILURE;
        }
        if (!host || !host->asked)
                return refuse(place, error);
        /* On the other architecture it may be a guest. */
        if (!host->refused_at)
                host->refusal = *error;
        host->refused_at = place;
        return EXIT_USAGE;
}

static int read_file(const char *path, const char *place, Host *host, Guest *ret) {
        const VmFiles files = { guest_files_read, &(GuestFiles){}, ask_architecture, host };
        _cleanup_(input_file_done) InputFile own = {};
        InputFile *file = host ? &host->text : &own;
        VmError error;
        int r = file->data ? EXIT_SUCCESS : input_file_read(path, VM_TEXT_MAX, file);

        if (r != EXIT_SUCCESS)
                return r;
        r = vm_form_read((const char *) file->data, file->n, &files, guest_domain_read, ret, &error);
        return r < 0 ? complain(place, host, r, &error) : EXIT_SUCCESS;
}

/* Uses one descriptor throughout, because the PID may be reused. */
static int read_process(const char *pid, Guest *ret, ProcessPlace *ret_place) {
        _cleanup_close_ int process = -EBADF;
        char path[64], place[32];
        size_t n = strspn(pid, "0123456789");
        VmError error;
        int r;

        if (n == 0 || pid[n] || n > 10) {
                fprintf(stderr, "hawctl: --pid=%s: expected a process ID\n", pid);
                return EXIT_USAGE;
        }
        snprintf(path, sizeof(path), "/proc/%s", pid);
        snprintf(place, sizeof(place), "process %s", pid);
        process = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (process < 0) {
                fprintf(stderr, "hawctl: %s: %s\n", path, strerror(errno));
                return EXIT_FAILURE;
        }
        r = process_guest_fetch(process, ret, ret_place, &error);
        return r < 0 ? complain(place, NULL, r, &error) : EXIT_SUCCESS;
}

static int read_arguments(int argc, char **argv, Host *host, Guest *ret) {
        const VmFiles files = { guest_files_read, &(GuestFiles){}, ask_architecture, host };
        VmError error = {};
        int r = vm_arguments_read(argc, argv, &files, ret, &error);

        return r < 0 ? complain("command line", host, r, &error) : EXIT_SUCCESS;
}

static int read_input(
                const char *pid, int argc, char **argv, Host *host, Guest *ret, ProcessPlace *ret_place) {
        if (pid && argc > 0) {
                fprintf(stderr, "hawctl: --pid=%s and '%s' cannot be combined\n", pid, argv[0]);
                return EXIT_USAGE;
        }
        if (pid)
                return read_process(pid, ret, ret_place);
        if (argc == 0) {
                fprintf(stderr,
                                "hawctl: expected a guest: a file with its JSON, XML or command line, '-', --pid=PID, or"
                                " '--' and the command line\n");
                return EXIT_USAGE;
        }
        if (argc == 1 && (argv[0][0] != '-' || strcmp(argv[0], "-") == 0))
                return read_file(argv[0], strcmp(argv[0], "-") == 0 ? "standard input" : argv[0], host, ret);
        return read_arguments(argc, argv, host, ret);
}

int guest_input_read(const char *pid, int argc, char **argv, Guest *ret, ProcessPlace *ret_place) {
        return read_input(pid, argc, argv, NULL, ret, ret_place);
}

/* Of Cloud Hypervisor only the architecture depends on the host. */
static int set_host(Host *host, Guest *guest) {
        GuestArchitecture architecture;
        int r = guest_follows_host(guest) ? ask_architecture(host, &architecture) : 0;

        if (r > 0)
                guest_set_host(guest, architecture);
        return host ? host->status : EXIT_SUCCESS;
}

static int read_source(const Options *options, const GuestOptions *which, bool here_it_runs, Host *host,
                int argc, char **argv, Guest *ret) {
        GuestInstalled installed = {};
        ProcessPlace place = {};
        GuestChoice choice;
        SiteDefaults site = {};
        int r = guest_choice_parse(which, &choice);

        if (r == EXIT_SUCCESS && (here_it_runs || which->defaults))
                r = site_file_read(options, which->defaults, &site);
        if (r == EXIT_SUCCESS)
                r = read_input(which->pid, argc, argv, host, ret, &place);
        if (r == EXIT_SUCCESS)
                r = set_host(host, ret);
        if (r != EXIT_SUCCESS)
                return r;
        if (here_it_runs) {
                guest_installed_read(&installed);
                if (which->pid)
                        process_place_installed(&place, &installed);
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

int guest_source(const Options *options, const GuestOptions *which, int argc, char **argv, Guest *ret,
                Profile *ret_host) {
        Host host = { .options = options, .profile = ret_host };
        int r = read_source(options, which, !options->root && !options->host && !options->bus_address, &host,
                        argc, argv, ret);

        input_file_done(&host.text);
        if (r != EXIT_SUCCESS)
                return r;
        guest_choice_note_ignored(which, ret);
        return read_host(&host);
}

static int read_supposed(const Options *options, const GuestOptions *which, Host *host,
                GuestArchitecture supposed, int argc, char **argv, Guest *ret) {
        int r;

        host->supposed = supposed;
        r = read_source(options, which, which->pid != NULL, host, argc, argv, ret);
        if (r != EXIT_SUCCESS)
                guest_done(ret);
        return r;
}

int guest_source_elsewhere(const Options *options, const GuestOptions *which, int argc, char **argv,
                Guest *ret, Guest *ret_arm64) {
        Host host = { .options = options, .elsewhere = true };
        int x86 = read_supposed(options, which, &host, ARCHITECTURE_X86, argc, argv, ret), arm64 = x86;

        if (x86 == EXIT_SUCCESS ? ret->by_host : host.asked)
                arm64 = read_supposed(options, which, &host, ARCHITECTURE_ARM64, argc, argv, ret_arm64);
        /* The check of an x86 host says what is missing of a guest for arm64, and the other way round. */
        if (x86 != EXIT_SUCCESS && arm64 == EXIT_SUCCESS) {
                x86 = read_supposed(options, which, &host, ARCHITECTURE_ARM64, argc, argv, ret);
                ret->by_host = ret_arm64->by_host = true;
                ret->read_for = ret_arm64->read_for = ARCHITECTURE_ARM64;
        } else if (x86 != EXIT_SUCCESS && host.refused_at)
                refuse(host.refused_at, &host.refusal);
        if (x86 == EXIT_SUCCESS)
                guest_choice_note_ignored(which, ret);
        input_file_done(&host.text);
        return x86;
}
