/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/fleet/fleet-errors.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

static void print(const SourceNames *names, uint32_t source, uint64_t line, const char *text) {
        char path[PATH_MAX], number[24] = "";

        source_path(names, source, path, sizeof(path));
        if (line > 0)
                snprintf(number, sizeof(number), ":%" PRIu64, line);
        fprintf(stderr, "hawctl: %s%s: %s\n", path, number, text);
}

void fleet_error(FleetErrors *errors, const SourceNames *names, uint32_t source, uint64_t line,
                const char *text) {
        errors->n++;
        if (line == 0 || errors->bad++ < FLEET_MESSAGES_MAX)
                print(names, source, line, text);
}

void fleet_note(FleetErrors *errors, const SourceNames *names, uint32_t source, uint64_t line,
                const char *text) {
        errors->n_again++;
        if (errors->doubles++ < FLEET_MESSAGES_MAX)
                print(names, source, line, text);
}

static void print_rest(const SourceNames *names, uint32_t source, uint64_t n, const char *one,
                const char *several) {
        char text[128];

        if (n <= FLEET_MESSAGES_MAX)
                return;
        n -= FLEET_MESSAGES_MAX;
        snprintf(text, sizeof(text), "%" PRIu64 " more %s", n, n == 1 ? one : several);
        print(names, source, 0, text);
}

void fleet_errors_end(FleetErrors *errors, const SourceNames *names, uint32_t source) {
        print_rest(names, source, errors->bad, "document is not a profile", "documents are not profiles");
        print_rest(names, source, errors->doubles,
                        "document has a machine ID or a hostname that was read before",
                        "documents have a machine ID or a hostname that was read before");
        errors->bad = 0;
        errors->doubles = 0;
}
