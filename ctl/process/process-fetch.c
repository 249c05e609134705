/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctl/process/process-guest.h"
#include "guest/form/json/guest-json.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"

static json_t *version_json(const GuestVersion *version) {
        return json_pack("[I, I, I]", (json_int_t) version->major, (json_int_t) version->minor,
                        (json_int_t) version->patch);
}

static json_t *fetched_json(const ProcessGuest *guest) {
        const ProcessPlace *place = &guest->place;

        return json_pack("{s:o, s:b, s:b, s:b, s:o}", "guest", guest_json_write(&guest->guest), "sameRoot",
                        place->same_root, "programHere", place->program_here, "imageAbsent",
                        place->image_absent, "imageVersion", version_json(&place->image_version));
}

static int fetch(const ProcessJob *job, void *channel, const void *userdata, json_t **ret) {
        ProcessGuest guest;
        VmError error;
        int r = process_guest_read(job, channel, false, &guest, &error);

        (void) userdata;
        if (r == -EINVAL && *error.text)
                *ret = json_pack("{s:s, s:i}", "error", error.text, "line", (int) error.line);
        else if (r >= 0)
                *ret = fetched_json(&guest);
        if ((r == -EINVAL && *error.text) || r >= 0)
                r = *ret ? 0 : -ENOMEM;
        process_guest_done(&guest);
        return r;
}

static uint32_t version_part(const json_t *version, size_t i) {
        return (uint32_t) json_integer_value(json_array_get(version, i));
}

static void read_place(const json_t *answer, ProcessPlace *ret) {
        const json_t *version = json_object_get(answer, "imageVersion");

        *ret = (ProcessPlace){
                .same_root = json_is_true(json_object_get(answer, "sameRoot")),
                .program_here = json_is_true(json_object_get(answer, "programHere")),
                .image_absent = json_is_true(json_object_get(answer, "imageAbsent")),
                .image_version = { version_part(version, 0), version_part(version, 1),
                                version_part(version, 2) },
        };
}

static void set_text(VmError *error, const char *text) {
        text_shown(text, error->text, sizeof(error->text));
}

int process_guest_fetch(int process, Guest *ret, ProcessPlace *ret_place, VmError *reterr) {
        _cleanup_(process_job_done) ProcessJob job = { .process = process };
        JsonError error = {};
        const char *refused;
        int r = process_jobs_run(&job, 1, fetch, NULL);

        *reterr = (VmError){};
        if (r >= 0 && !job.answer) {
                set_text(reterr, job.why);
                return -EIO;
        }
        if (r < 0) {
                set_text(reterr, strerror(-r));
                return r;
        }
        refused = json_string_value(json_object_get(job.answer, "error"));
        if (refused) {
                reterr->line = (unsigned) json_integer_value(json_object_get(job.answer, "line"));
                set_text(reterr, refused);
                return -EINVAL;
        }
        r = guest_json_read(json_object_get(job.answer, "guest"), ret, &error);
        if (r == -EINVAL)
                set_text(reterr, error.text);
        read_place(job.answer, ret_place);
        return r;
}
