/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/document/member.h"

#include <stdio.h>
#include <string.h>

#include "probe/cleanup.h"
#include "probe/decode/text.h"

json_t *member_at(json_t *document, const char *path) {
        char name[48];

        while (document) {
                size_t n = strcspn(path, ".");

                snprintf(name, sizeof(name), "%.*s", (int) n, path);
                document = json_object_get(document, name);
                if (path[n] == 0)
                        return document;
                path += n + 1;
        }
        return NULL;
}

bool member_is_fact(const json_t *value) {
        return json_is_object(value) && json_object_size(value) == 4 && json_object_get(value, "value") &&
                        json_object_get(value, "provenance") && json_object_get(value, "source") &&
                        json_object_get(value, "reason");
}

bool member_bits(const json_t *fact, unsigned *ret) {
        const json_t *value = json_object_get(fact, "value");

        if (!json_is_integer(value) || json_integer_value(value) < 1 || json_integer_value(value) > 64)
                return false;
        *ret = (unsigned) json_integer_value(value);
        return true;
}

bool member_state(const json_t *fact, bool *ret) {
        const json_t *value = json_object_get(fact, "value");

        if (!json_is_boolean(value))
                return false;
        *ret = json_is_true(value);
        return true;
}

const char *member_reason(const json_t *fact) {
        const char *reason = json_string_value(json_object_get(fact, "reason"));

        if (!fact)
                return "missing";
        return reason ? reason : "malformed";
}

/* "0x…" as in documents. */
static bool read_address(const json_t *text, uint64_t *ret) {
        Bytes b = { .data = (const uint8_t *) json_string_value(text), .n = json_string_length(text) };

        return b.data && text_starts(b, "0x") && text_u64(b, 16, ret);
}

int member_ranges(const json_t *array, RangeSet *ret) {
        _cleanup_(range_set_done) RangeSet set = {};
        const json_t *element;
        size_t i;
        int r;

        if (!json_is_array(array))
                return 0;
        json_array_foreach(array, i, element) {
                uint64_t start, end;

                if (!read_address(json_object_get(element, "start"), &start) ||
                                !read_address(json_object_get(element, "end"), &end) || start > end)
                        return 0;
                r = range_set_add(&set, start, end);
                if (r < 0)
                        return r;
        }
        range_set_normalise(&set);
        *ret = set;
        set = (RangeSet){};
        return 1;
}
