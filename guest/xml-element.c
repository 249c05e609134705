/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/xml-element.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"

#define COMMENT "!--"

/* ── reading and changing ──────────────────────────────────────────────────────────────────────────────── */

const char *xml_element_name(const json_t *element) {
        const char *name = json_string_value(json_array_get(element, 0));

        return name ? name : "";
}

const char *xml_element_get(const json_t *element, const char *attribute) {
        return json_string_value(json_object_get(json_array_get(element, 1), attribute));
}

json_t *xml_element_child(const json_t *parent, const char *name) {
        for (size_t i = 2; i < json_array_size(parent); i++) {
                json_t *child = json_array_get(parent, i);

                if (json_is_array(child) && strcmp(xml_element_name(child), name) == 0)
                        return child;
        }
        return NULL;
}

json_t *xml_element_new(const char *name) {
        return json_pack("[s, {}]", name);
}

/* Out of memory: empties the incomplete element, so that rendering fails. */
static void hold(json_t *element, int r) {
        if (r < 0)
                json_array_clear(element);
}

void xml_element_append(json_t *parent, json_t *child) {
        hold(parent, json_array_append_new(parent, child));
}

json_t *xml_element_open(json_t *parent, const char *name) {
        json_t *child = xml_element_child(parent, name);

        if (child)
                return child;
        xml_element_append(parent, xml_element_new(name));
        return json_array_get(parent, json_array_size(parent) - 1);
}

void xml_element_set(json_t *element, const char *attribute, const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        hold(element,
                        json_object_set_new(json_array_get(element, 1), attribute,
                                        json_vsprintf(format, arguments)));
        va_end(arguments);
}

void xml_element_unset(json_t *element, const char *attribute) {
        json_object_del(json_array_get(element, 1), attribute);
}

void xml_element_set_text(json_t *element, const char *format, ...) {
        va_list arguments;

        for (size_t i = json_array_size(element); i-- > 2;)
                if (json_is_string(json_array_get(element, i)))
                        json_array_remove(element, i);
        va_start(arguments, format);
        xml_element_append(element, json_vsprintf(format, arguments));
        va_end(arguments);
}

void xml_element_comment(json_t *element, const char *text) {
        json_array_clear(element);
        xml_element_append(element, json_string(COMMENT));
        xml_element_append(element, json_object());
        xml_element_append(element, json_string(text));
}

/* ── writing ───────────────────────────────────────────────────────────────────────────────────────────── */

/* The code point at *text, in UTF-8 accepted by JSON libraries. */
static unsigned next_character(const unsigned char **text) {
        unsigned c = *(*text)++, more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;

        c &= more ? 0x3fu >> more : 0x7fu;
        for (; more > 0 && **text; more--)
                c = c << 6 | (*(*text)++ & 0x3fu);
        return c;
}

/* Characters that XML 1.0 cannot represent, not even as a number. Parsers reject the whole document. */
static bool is_allowed(unsigned c) {
        return c >= ' ' ? c != 0xfffe && c != 0xffff && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff)
                        : c == '\t' || c == '\n' || c == '\r';
}

/* Writes control characters, and those that attributes lose, as numbers. */
static void put_text(FILE *file, const char *string) {
        const unsigned char *text = (const unsigned char *) string;

        while (*text) {
                unsigned c = next_character(&text);

                if (!is_allowed(c))
                        fputs("&#65533;", file);
                else if (c < ' ' || c > '~' || strchr("<>&'\"", (int) c))
                        fprintf(file, "&#%u;", c);
                else
                        fputc((int) c, file);
        }
}

static void put_start(FILE *file, const json_t *element, bool empty) {
        json_t *attributes = json_array_get(element, 1), *value;
        const char *key;

        fprintf(file, "<%s", xml_element_name(element));
        json_object_foreach(attributes, key, value) {
                fprintf(file, " %s='", key);
                put_text(file, json_string_value(value));
                fputc('\'', file);
        }
        fputs(empty ? "/>" : ">", file);
}

static void put_element(FILE *file, const json_t *element, unsigned depth);

/* Children on separate lines, text on the element's line. */
static void put_children(FILE *file, const json_t *element, unsigned depth) {
        bool lines = false;

        for (size_t i = 2; i < json_array_size(element); i++) {
                const json_t *child = json_array_get(element, i);

                if (json_is_string(child)) {
                        put_text(file, json_string_value(child));
                        continue;
                }
                fprintf(file, "\n%*s", (int) (depth + 1) * 2, "");
                put_element(file, child, depth + 1);
                lines = true;
        }
        if (lines)
                fprintf(file, "\n%*s", (int) depth * 2, "");
}

static void put_element(FILE *file, const json_t *element, unsigned depth) {
        bool empty = json_array_size(element) <= 2;

        if (strcmp(xml_element_name(element), COMMENT) == 0) {
                fprintf(file, "<!-- %s -->", json_string_value(json_array_get(element, 2)));
                return;
        }
        put_start(file, element, empty);
        if (empty)
                return;
        put_children(file, element, depth);
        fprintf(file, "</%s>", xml_element_name(element));
}

static bool is_whole(const json_t *element) {
        if (!*xml_element_name(element) || !json_is_object(json_array_get(element, 1)))
                return false;
        for (size_t i = 2; i < json_array_size(element); i++)
                if (!json_is_string(json_array_get(element, i)) && !is_whole(json_array_get(element, i)))
                        return false;
        return true;
}

char *xml_element_render(const json_t *element) {
        char *text = NULL;
        size_t n;
        FILE *file = is_whole(element) ? open_memstream(&text, &n) : NULL;
        bool failed;

        if (!file)
                return NULL;
        put_element(file, element, 0);
        failed = ferror(file) != 0;
        if (fclose(file) == 0 && !failed)
                return text;
        free(text);
        return NULL;
}
