/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/words/key-values.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"
#include "profile/document/json-parse.h"

void key_values_done(KeyValues *values) {
        for (size_t i = 0; i < values->n; i++) {
                free(values->items[i].key);
                free(values->items[i].value);
        }
        free(values->items);
        *values = (KeyValues){};
}

static int add(KeyValues *values, char *key, char *value) {
        KeyValue *grown = NULL;

        if (key && value && values->n < KEY_VALUES_MAX)
                grown = reallocarray(values->items, values->n + 1, sizeof(KeyValue));
        if (!grown) {
                free(key);
                free(value);
                return values->n < KEY_VALUES_MAX ? -ENOMEM : -EINVAL;
        }
        values->items = grown;
        grown[values->n++] = (KeyValue){ .key = key, .value = value };
        return 0;
}

int key_values_add(KeyValues *values, const char *key, const char *value) {
        return add(values, strdup(key), strdup(value));
}

/* Reads up to a single comma and advances *text past it. */
static char *take_value(const char **text) {
        const char *end = *text;
        char *value, *out;

        while (*end && !(*end == ',' && end[1] != ','))
                end += *end == ',' ? 2 : 1;
        value = out = malloc((size_t) (end - *text) + 1);
        if (!value)
                return NULL;
        for (const char *c = *text; c < end; c++) {
                c += *c == ',';
                *out++ = *c;
        }
        *out = 0;
        *text = *end ? end + 1 : end;
        return value;
}

static int parse_text(const char *text, const char *implied, KeyValues *ret) {
        while (*text) {
                size_t n = strcspn(text, "=,");
                bool bare = false;
                char *key, *value;
                int r;

                if (text[n] == '=' && n > 0) {
                        key = strndup(text, n);
                        text += n + 1;
                        value = take_value(&text);
                } else if (ret->n == 0 && implied && text[n] != '=') {
                        key = strdup(implied);
                        value = take_value(&text);
                } else if (n > 0) {
                        key = strndup(text, n);
                        value = strdup("on");
                        bare = true;
                        text += n + (text[n] == ',');
                } else
                        return -EINVAL;
                r = add(ret, key, value);
                if (r < 0)
                        return r;
                ret->items[ret->n - 1].bare = bare;
        }
        return 0;
}

/* ── JSON ──────────────────────────────────────────────────────────────────────────────────────────────── */

static char *scalar_text(const json_t *json) {
        char number[32];

        if (json_is_string(json))
                return strdup(json_string_value(json));
        if (json_is_boolean(json))
                return strdup(json_is_true(json) ? "on" : "off");
        if (json_is_integer(json))
                snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT, json_integer_value(json));
        else if (json_is_real(json))
                snprintf(number, sizeof(number), "%g", json_real_value(json));
        else
                return strdup("");
        return strdup(number);
}

static int flatten(KeyValues *values, const char *prefix, json_t *json);

static int flatten_member(KeyValues *values, const char *prefix, const char *key, json_t *json) {
        _cleanup_free_ char *path = NULL;
        int r;

        if (asprintf(&path, "%s%s%s", prefix, *prefix ? "." : "", key) < 0) {
                path = NULL;
                return -ENOMEM;
        }
        if (json_is_object(json) || json_is_array(json))
                r = flatten(values, path, json);
        else
                r = add(values, strdup(path), scalar_text(json));
        return r;
}

/* The parser limits the depth. */
static int flatten(KeyValues *values, const char *prefix, json_t *json) {
        const char *key;
        json_t *element;
        size_t i;
        int r;

        if (json_is_object(json)) {
                json_object_foreach(json, key, element) {
                        r = flatten_member(values, prefix, key, element);
                        if (r < 0)
                                return r;
                }
                return 0;
        }
        json_array_foreach(json, i, element) {
                char index[24];

                snprintf(index, sizeof(index), "%zu", i);
                r = flatten_member(values, prefix, index, element);
                if (r < 0)
                        return r;
        }
        return 0;
}

int key_values_add_json(KeyValues *values, json_t *json) {
        return flatten(values, "", json);
}

/* QEMU accepts strings in single quotes, which are not JSON. */
static char *with_double_quotes(const char *text) {
        char *copy = malloc(2 * strlen(text) + 1), *out = copy, quote = 0;

        for (; copy && *text; text++) {
                if (*text == '\\' && text[1]) {
                        /* A single quote needs no backslash within double quotes. */
                        if (text[1] != '\'')
                                *out++ = '\\';
                        *out++ = *++text;
                        continue;
                }
                if (quote == '\'' && *text == '"')
                        *out++ = '\\';
                else if (!quote && (*text == '"' || *text == '\''))
                        quote = *text;
                else if (*text == quote)
                        quote = 0;
                *out++ = *text == '\'' && (quote != '"') ? '"' : *text;
        }
        if (copy)
                *out = 0;
        return copy;
}

int key_values_parse(const char *text, const char *implied, KeyValues *ret) {
        _cleanup_free_ char *copy = NULL;
        JsonError error;
        json_t *json;
        int r;

        if (*text != '{')
                return parse_text(text, implied, ret);
        ret->json = true;
        copy = with_double_quotes(text);
        if (!copy)
                return -ENOMEM;
        r = json_text_parse(copy, strlen(copy), &json, &error);
        if (r < 0)
                return r;
        r = flatten(ret, "", json);
        json_decref(json);
        return r;
}

const char *key_values_get(const KeyValues *values, const char *key) {
        for (size_t i = values->n; i-- > 0;)
                if (strcmp(values->items[i].key, key) == 0)
                        return values->items[i].value;
        return NULL;
}
