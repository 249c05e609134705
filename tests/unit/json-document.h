/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A document under test: places in it by path ("groups[0].iovaBits"), as the reader's errors name them. */

#include <jansson.h>
#include <stdbool.h>

#include "profile/field/json-read.h"

/* From a file; NULL when it is not there or no JSON. */
json_t *json_document_load(const char *path);

/* Puts a value (its reference is taken; NULL removes a member) at a path that exists but for its last member. False
 * when there is no such place. */
bool json_document_set(json_t *document, const char *path, json_t *value);

/* Calls `visit` for each value below the document, parents first, with its path. */
typedef void (*JsonVisit)(const char *path, const json_t *value, void *userdata);
void json_document_walk(const json_t *document, JsonVisit visit, void *userdata);

/* Reads a copy with the value at path replaced (removed when NULL; its reference is taken). The error's text when it was
 * refused, "" when not. Fails the test when there is no such place, or when a refusal leaves something behind. */
const char *json_document_read_changed(
                const json_t *document, const char *path, json_t *value, JsonError *reterr);
