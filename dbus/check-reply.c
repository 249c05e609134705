/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/check-reply.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "dbus/names.h"
#include "guest/answer/answer.h"
#include "guest/form/json/guest-json.h"
#include "guest/vmm/defaults.h"
#include "probe/cleanup.h"
#include "profile/architecture.h"

static int reply(sd_bus_message *message, const Guest *guest, const Check *check, size_t *ret_bytes) {
        json_t *document = check_json(guest, check, NULL, 0);
        _cleanup_free_ char *text = document ? json_dumps(document, JSON_COMPACT) : NULL;
        int r;

        json_decref(document);
        if (!text)
                return -ENOMEM;
        *ret_bytes = strlen(text);
        r = sd_bus_reply_method_return(message, "s", text);
        return r < 0 ? r : 0;
}

int check_reply(sd_bus_message *message, const Profile *profile, const char *text, size_t n,
                size_t *ret_bytes, sd_bus_error *error) {
        /* The client knows what is installed on the guest's host. */
        const GuestInstalled installed = {};
        _cleanup_(guest_done) Guest guest = {};
        _cleanup_(check_done) Check check = {};
        JsonError wrong = {};
        int r = guest_json_parse(text, n, &guest, &wrong);

        if (r == -ENOMEM)
                return r;
        if (r < 0 && wrong.line == 0)
                return sd_bus_error_setf(error, HAWD_ERROR_INVALID_GUEST, "%s", wrong.text);
        if (r < 0)
                return sd_bus_error_setf(error, HAWD_ERROR_INVALID_GUEST, "Line %u, column %u: %s",
                                wrong.line, wrong.column, wrong.text);
        if (profile_is_arm64(profile))
                guest_set_host(&guest, ARCHITECTURE_ARM64);
        r = guest_defaults(&guest, &installed);
        if (r == -E2BIG)
                return sd_bus_error_setf(
                                error, HAWD_ERROR_INVALID_GUEST, "More than %d notes", GUEST_NOTES_MAX);
        if (r >= 0)
                r = check_guest(&guest, profile, &check);
        return r < 0 ? r : reply(message, &guest, &check, ret_bytes);
}
