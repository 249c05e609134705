/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/document/json-parse.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

#include <string.h>

#include "profile/document/read-value.h"

static int fail(JsonError *ret, unsigned line, unsigned column, const char *text) {
        *ret = (JsonError){ .line = line, .column = column };
        snprintf(ret->text, sizeof(ret->text), "%s", text);
        return -EINVAL;
}

/* Position of a scan. It knows strings and brackets only; the parser reports errors. */
typedef struct Scan {
        unsigned line, column; /* of the current character */
        bool string, escaped;  /* inside a string; after its backslash */
        size_t depth, values;
} Scan;

static void scan_place(Scan *scan, char c) {
        if (c == '\n') {
                scan->line++;
                scan->column = 0;
        } else if (((unsigned char) c & 0xc0) != 0x80)
                scan->column++;
}

static void scan_string(Scan *scan, char c) {
        if (scan->escaped)
                scan->escaped = false;
        else if (c == '\\')
                scan->escaped = true;
        else if (c == '"')
                scan->string = false;
}

static void scan_structure(Scan *scan, char c) {
        switch (c) {
        case '"':
                scan->string = true;
                break;
        case '{':
        case '[':
                scan->depth++;
                scan->values++;
                break;
        case '}':
        case ']':
                scan->depth -= scan->depth > 0;
                break;
        case ',':
                scan->values++;
                break;
        default:
                break;
        }
}

/* Runs before parsing: brackets and commas show how much memory it needs. */
static int check_bounds(const char *text, size_t n, JsonError *reterr) {
        Scan scan = { .line = 1 };

        for (size_t i = 0; i < n; i++) {
                scan_place(&scan, text[i]);
                if (scan.string)
                        scan_string(&scan, text[i]);
                else
                        scan_structure(&scan, text[i]);
                if (scan.depth > PROFILE_JSON_DEPTH_MAX)
                        return fail(reterr, scan.line, scan.column, "expected at most 16 levels of nesting");
                if (scan.values > PROFILE_JSON_VALUES_MAX)
                        return fail(reterr, scan.line, scan.column, "expected at most 8388608 values");
        }
        return 0;
}

/* Own messages: the parser's quote the text, which is untrusted. */
static const char *parser_text(const json_error_t *error) {
        switch (json_error_code(error)) {
        case json_error_invalid_utf8:
                return "expected valid UTF-8";
        case json_error_premature_end_of_input:
                return "expected more: the text ends inside the document";
        case json_error_end_of_input_expected:
                return "expected nothing after the document";
        case json_error_duplicate_key:
                return "expected a member of this name only once";
        case json_error_numeric_overflow:
                return "expected a number of at most 64 bits";
        case json_error_null_character:
        case json_error_null_byte_in_key:
                return "expected a string without NUL";
        default:
                return "expected JSON";
        }
}

int json_text_parse(const char *text, size_t n, json_t **ret, JsonError *reterr) {
        json_error_t error;
        json_t *document;
        int r;

        if (n > PROFILE_JSON_MAX)
                return fail(reterr, 0, 0, "expected at most 64 MiB");
        r = check_bounds(text, n, reterr);
        if (r < 0)
                return r;
        document = json_loadb(text, n, JSON_REJECT_DUPLICATES, &error);
        /* jansson reports a message for invalid text; out of memory it usually has none. */
        if (!document && !*error.text)
                return -ENOMEM;
        if (!document)
                return fail(reterr, error.line > 0 ? (unsigned) error.line : 0,
                                error.column > 0 ? (unsigned) error.column : 0, parser_text(&error));
        *ret = document;
        return 0;
}

static int check_schema(const json_t *document, JsonError *reterr) {
        JsonReader reader = { .error = reterr };
        const JsonValue top = { .json = document, .reader = &reader };
        JsonValue schema;
        int r = json_value_member(&top, "schema", &schema);

        if (r >= 0 &&
                        (!json_is_string(schema.json) ||
                                        strcmp(json_string_value(schema.json), PROFILE_SCHEMA) != 0))
                return json_value_fail(&schema, "expected \"%s\"", PROFILE_SCHEMA);
        return r;
}

int profile_json_parse(const char *text, size_t n, json_t **ret, JsonError *reterr) {
        json_t *document;
        int r = json_text_parse(text, n, &document, reterr);

        if (r < 0)
                return r;
        r = check_schema(document, reterr);
        if (r < 0) {
                json_decref(document);
                return r;
        }
        *ret = document;
        return 0;
}
