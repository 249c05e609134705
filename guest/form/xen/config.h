/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The syntax of xl.cfg(5): assignments of strings, numbers and lists. Accepts what libxlutil accepts
 * (tools/libs/util/libxlu_cfg_l.l and _y.y, the same from Xen 4.14 to 4.22), so that a file means here what it
 * means on a host with xl. tests/oracle compares both. */

#include "guest/form/words/vm.h"

#define XL_TEXT_MAX ((size_t) 1 << 20)
#define XL_SETTINGS_MAX 4096
#define XL_VALUES_MAX 65536 /* in all lists together */
#define XL_DEPTH_MAX 16     /* of lists in lists */

typedef struct XlValue XlValue;

struct XlValue {
        bool is_list;
        bool quoted; /* written as a string */
        char *text;  /* owned; of a string or number, without quotes; NULL: a list */
        size_t n;
        XlValue *items; /* owned; of a list */
        unsigned line;
};

typedef struct XlSetting {
        char *name; /* owned */
        XlValue value;
        bool added;    /* by +=; numbers are not accepted then */
        unsigned line; /* of the value */
} XlSetting;

typedef struct XlConfig {
        size_t n;
        XlSetting *settings; /* owned; in the order of the file */
        bool python;         /* after an error: the text looks like the Python code of old versions */
} XlConfig;

void xl_config_done(XlConfig *config);

/* -EINVAL with *reterr and its line, -ENOMEM. The caller releases *ret on errors, too. */
int xl_config_parse(const char *text, size_t n, XlConfig *ret, VmError *reterr);

/* The last assignment of that name, which replaces earlier ones; NULL: none. */
const XlSetting *xl_config_get(const XlConfig *config, const char *name);

/* The value in the syntax of a file, in one line. NULL: out of memory. The caller frees it. */
char *xl_value_text(const XlValue *value);

/* ── one token ─────────────────────────────────────────────────────────────────────────────────────────── */

typedef enum XlTokenKind {
        XL_END = 0,
        XL_NAME,
        XL_NUMBER,
        XL_STRING,
        XL_NEWLINE,
        XL_ADD,  /* += */
        XL_SIGN, /* one of , [ ] = ; in `sign` */
} XlTokenKind;

typedef struct XlToken {
        XlTokenKind kind;
        char sign;
        char *text; /* owned; of a name, number or string */
        unsigned line;
} XlToken;

typedef struct XlScanner {
        const char *text;
        size_t n, at;
        unsigned line;
        bool python;
} XlScanner;

/* -EINVAL, -ENOMEM. */
int xl_scan(XlScanner *scanner, XlToken *ret, VmError *reterr);
