/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* An XML element as JSON: [name, {attribute: value}, child or text...]. What GuestForm keeps, and remedies change. Without
 * memory json functions fail, and so does the rendering at the end. */

#include <inttypes.h>
#include <jansson.h>

/* The first child of that name; NULL: none. Borrowed. */
json_t *xml_element_child(const json_t *parent, const char *name);

/* The first child of that name, added when there is none. Borrowed. */
json_t *xml_element_open(json_t *parent, const char *name);

/* A new element without anything in it. */
json_t *xml_element_new(const char *name);

/* Takes over the child, or text. */
void xml_element_append(json_t *parent, json_t *child);

const char *xml_element_name(const json_t *element);
const char *xml_element_get(const json_t *element, const char *attribute); /* NULL: not there */

void xml_element_set(json_t *element, const char *attribute, const char *format, ...)
                __attribute__((format(printf, 3, 4)));
void xml_element_unset(json_t *element, const char *attribute);

/* In place of all its text. */
void xml_element_set_text(json_t *element, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Makes it a comment, which stands where nothing is to be. The text has no "--". */
void xml_element_comment(json_t *element, const char *text);

/* Printable ASCII, two blanks a level, lines without an end behind the last. NULL: out of memory. Owned by the caller. */
char *xml_element_render(const json_t *element);
