/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/show/json-text.h"

#include <stdbool.h>
#include <stdio.h>

#define STEP 2

static bool is_scalar(const json_t *value) {
        return !json_is_object(value) && !json_is_array(value);
}

static void print_scalar(const json_t *value) {
        switch (json_typeof(value)) {
        case JSON_STRING:
                fputs(json_string_value(value), stdout);
                break;
        case JSON_INTEGER:
                printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
                break;
        case JSON_TRUE:
                fputs("yes", stdout);
                break;
        case JSON_FALSE:
                fputs("no", stdout);
                break;
        default:
                fputs("none", stdout);
                break;
        }
}

/* Lists of numbers, and lists of these, stay on one line. */
static bool is_flat(const json_t *array) {
        const json_t *element;
        size_t i;

        json_array_foreach(array, i, element) if (json_is_object(element) ||
                        (json_is_array(element) && !is_flat(element))) return false;
        return true;
}

static void print_flat(const json_t *array) {
        const json_t *element;
        size_t i;

        json_array_foreach(array, i, element) {
                if (i > 0)
                        putchar(' ');
                if (is_scalar(element))
                        print_scalar(element);
                else {
                        putchar('(');
                        print_flat(element);
                        putchar(')');
                }
        }
        if (json_array_size(array) == 0)
                fputs("none", stdout);
}

static void print_object(const json_t *object, int indent, bool first_inline);

static void print_member(const char *key, const json_t *value, int indent) {
        const json_t *element;
        size_t i;

        printf("%s:", key);
        if (is_scalar(value) || (json_is_array(value) && is_flat(value))) {
                putchar(' ');
                if (is_scalar(value))
                        print_scalar(value);
                else
                        print_flat(value);
                putchar('\n');
                return;
        }
        putchar('\n');
        if (json_is_object(value)) {
                print_object(value, indent + STEP, false);
                return;
        }
        json_array_foreach(value, i, element) {
                printf("%*s- ", indent + STEP, "");
                print_object(element, indent + 2 * STEP, true);
        }
}

static void print_object(const json_t *object, int indent, bool first_inline) {
        const char *key;
        json_t *value;

        json_object_foreach((json_t *) object, key, value) {
                if (!first_inline)
                        printf("%*s", indent, "");
                first_inline = false;
                print_member(key, value, indent);
        }
}

void json_text_print(const json_t *value) {
        print_object(value, 0, false);
}
