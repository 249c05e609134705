/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The summary as JSON: a fact of Ansible (ansible_local.hawd), and what other stores of facts take. */

#include <errno.h>

#include "export/export.h"
#include "fleet/summary.h"
#include "probe/cleanup.h"

static int to_text(const char *bytes, size_t n, void *userdata) {
        ExportText *text = userdata;

        if (text->error == 0)
                text->error = text->sink(bytes, n, text->userdata);
        return text->error < 0 ? -1 : 0;
}

static void write_summary(const Profile *profile, ExportText *text) {
        Summary summary = {};
        json_t *json;

        if (summary_make(profile, &summary) < 0) {
                text->error = -ENOMEM;
                return;
        }
        json = summary_json(&summary);
        if ((!json || json_dump_callback(json, to_text, text, JSON_COMPACT) < 0) && text->error == 0)
                text->error = -ENOMEM;
        json_decref(json);
        summary_done(&summary);
        export_puts(text, "\n");
}

const ExportFormat export_ansible = { .name = "ansible", .write = write_summary };
