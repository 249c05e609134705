/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Values of a guest's document that have no field kind. */

#include <errno.h>
#include <inttypes.h>

#include "guest/form/json/fields.h"
#include "guest/machine.h"
#include "guest/size.h"

int guest_read_size(const JsonValue *json, uint64_t max, uint64_t *ret) {
        const bool large = max >= UINT64_C(1) << 40;
        uint64_t size = 0;
        int r = -EINVAL;

        if (json_is_integer(json->json) && json_integer_value(json->json) >= 0) {
                size = (uint64_t) json_integer_value(json->json);
                r = 0;
        } else if (json_is_string(json->json))
                r = guest_size_from_text(json_string_value(json->json), &size);
        if (r == -EINVAL)
                return json_value_fail(json, "expected bytes, or a string such as \"64GiB\"");
        if (r < 0 || size > max)
                return json_value_fail(json, "expected at most %" PRIu64 " %s", max >> (large ? 40 : 30),
                                large ? "TiB" : "GiB");
        *ret = size;
        return 0;
}

static json_t *write_size(const void *value) {
        return json_integer((json_int_t) * (const uint64_t *) value);
}

static int read_size(const JsonValue *json, void *value) {
        return guest_read_size(json, GUEST_SIZE_MAX, value);
}

static int read_bar_size(const JsonValue *json, void *value) {
        return guest_read_size(json, GUEST_BAR_MAX, value);
}

const FieldHook guest_size_hook = { .write = write_size, .read = read_size, .schema = SIZE_SCHEMA };
const FieldHook guest_bar_size_hook = { .write = write_size, .read = read_bar_size, .schema = SIZE_SCHEMA };

json_t *guest_write_version(const void *value) {
        char text[40];

        if (!guest_version_known(value))
                return json_null();
        guest_version_to_text(value, text, sizeof(text));
        return json_string(text);
}

int guest_read_version(const JsonValue *json, void *value) {
        const char *text = json_string_value(json->json);

        if (!text || guest_version_from_text(text, false, value) < 0)
                return json_value_fail(json, "expected a string such as \"7.2\" or \"202411\"");
        return 0;
}

const FieldHook guest_version_hook = {
        .write = guest_write_version, .read = guest_read_version, .schema = VERSION_SCHEMA
};
