/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Prints a document's schema from the table that writes and reads it, at build time. */

#include <stdio.h>
#include <string.h>

#include "doctor/diagnosis.h"
#include "fleet/baseline-document.h"
#include "fleet/place-document.h"
#include "fleet/summary.h"
#include "guest/answer/answer.h"
#include "guest/answer/models.h"
#include "guest/form/json/guest-json.h"
#include "guest/form/json/site-defaults.h"
#include "probe/cleanup.h"
#include "profile/change/comparison.h"
#include "profile/document/field-schema.h"
#include "profile/field/tables.h"

static const struct {
        const char *name;
        const FieldTable *table;
        const char *id, *title;
} documents[] = {
        { "baseline", &baseline_table, "urn:hawd:baseline:1", "hawd baseline" },
        { "check", &check_table, "urn:hawd:check:1", "hawd check" },
        { "comparison", &comparison_table, "urn:hawd:comparison:1", "hawd comparison" },
        { "doctor", &diagnosis_table, "urn:hawd:doctor:1", "hawd doctor" },
        { "fit", &fit_table, "urn:hawd:fit:1", "hawd fit" },
        { "guest", &guest_table, "urn:hawd:guest:1", "hawd guest" },
        { "guest-defaults", &site_defaults_table, "urn:hawd:guest-defaults:1", "hawd guest defaults" },
        { "place", &place_table, "urn:hawd:place:1", "hawd place" },
        { "models", &models_table, "urn:hawd:models:1", "hawd CPU models" },
        { "profile", &profile_table, "urn:hawd:profile:1", "hawd profile" },
        { "summary", &summary_table, "urn:hawd:summary:1", "hawd summary" },
};

int main(int argc, char **argv) {
        for (size_t i = 0; argc == 2 && i < ELEMENTS(documents); i++) {
                json_t *schema;
                int r;

                if (strcmp(documents[i].name, argv[1]) != 0)
                        continue;
                schema = fields_schema(documents[i].table, documents[i].id, documents[i].title);
                r = schema ? json_dumpf(schema, stdout, JSON_INDENT(2)) : -1;
                json_decref(schema);
                return r < 0 || putchar('\n') == EOF || fflush(stdout) != 0;
        }
        return 1;
}
