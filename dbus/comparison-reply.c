/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/comparison-reply.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "dbus/names.h"
#include "probe/cleanup.h"
#include "profile/change/comparison.h"
#include "profile/field/json-read.h"
#include "profile/field/json-write.h"

/* Devices and groups are each host's own: what a guest meets elsewhere follows from the rest, and this stays small on a host
 * of thousands. */
static bool compared(const char *key) {
        return strcmp(key, "devices") != 0 && strcmp(key, "groups") != 0;
}

static void drop_groups(json_t *differences) {
        for (size_t i = json_array_size(differences); i-- > 0;) {
                const char *path =
                                json_string_value(json_object_get(json_array_get(differences, i), "path"));

                if (path && (strcmp(path, "groups") == 0 || strncmp(path, "groups.", 7) == 0))
                        (void) json_array_remove(differences, i);
        }
}

static int reply(sd_bus_message *message, const Profile *profile, json_t *there, size_t *ret_bytes) {
        _cleanup_free_ char *text = NULL;
        json_t *here = profile_json_members(profile, compared), *comparison;
        int r;

        /* The other host's groups stay: whether each one's regions were read decides what is known. */
        (void) json_object_del(there, "devices");
        comparison = here ? profile_comparison(here, there) : NULL;
        drop_groups(json_object_get(comparison, "differences"));
        if (comparison)
                text = json_dumps(comparison, JSON_COMPACT);
        json_decref(comparison);
        json_decref(here);
        if (!text)
                return -ENOMEM;
        *ret_bytes = strlen(text);
        r = sd_bus_reply_method_return(message, "s", text);
        return r < 0 ? r : 0;
}

int comparison_reply(sd_bus_message *message, const Profile *profile, const char *text, size_t n,
                size_t *ret_bytes, sd_bus_error *error) {
        json_t *there = NULL;
        JsonError wrong = {};
        int r = profile_json_parse(text, n, &there, &wrong);

        if (r == -ENOMEM)
                return r;
        if (r < 0 && wrong.line == 0)
                return sd_bus_error_setf(error, HAWD_ERROR_INVALID_PROFILE, "%s", wrong.text);
        if (r < 0)
                return sd_bus_error_setf(error, HAWD_ERROR_INVALID_PROFILE, "Line %u, column %u: %s",
                                wrong.line, wrong.column, wrong.text);
        r = reply(message, profile, there, ret_bytes);
        json_decref(there);
        return r;
}
