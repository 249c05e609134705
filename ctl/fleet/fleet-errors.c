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

void fleet_errors_add(FleetErrors *errors, FleetMessage kind, const SourceNames *names, uint32_t source,
                uint64_t line, const char *text) {
        errors->n += kind == FLEET_BAD;
        if (errors->current[kind]++ < FLEET_MESSAGES_MAX)
                print(names, source, line, text);
}

void fleet_errors_end(FleetErrors *errors, const SourceNames *names, uint32_t source) {
        static const struct {
                const char *one, *several;
        } texts[] = {
                [FLEET_BAD] = { "document or file could not be read",
                                "documents or files could not be read" },
                [FLEET_AGAIN] = { "document has a machine ID or a hostname that was read before",
                                "documents have a machine ID or a hostname that was read before" },
                [FLEET_IGNORED] = { "directory has files that are ignored",
                                "directories have files that are ignored" },
        };

        for (unsigned i = 0; i < _FLEET_MESSAGE_MAX; i++) {
                uint64_t n = errors->current[i];
                char text[128];

                errors->current[i] = 0;
                if (n <= FLEET_MESSAGES_MAX)
                        continue;
                n -= FLEET_MESSAGES_MAX;
                snprintf(text, sizeof(text), "%" PRIu64 " more %s", n,
                                n == 1 ? texts[i].one : texts[i].several);
                print(names, source, 0, text);
        }
}
