/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/json-document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
