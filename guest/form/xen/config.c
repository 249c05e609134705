/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/xen/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"

typedef struct Parser {
        XlScanner scanner;
        XlToken token; /* the next one */
        XlConfig *config;
        VmError *error;
        size_t n_values;
        size_t allocated;
} Parser;

static void value_done(XlValue *value) {
        for (size_t i = 0; i < value->n; i++)
                value_done(&value->items[i]);
        free(value->items);
        free(value->text);
        *value = (XlValue){};
}

void xl_config_done(XlConfig *config) {
        for (size_t i = 0; i < config->n; i++) {
                free(config->settings[i].name);
                value_done(&config->settings[i].value);
        }
        free(config->settings);
        config->settings = NULL;
        config->n = 0;
}

const XlSetting *xl_config_get(const XlConfig *config, const char *name) {
        for (size_t i = config->n; i > 0; i--)
                if (strcmp(config->settings[i - 1].name, name) == 0)
                        return &config->settings[i - 1];
        return NULL;
}

static int next(Parser *parser) {
        free(TAKE_PTR(parser->token.text));
        return xl_scan(&parser->scanner, &parser->token, parser->error);
}

static bool is_sign(const Parser *parser, char sign) {
        return parser->token.kind == XL_SIGN && parser->token.sign == sign;
}

static int unexpected(Parser *parser, const char *wanted) {
        const XlToken *token = &parser->token;
        char sign[] = { token->sign, 0 };

        if (token->kind == XL_END)
                return vm_error(parser->error, token->line, "expected %s, not the end of the file", wanted);
        if (token->kind == XL_NEWLINE)
                return vm_error(parser->error, token->line, "expected %s, not the end of the line", wanted);
        return vm_error(parser->error, token->line, "expected %s, not '%.60s'", wanted,
                        token->kind == XL_ADD                    ? "+="
                                        : token->kind == XL_SIGN ? sign
                                                                 : token->text);
}

/* ── values ────────────────────────────────────────────────────────────────────────────────────────────── */

static int skip_newlines(Parser *parser) {
        int r = 0;

        while (r >= 0 && parser->token.kind == XL_NEWLINE)
                r = next(parser);
        return r;
}

static int parse_value(Parser *parser, unsigned depth, XlValue *ret);

static int parse_item(Parser *parser, unsigned depth, XlValue *list) {
        XlValue *items;
        int r;

        if (++parser->n_values > XL_VALUES_MAX)
                return vm_error(parser->error, parser->token.line, "expected at most %d values in lists",
                                XL_VALUES_MAX);
        items = realloc(list->items, (list->n + 1) * sizeof(*items));
        if (!items)
                return -ENOMEM;
        list->items = items;
        items[list->n] = (XlValue){};
        r = parse_value(parser, depth + 1, &items[list->n++]);
        if (r >= 0)
                r = next(parser);
        return r < 0 ? r : skip_newlines(parser);
}

/* Up to its "]", which is not passed. */
static int parse_list(Parser *parser, unsigned depth, XlValue *ret) {
        int r;

        if (depth > XL_DEPTH_MAX)
                return vm_error(parser->error, parser->token.line, "expected at most %d lists in lists",
                                XL_DEPTH_MAX);
        ret->is_list = true;
        r = next(parser);
        if (r >= 0)
                r = skip_newlines(parser);
        while (r >= 0 && !is_sign(parser, ']')) {
                r = parse_item(parser, depth, ret);
                if (r < 0 || is_sign(parser, ']'))
                        return r;
                if (!is_sign(parser, ','))
                        return unexpected(parser, "',' or ']'");
                r = next(parser);
                if (r >= 0)
                        r = skip_newlines(parser);
        }
        return r;
}

/* The value's last token is not passed: libxlutil stores a setting before it reads on. */
static int parse_value(Parser *parser, unsigned depth, XlValue *ret) {
        ret->line = parser->token.line;
        if (is_sign(parser, '['))
                return parse_list(parser, depth, ret);
        if (parser->token.kind == XL_NAME)
                return vm_error(parser->error, parser->token.line,
                                "expected a string in quotes, a number or a list, not '%.60s'",
                                parser->token.text);
        if (parser->token.kind != XL_STRING && parser->token.kind != XL_NUMBER)
                return unexpected(parser, "a string in quotes, a number or a list");
        ret->quoted = parser->token.kind == XL_STRING;
        ret->text = TAKE_PTR(parser->token.text);
        return 0;
}

