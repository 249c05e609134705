/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a fleet keeps of one document. */

#include <stdlib.h>
#include <string.h>

#include "fleet/copy-text.h"
#include "fleet/fleet.h"

/* Without table of words: documents of any version have it. */
#define NARROWED "cpu-narrower-than-usual"

static bool is_narrowed(const Profile *host) {
        const Fact *taken = &host->encryption.bits_taken;

        if (!fact_known(taken) || taken->value > 0 || strcmp(host->host.virtualised, "none") != 0)
                return false;
        for (size_t i = 0; i < host->findings.n; i++)
                if (strcmp(host->findings.findings[i].id, NARROWED) == 0)
                        return true;
        return false;
}

int fleet_record(const Profile *host, FleetRecord *ret) {
        FleetRecord record = { .narrowed = is_narrowed(host) };
        int r = host_class_pack(host, &record.text, &record.n_text);

        if (r < 0)
                return r;
        COPY_TEXT(record.hostname, host->host.hostname);
        COPY_TEXT(record.machine_id, host->host.machine_id);
        COPY_TEXT(record.model_name, host->host.model_name);
        host_class_key(record.text, record.n_text, record.key);
        *ret = record;
        return 0;
}

int fleet_record_summary(const Summary *summary, FleetRecord *ret) {
        FleetRecord record = { .summary = true };
        int r = host_class_pack_summary(summary, &record.text, &record.n_text);

        if (r < 0)
                return r;
        COPY_TEXT(record.hostname, summary->hostname);
        COPY_TEXT(record.machine_id, summary->machine_id);
        COPY_TEXT(record.model_name, summary->model_name);
        if (*summary->class_key)
                COPY_TEXT(record.key, summary->class_key);
        else
                host_class_key(record.text, record.n_text, record.key);
        *ret = record;
        return 0;
}

void fleet_record_done(FleetRecord *record) {
        free(record->text);
        free(record->answer);
        *record = (FleetRecord){};
}
