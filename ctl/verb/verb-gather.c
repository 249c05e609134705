/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/command/time-limit.h"
#include "ctl/fleet/gather.h"
#include "ctl/verb/verbs.h"
#include "probe/cleanup.h"

#define JOBS_DEFAULT 16
#define SECONDS_DEFAULT 30
#define COMMAND_DEFAULT "hawctl describe --json=short"
/* Each needs three descriptors; a process usually has 1024. */
#define JOBS_MAX 256

typedef struct GatherOptions {
        const char *hosts, *output;
        bool resume;
        uint32_t jobs, timeout;
        const char *ssh_config;
        OptionList ssh_options;
        const char *command;
} GatherOptions;

static const Option own_options[] = {
        { "hosts", "=FILE", option_text, offsetof(GatherOptions, hosts),
                        "Ask the hosts in FILE, too: one name on each line" },
        { "output", "=FILE", option_text, offsetof(GatherOptions, output),
                        "Replace FILE when all hosts have been asked" },
        { "continue", NULL, option_flag, offsetof(GatherOptions, resume),
                        "Ask only hosts that have not answered in the last run\nwith this output" },
        { "jobs", "=N", option_number, offsetof(GatherOptions, jobs),
                        "Ask N hosts at a time, from 1 to 256 (default: 16)", JOBS_MAX },
        { "timeout", "=SECONDS", option_number, offsetof(GatherOptions, timeout),
                        "Time for each host (default: 30)", TIME_LIMIT_MAX },
        { "ssh-config", "=FILE", option_text, offsetof(GatherOptions, ssh_config),
                        "Configuration of ssh, as with ssh -F" },
        { "ssh-option", "=OPTION", option_list, offsetof(GatherOptions, ssh_options),
                        "An option of ssh_config(5), as with ssh -o", OPTION_LIST_MAX },
        { "remote-command", "=COMMAND", option_text, offsetof(GatherOptions, command),
                        "Run COMMAND on each host (default:\n" COMMAND_DEFAULT ")" },
        {},
};

static int wrong_usage(const char *what) {
        fprintf(stderr, "hawctl: %s\n", what);
        return EXIT_USAGE;
}

static int check_options(const GatherOptions *own, int argc) {
        if (argc == 0 && !own->hosts)
                return wrong_usage("no hosts: name them as arguments, or with --hosts=FILE");
        if (own->output && !*own->output)
                return wrong_usage("--output= needs the name of a file");
        if (own->resume && !own->output)
                return wrong_usage(
                                "--continue needs --output=FILE, because answers of the last run are kept beside FILE");
        if (own->command && !*own->command)
                return wrong_usage("--remote-command= needs a command");
        return EXIT_SUCCESS;
}

static int read_hosts(const GatherOptions *own, int argc, char **argv, HostList *ret) {
        int r = host_list_read(argv, argc, own->hosts, ret);

        if (r != EXIT_SUCCESS)
                return r;
        if (ret->n == 0)
                return wrong_usage("--hosts=: the file names no host");
        if (ret->repeated > 0)
                fprintf(stderr, "hawctl: %zu host name%s repeated; each host is asked once\n", ret->repeated,
                                ret->repeated == 1 ? " is" : "s are");
        return EXIT_SUCCESS;
}

static int run(const Options *options, int argc, char **argv) {
        _cleanup_(gather_output_done) GatherOutput output = { .journal = { .fd = -1 } };
        _cleanup_(host_list_done) HostList hosts = {};
        GatherOptions own = *(const GatherOptions *) options->own;
        int r;

        if (own.output && strcmp(own.output, "-") == 0)
                own.output = NULL;
        r = check_options(&own, argc);
        if (r == EXIT_SUCCESS)
                r = read_hosts(&own, argc, argv, &hosts);
        if (r == EXIT_SUCCESS)
                r = gather_output_open(own.output, own.resume, &hosts, &output);
        if (r != EXIT_SUCCESS)
                return r;
        return gather_run(&(GatherPlan){ .hosts = &hosts,
                                          .question = { .config = own.ssh_config,
                                                          .options = own.ssh_options,
                                                          .command = own.command ? own.command
                                                                                 : COMMAND_DEFAULT },
                                          .jobs = own.jobs ? own.jobs : JOBS_DEFAULT,
                                          .seconds = own.timeout ? own.timeout : SECONDS_DEFAULT },
                        &output);
}

const Verb verb_gather = {
        .name = "gather",
        .arguments = "[HOST...]",
        .max = -1,
        .summary = "Ask many hosts for their profiles, over ssh",
        .help = "Prints the profile of each HOST, which is a name that ssh knows, on a line of\n"
                "JSON, as soon as it has answered. With --output=FILE, FILE is replaced when all\n"
                "hosts have been asked. ssh must be able to log in without a password. Hosts that\n"
                "fail are listed at the end; the exit status is then 1.\n",
        .example = "hawctl gather --hosts=hosts --output=fleet.jsonl",
        .refusal = "it asks hosts over ssh, which are its arguments",
        .options = own_options,
        .size = sizeof(GatherOptions),
        .run = run,
};