/* ── settings ──────────────────────────────────────────────────────────────────────────────────────────── */

static int join_texts(XlValue *before, XlValue *value) {
        size_t n = strlen(before->text), m = strlen(value->text);
        char *text = malloc(n + m + 1);

        if (!text)
                return -ENOMEM;
        memcpy(text, before->text, n);
        memcpy(text + n, value->text, m + 1);
        free(value->text);
        value->text = text;
        return 0;
}

/* Moves the values of the earlier list, as libxlutil does: no other setting sees it. */
static int join_lists(XlValue *before, XlValue *value) {
        XlValue *items = realloc(value->items, (before->n + value->n + 1) * sizeof(*items));

        if (!items)
                return -ENOMEM;
        memmove(items + before->n, items, value->n * sizeof(*items));
        if (before->n > 0)
                memcpy(items, before->items, before->n * sizeof(*items));
        value->items = items;
        value->n += before->n;
        before->n = 0;
        return 0;
}

/* NAME += VALUE */
static int add_before(Parser *parser, const char *name, XlValue *value) {
        XlValue *before;
        const XlSetting *found = xl_config_get(parser->config, name);

        if (!found)
                return 0;
        before = &parser->config->settings[found - parser->config->settings].value;
        if (before->is_list != value->is_list)
                return vm_error(parser->error, parser->scanner.line, "%s +=: %s cannot be added to %s", name,
                                value->is_list ? "a list" : "a string",
                                before->is_list ? "a list" : "a string");
        return value->is_list ? join_lists(before, value) : join_texts(before, value);
}

static int store(Parser *parser, XlSetting *setting) {
        XlConfig *config = parser->config;
        int r = setting->added ? add_before(parser, setting->name, &setting->value) : 0;

        if (r < 0)
                return r;
        if (config->n == XL_SETTINGS_MAX)
                return vm_error(parser->error, setting->line, "expected at most %d settings",
                                XL_SETTINGS_MAX);
        if (config->n == parser->allocated) {
                size_t n = parser->allocated ? 2 * parser->allocated : 32;
                XlSetting *settings = realloc(config->settings, n * sizeof(*settings));

                if (!settings)
                        return -ENOMEM;
                config->settings = settings;
                parser->allocated = n;
        }
        config->settings[config->n++] = *setting;
        *setting = (XlSetting){};
        return 0;
}

static int parse_assignment(Parser *parser, XlSetting *setting) {
        int r;

        setting->name = TAKE_PTR(parser->token.text);
        r = next(parser);
        if (r < 0)
                return r;
        if (!is_sign(parser, '=') && parser->token.kind != XL_ADD)
                return unexpected(parser, "'=' after the name");
        setting->added = parser->token.kind == XL_ADD;
        r = next(parser);
        if (r < 0)
                return r;
        setting->line = parser->token.line;
        r = parse_value(parser, 1, &setting->value);
        if (r >= 0)
                r = store(parser, setting);
        if (r >= 0)
                r = next(parser);
        if (r < 0)
                return r;
        if (parser->token.kind != XL_NEWLINE && parser->token.kind != XL_END && !is_sign(parser, ';'))
                return unexpected(parser, "the end of the line or ';' after the value");
        return 0;
}

static int parse_settings(Parser *parser) {
        int r = next(parser);

        while (r >= 0 && parser->token.kind != XL_END) {
                XlSetting setting = {};

                if (parser->token.kind == XL_NAME) {
                        r = parse_assignment(parser, &setting);
                        free(setting.name);
                        value_done(&setting.value);
                } else if (parser->token.kind == XL_NEWLINE || is_sign(parser, ';'))
                        r = next(parser);
                else
                        r = unexpected(parser, "the name of a setting");
        }
        return r;
}

int xl_config_parse(const char *text, size_t n, XlConfig *ret, VmError *reterr) {
        Parser parser = { .scanner = { .text = text, .n = n, .line = 1 }, .config = ret, .error = reterr };
        int r;

        *ret = (XlConfig){};
        if (n > XL_TEXT_MAX)
                return vm_error(reterr, 0, "expected at most 1 MiB");
        r = parse_settings(&parser);
        free(parser.token.text);
        ret->python = r < 0 && parser.scanner.python;
        return r;
}
