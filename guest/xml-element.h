/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* An XML element as JSON: [name, {attribute: value}, child or text...]. GuestForm stores these, remedies
 * change them. If out of memory, json functions fail, and then the rendering. */

#include <inttypes.h>
#include <jansson.h>

/* First child with that name; NULL: none. Borrowed. */
json_t *xml_element_child(const json_t *parent, const char *name);

/* Same, but adds the child if not found. Borrowed. */
json_t *xml_element_open(json_t *parent, const char *name);

/* A new, empty element. */
json_t *xml_element_new(const char *name);

/* Takes ownership of `child`. */
void xml_element_append(json_t *parent, json_t *child);

const char *xml_element_name(const json_t *element);
const char *xml_element_get(const json_t *element, const char *attribute); /* NULL: not found */

void xml_element_set(json_t *element, const char *attribute, const char *format, ...)
                __attribute__((format(printf, 3, 4)));
void xml_element_unset(json_t *element, const char *attribute);

/* Replaces all text. */
void xml_element_set_text(json_t *element, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Turns it into a comment, e.g. for a removal. `text` must not contain "--". */
void xml_element_comment(json_t *element, const char *text);

/* Printable ASCII, indented by two spaces a level, no newline at the end. NULL: out of memory. Owned by the
 * caller. */
char *xml_element_render(const json_t *element);
