/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/option-value.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"

typedef struct Part {
        const char *text;
        size_t n;      /* of "key=value" */
        size_t n_key;  /* with sign; 0: the implied key */
        bool assigned; /* "=" follows the key */
} Part;

/* In values ",," is a comma. */
static bool next_part(const char **text, bool first, const char *implied, Part *ret) {
        const char *start = *text, *end = start;

        if (!*start)
                return false;
        while (*end && (*end != ',' || end[1] == ','))
                end += *end == ',' ? 2 : 1;
        *ret = (Part){ .text = start, .n = (size_t) (end - start) };
        ret->n_key = strcspn(start, "=,");
        if (ret->n_key > ret->n)
                ret->n_key = ret->n;
        ret->assigned = start[ret->n_key] == '=' && ret->n_key < ret->n;
        if (first && implied && !ret->assigned)
                ret->n_key = 0;
        *text = *end ? end + 1 : end;
        return true;
}

static char dashed(char c) {
        return c == '_' ? '-' : c;
}

static bool has_key(const Part *part, const char *implied, const char *key) {
        const char *name = part->text;
        size_t n = part->n_key;

        if (n == 0)
                return implied && strcmp(implied, key) == 0;
        if (!part->assigned && (*name == '+' || *name == '-')) {
                name++;
                n--;
        }
        if (strlen(key) != n)
                return false;
        for (size_t i = 0; i < n; i++)
                if (dashed(name[i]) != dashed(key[i]))
                        return false;
        return true;
}

static char *part_value(const Part *part) {
        char *value, *to;

        if (part->n_key > 0 && !part->assigned)
                return strdup(*part->text == '-' ? "off" : "on");
        value = part->n_key > 0 ? strndup(part->text + part->n_key + 1, part->n - part->n_key - 1)
                                : strndup(part->text, part->n);
        to = value;
        for (const char *from = value; from && *from; from++) {
                *to++ = *from;
                from += *from == ',' && from[1] == ',';
        }
        if (to)
                *to = 0;
        return value;
}

static json_t *parse_json(const char *text) {
        return *text == '{' ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
}

static char *json_get(json_t *object, const char *key) {
        const json_t *value = json_object_get(object, key);
        char number[32];

        if (json_is_string(value))
                return strdup(json_string_value(value));
        if (json_is_boolean(value))
                return strdup(json_is_true(value) ? "on" : "off");
        if (!json_is_integer(value))
                return NULL;
        snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        return strdup(number);
}

char *option_get(const char *text, const char *implied, const char *key) {
        json_t *object = parse_json(text);
        char *value = NULL;
        Part part;

        if (object) {
                value = json_get(object, key);
                json_decref(object);
                return value;
        }
        for (bool first = true; next_part(&text, first, implied, &part); first = false)
                if (has_key(&part, implied, key)) {
                        free(value);
                        value = part_value(&part);
                }
        return value;
}

/* Numbers and switches keep their JSON type. */
static json_t *json_scalar(const char *value) {
        char *end;
        long long number = strtoll(value, &end, 10);

        if (*value && !*end)
                return json_integer(number);
        if (strcmp(value, "on") == 0 || strcmp(value, "off") == 0)
                return json_boolean(strcmp(value, "on") == 0);
        return json_string(value);
}

static char *json_set(json_t *object, const char *key, const char *value) {
        const json_t *old = json_object_get(object, key);
        char *text;

        json_object_set_new(object, key, json_is_string(old) ? json_string(value) : json_scalar(value));
        text = json_dumps(object, JSON_COMPACT);
        json_decref(object);
        return text;
}

static void put_value(FILE *file, const char *value) {
        for (; *value; value++) {
                if (*value == ',')
                        fputc(',', file);
                fputc(*value, file);
        }
}

static void put_parts(
                FILE *file, const char *text, const char *implied, const char *key, const char *value) {
        bool done = false, any = false;
        Part part;

        for (bool first = true; next_part(&text, first, implied, &part); first = false) {
                bool its = has_key(&part, implied, key);

                if (its && done)
                        continue;
                if (any)
                        fputc(',', file);
                any = true;
                if (!its) {
                        fwrite(part.text, 1, part.n, file);
                        continue;
                }
                if (part.assigned)
                        fwrite(part.text, 1, part.n_key + 1, file);
                else if (part.n_key > 0)
                        fprintf(file, "%s=", key);
                put_value(file, value);
                done = true;
        }
        if (done)
                return;
        fprintf(file, "%s%s=", any ? "," : "", key);
        put_value(file, value);
}

char *option_set(const char *text, const char *implied, const char *key, const char *value) {
        json_t *object = parse_json(text);
        char *changed = NULL;
        size_t n;
        FILE *file;

        if (object)
                return json_set(object, key, value);
        file = open_memstream(&changed, &n);
        if (!file)
                return NULL;
        put_parts(file, text, implied, key, value);
        if (fclose(file) == 0)
                return changed;
        free(changed);
        return NULL;
}
