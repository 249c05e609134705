/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/json-document.h"

json_t *json_document_load(const char *path) {
        return json_load_file(path, 0, NULL);
}

/* Takes one step off the path: a key, or "[N]". */
static const char *step(const char *path, char *ret_key, size_t size, bool *ret_index) {
        size_t n;

        path += *path == '.';
        *ret_index = *path == '[';
        n = *ret_index ? strcspn(path, "]") + 1 : strcspn(path, ".[");
        snprintf(ret_key, size, "%.*s", (int) (*ret_index ? n - 2 : n), path + *ret_index);
        return path + n;
}

bool json_document_set(json_t *document, const char *path, json_t *value) {
        char key[64];
        bool index;

        for (;;) {
                path = step(path, key, sizeof(key), &index);
                if (!*path)
                        break;
                document = index ? json_array_get(document, strtoul(key, NULL, 10))
                                 : json_object_get(document, key);
        }
        if (index)
                return json_array_set_new(document, strtoul(key, NULL, 10), value) == 0;
        return (value ? json_object_set_new(document, key, value) : json_object_del(document, key)) == 0;
}

static void walk(const json_t *value, const char *path, JsonVisit visit, void *userdata) {
        const char *key;
        json_t *element;
        char below[256];
        size_t i;

        if (*path)
                visit(path, value, userdata);
        json_object_foreach((json_t *) value, key, element) {
                snprintf(below, sizeof(below), "%s%s%s", path, *path ? "." : "", key);
                walk(element, below, visit, userdata);
        }
        if (json_is_array(value))
                json_array_foreach(value, i, element) {
                        snprintf(below, sizeof(below), "%s[%zu]", path, i);
                        walk(element, below, visit, userdata);
                }
}

void json_document_walk(const json_t *document, JsonVisit visit, void *userdata) {
        walk(document, "", visit, userdata);
}

const char *json_document_read_changed(
                const json_t *document, const char *path, json_t *value, JsonError *reterr) {
        _cleanup_(profile_done) Profile profile = {};
        json_auto_t *copy = json_deep_copy(document);
        int r;

        *reterr = (JsonError){};
        if (!json_document_set(copy, path, value))
                fail_msg("%s: no such place", path);
        r = profile_json_read(copy, &profile, reterr);
        if (r < 0) {
                static const Profile untouched;

                assert_int_equal(r, -EINVAL);
                assert_memory_equal(&profile, &untouched, sizeof(profile));
        }
        return r < 0 ? reterr->text : "";
}
