/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/document/read-value.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/decode/text.h"

#define PATH_MAX_BYTES 128

/* "groups[3].iovaBits"; always fits, as keys are constants and nesting is shallow. */
static size_t format_path(const JsonValue *value, char *ret, size_t size) {
        size_t n;

        if (!value->parent) {
                ret[0] = 0;
                return 0;
        }
        n = format_path(value->parent, ret, size);
        if (value->key)
                n += (size_t) snprintf(ret + n, size - n, "%s%s", n ? "." : "", value->key);
        else
                n += (size_t) snprintf(ret + n, size - n, "[%zu]", value->index);
        return n < size ? n : size - 1;
}

int json_value_fail(const JsonValue *value, const char *format, ...) {
        JsonError *error = value->reader->error;
        char path[PATH_MAX_BYTES];
        va_list ap;
        size_t n;

        *error = (JsonError){};
        n = format_path(value, path, sizeof(path));
        if (n > 0)
                n = (size_t) snprintf(error->text, sizeof(error->text), "%s: ", path);
        va_start(ap, format);
        vsnprintf(error->text + n, sizeof(error->text) - n, format, ap);
        va_end(ap);
        return -EINVAL;
}

int json_value_member(const JsonValue *object, const char *key, JsonValue *ret) {
        JsonValue member = { .reader = object->reader, .parent = object, .key = key };

        if (!json_is_object(object->json))
                return json_value_fail(object, "expected an object");
        member.json = json_object_get(object->json, key);
        if (!member.json)
                return json_value_fail(&member, "missing");
        *ret = member;
        return 0;
}

JsonValue json_value_element(const JsonValue *array, size_t i) {
        return (JsonValue){
                .json = json_array_get(array->json, i), .reader = array->reader, .parent = array, .index = i
        };
}

int json_value_array(const JsonValue *value, size_t max, size_t *ret) {
        if (!json_is_array(value->json))
                return json_value_fail(value, "expected an array");
        if (json_array_size(value->json) > max)
                return json_value_fail(value, "expected at most %zu elements", max);
        *ret = json_array_size(value->json);
        return 0;
}

static bool is_integer_within(const json_t *json, uint64_t min, uint64_t max) {
        return json_is_integer(json) && json_integer_value(json) >= 0 &&
                        (uint64_t) json_integer_value(json) >= min &&
                        (uint64_t) json_integer_value(json) <= max;
}

int json_value_integer(const JsonValue *value, uint64_t min, uint64_t max, uint64_t *ret) {
        if (!is_integer_within(value->json, min, max))
                return json_value_fail(value, "expected an integer from %" PRIu64 " to %" PRIu64, min, max);
        *ret = (uint64_t) json_integer_value(value->json);
        return 0;
}

int json_value_hex(const JsonValue *value, uint64_t *ret) {
        const char *text = json_string_value(value->json);
        size_t n = text ? strlen(text) : 0;

        /* No leading zero unless there is only one digit. */
        if (n < 3 || strncmp(text, "0x", 2) != 0 || strspn(text + 2, "0123456789abcdef") != n - 2 ||
                        (text[2] == '0' && n > 3) ||
                        !text_u64((Bytes){ .data = (const uint8_t *) text, .n = n }, 16, ret))
                return json_value_fail(value, "expected \"0x…\", lower-case hexadecimal of at most 64 bits");
        return 0;
}

int json_value_text(const JsonValue *value, size_t size, char *ret) {
        const char *text = json_string_value(value->json);
        size_t n = json_string_length(value->json);

        if (!text || n >= size || !text_is_printable((Bytes){ .data = (const uint8_t *) text, .n = n }))
                return json_value_fail(value,
                                "expected a string of at most %zu bytes, without control characters",
                                size - 1);
        memcpy(ret, text, n + 1);
        return 0;
}

int json_value_boolean(const JsonValue *value, bool *ret) {
        if (!json_is_boolean(value->json))
                return json_value_fail(value, "expected true or false");
        *ret = json_is_true(value->json);
        return 0;
}
