/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/show/difference-text.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/show/safe-text.h"
#include "probe/cleanup.h"
#include "profile/document/member.h"

#define ELEMENTS_MAX 6
#define MEMBERS_MAX 16

/* Depth to which parts of a value are formatted; deeper ones are plain JSON, shortened. */
#define DEPTH_MAX 2

static void put_value(FILE *f, const json_t *value, int depth);
static void put_array(FILE *f, const json_t *array, const json_t *other, int depth);

static void put_string(FILE *f, const char *text) {
        _cleanup_free_ char *line = safe_short_line(text);

        fputs(line ? line : "", f);
}

/* Values without a format; blanks allow line breaks. */
static void put_json(FILE *f, const json_t *value) {
        _cleanup_free_ char *text = json_dumps(value, JSON_ENCODE_ANY);

        put_string(f, text ? text : "");
}

static bool put_member(FILE *f, const json_t *object, const char *name, const char *prefix) {
        const char *text = json_string_value(json_object_get(object, name));

        if (!text)
                return false;
        fputs(prefix, f);
        put_string(f, text);
        return true;
}

static void put_fact(FILE *f, const json_t *fact, int depth) {
        const json_t *value = json_object_get(fact, "value");

        if (!json_is_null(value)) {
                put_value(f, value, depth + 1);
                return;
        }
        fputs("unknown (", f);
        put_string(f, member_reason(fact));
        fputc(')', f);
}

/* Of a large object, such as a firmware table, the plain members, and how many elements its lists have. */
static void put_members(FILE *f, const json_t *object, int depth) {
        const char *key;
        unsigned n = 0;
        json_t *value;

        json_object_foreach((json_t *) object, key, value) {
                bool empty = json_is_array(value) && json_array_size(value) == 0;

                if (json_is_null(value) || empty || (json_is_object(value) && depth >= DEPTH_MAX))
                        continue;
                if (n++ >= MEMBERS_MAX)
                        continue;
                fputs(n > 1 ? ", " : "", f);
                put_string(f, key);
                fputc(' ', f);
                if (json_is_array(value))
                        fprintf(f, "(%zu)", json_array_size(value));
                else
                        put_value(f, value, depth + 1);
        }
        fputs(n > MEMBERS_MAX ? ", ..." : n == 0 ? "none" : "", f);
}

/* A range, or what identifies the element. */
static void put_object(FILE *f, const json_t *object, int depth) {
        if (json_object_get(object, "start") && json_object_get(object, "end")) {
                put_member(f, object, "start", "");
                put_member(f, object, "end", "-");
                put_member(f, object, "type", " ");
        } else if (json_is_array(json_object_get(object, "devices")))
                put_array(f, json_object_get(object, "devices"), NULL, depth + 1);
        else if (put_member(f, object, "vendorId", ""))
                put_member(f, object, "deviceId", ":");
        else if (!put_member(f, object, "summary", "") && !put_member(f, object, "kind", ""))
                put_members(f, object, depth);
}

static json_t *element_set(const json_t *array) {
        json_t *set = json_object();
        const json_t *element;
        size_t i;

        json_array_foreach(array, i, element) {
                _cleanup_free_ char *text =
                                json_dumps(element, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);

                if (text)
                        json_object_set_new(set, text, json_true());
        }
        return set;
}

static bool in_set(const json_t *set, const json_t *element) {
        _cleanup_free_ char *text = json_dumps(element, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);

        return text && json_object_get(set, text);
}

/* Long lists differ in few elements: common ones are replaced by "...". */
static void put_array(FILE *f, const json_t *array, const json_t *other, int depth) {
        json_t *set = element_set(other);
        size_t i, n = 0, same = 0;
        const json_t *element;

        json_array_foreach(array, i, element) {
                if (other && in_set(set, element)) {
                        same++;
                        continue;
                }
                if (n++ >= ELEMENTS_MAX)
                        continue;
                fputs(n > 1 ? ", " : "", f);
                put_value(f, element, depth + 1);
        }
        json_decref(set);
        if (n > ELEMENTS_MAX)
                fprintf(f, " and %zu more", n - ELEMENTS_MAX);
        if (same > 0)
                fputs(n > 0 ? ", ..." : "...", f);
        else if (n == 0)
                fputs("none", f);
}

static void put_value(FILE *f, const json_t *value, int depth) {
        bool deep = depth > DEPTH_MAX;

        if (member_is_fact(value) && !deep)
                put_fact(f, value, depth);
        else if (json_is_object(value) && !deep)
                put_object(f, value, depth);
        else if (json_is_string(value))
                put_string(f, json_string_value(value));
        else if (json_is_boolean(value))
                fputs(json_is_true(value) ? "yes" : "no", f);
        else if (json_is_null(value))
                fputs("none", f);
        else
                put_json(f, value);
}

char *difference_text(const json_t *value, const json_t *other) {
        _cleanup_free_ char *text = NULL;
        size_t size;
        FILE *f = open_memstream(&text, &size);

        if (!f)
                return NULL;
        if (json_is_array(value))
                put_array(f, value, other, 0);
        else
                put_value(f, value, 0);
        return fclose(f) == 0 ? TAKE_PTR(text) : NULL;
}
