/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <jansson.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/capture/capture-open.h"
#include "ctl/origin/connect.h"
#include "ctl/origin/service-facts.h"
#include "ctl/sandbox/program-version.h"
#include "ctl/show/diagnosis-text.h"
#include "ctl/show/json-output.h"
#include "ctl/verb/verbs.h"
#include "doctor/diagnosis.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"
#include "profile/derive/derive.h"
#include "profile/field/json-read.h"

static void read_caller(CallerFacts *ret) {
        const struct passwd *user = getpwuid(geteuid());

        *ret = (CallerFacts){ .uid = geteuid() };
        if (user)
                text_printable((Bytes){ .data = (const uint8_t *) user->pw_name,
                                               .n = strlen(user->pw_name) },
                                ret->user, sizeof(ret->user));
        else
                snprintf(ret->user, sizeof(ret->user), "%u", ret->uid);
}

/* They are beside hawctl, or installed; another host's are not here. */
static void read_programs(const Options *options, ProgramFact *ret) {
        static const ProgramLimits *const limits[OWN_PROGRAMS] = { &domain_limits, &unpack_limits };

        for (size_t i = 0; i < OWN_PROGRAMS; i++) {
                int r;

                ret[i].name = limits[i]->name;
                if (options->root) {
                        ret[i].reason = REASON_NOT_APPLICABLE;
                        continue;
                }
                r = program_version_read(limits[i], ret[i].version, sizeof(ret[i].version));
                ret[i].reason = r < 0 ? reason_from_errno(r) : REASON_NONE;
                if (r < 0)
                        snprintf(ret[i].error, sizeof(ret[i].error), "%s", strerror(-r));
        }
}

/* The service's profile. 1: there is none, this process reads the host. */
static int read_published(sd_bus *bus, ServiceFacts *service, Profile *ret) {
        _cleanup_free_ char *why = NULL;
        json_t *document = NULL;
        JsonError error = {};
        int r = connect_document(bus, &document, &why);

        if (r >= 0) {
                r = profile_json_read(document, ret, &error);
                json_decref(document);
        }
        if (r >= 0)
                return 0;
        service->outcome = CALL_FAILED;
        text_printable((Bytes){ .data = (const uint8_t *) (why ? why : error.text),
                                       .n = strlen(why ? why : error.text) },
                        service->error, sizeof(service->error));
        return r == -ENOMEM ? r : 1;
}

/* *ret_by_service: whose profile it is. */
static int read_facts(
                const Options *options, Surroundings *ret, Profile *ret_profile, bool *ret_by_service) {
        _cleanup_(capture_close) CaptureRoot capture = {};
        sd_bus *bus = NULL;
        int r = capture_open(options->root ? options->root : "/", &capture);

        if (r < 0)
                return EXIT_FAILURE;
        read_caller(&ret->caller);
        if (!options->root && !options->local)
                service_facts_read(options, &ret->service, &bus);
        r = ret->service.outcome == CALL_ANSWERED ? read_published(bus, &ret->service, ret_profile) : 1;
        *ret_by_service = r == 0;
        sd_bus_flush_close_unref(bus);
        surroundings_read(capture.root, &ret->host);
        read_programs(options, ret->programs);
        if (r > 0)
                r = profile_probe(capture.root, ret_profile);
        if (r < 0)
                fprintf(stderr, "hawctl: %s\n", strerror(-r));
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int print(const Options *options, const Diagnosis *diagnosis) {
        const Screen screen = screen_get();

        if (options->json)
                return json_print(options, diagnosis_json(diagnosis));

        _cleanup_pager_ pid_t pager = pager_open(options);
        (void) pager;
        diagnosis_text(diagnosis, &screen);
        return EXIT_SUCCESS;
}

static int run(const Options *options, int argc, char **argv) {
        _cleanup_(profile_done) Profile profile = {};
        Surroundings surroundings = {};
        Diagnosis diagnosis = {};
        bool by_service;
        int r = read_facts(options, &surroundings, &profile, &by_service);

        if (r != EXIT_SUCCESS)
                return r;
        diagnose(&surroundings, &profile, by_service, &diagnosis);
        r = print(options, &diagnosis);
        if (r != EXIT_SUCCESS)
                return r;
        if (diagnosis.n_problems > 0)
                return EXIT_UNSAFE;
        return diagnosis.n_unknown > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

const Verb verb_doctor = {
        .name = "doctor",
        .takes = TAKES_ROOT | TAKES_LOCAL | TAKES_BUS | TAKES_JSON | TAKES_TIMEOUT,
        .summary = "Show why something is unknown here, and what to do",
        .help = "Looks at the bus, the service and its collector, at what the kernel, a container\n"
                "or permissions hide, and at each width that is unknown. Shows what was found\n"
                "and what to do: ok, problem, or unknown if hawctl could not look. The exit\n"
                "status is 3 if there is a problem, else 1 if something is unknown.\n",
        .example = "sudo hawctl doctor",
        .refusal = "run it on the other host, such as 'ssh HOST hawctl doctor'",
        .run = run,
};
