/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One table of fields for each kind of object: offset, kind and publishers of each member. JSON, its schema,
 * D-Bus, value files and comparisons use them; a publisher has one operation for each kind of field. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/fact.h"
#include "probe/words.h"

struct JsonValue;
struct Profile;
struct json_t;

typedef enum FieldKind {
        /* a Fact: in JSON {value, provenance, source, reason} */
        FIELD_NUMBER,   /* an integer from 0 to .max */
        FIELD_STATE,    /* true or false */
        FIELD_REGISTER, /* "0x…" */
        /* text */
        FIELD_STRING, /* char[] */
        FIELD_NAME,   /* char[], not empty */
        FIELD_TEXT,   /* char[]; null is "" */
        FIELD_LINE,   /* char *, owned; no control characters */
        FIELD_NAMES,  /* char **, owned, of .count: at most .max, none empty */
        FIELD_FIXED,  /* .fixed, no member of the struct */
        /* values */
        FIELD_WORD,    /* an enum or a bool, by .words; null if the word of 0 is empty */
        FIELD_REASON,  /* null is REASON_NONE */
        FIELD_STATE3,  /* Tristate; null is TRISTATE_UNKNOWN */
        FIELD_BOOLEAN, /* bool */
        FIELD_INTEGER, /* an integer type, .min to .max; null is .none with FIELD_OR_NONE */
        FIELD_HEX,     /* uint64_t: "0x…" */
        FIELD_DIGITS,  /* an unsigned type: "0x" and .max digits */
        FIELD_PCI,     /* PciAddress */
        FIELD_UNIT,    /* index into the profile's units: the unit's name; null is -1 */
        FIELD_GROUP,   /* index into the profile's groups: the group's number; null is -1 */
        /* members with members of their own: .table */
        FIELD_OBJECT, /* a struct, or a part of the members of this one */
        FIELD_LIST,   /* an array of .count elements of .size bytes: at most .max */
        FIELD_CUSTOM, /* .hook handles it */
        _FIELD_KIND_MAX,
} FieldKind;

enum {
        FIELD_LATER = 1 << 0, /* missing in documents of the first versions; not written if .when is false */
        FIELD_VOLATILE = 1 << 1,    /* not a capability of this host: in no fingerprint */
        FIELD_KEY = 1 << 2,         /* identifies elements of a list */
        FIELD_OR_NONE = 1 << 3,     /* FIELD_INTEGER: .none stands for null */
        FIELD_INLINE = 1 << 4,      /* FIELD_LIST: the array is in the struct, not owned */
        FIELD_OF_KVM = 1 << 5,      /* meaningless until KVM runs */
        FIELD_ALWAYS = 1 << 6,      /* written even if zero, see FieldTable.given */
        FIELD_CONST = 1 << 7,       /* on D-Bus, never changes */
        FIELD_EMITS = 1 << 8,       /* on D-Bus, with its value in PropertiesChanged */
        FIELD_INVALIDATES = 1 << 9, /* on D-Bus, with its name only in PropertiesChanged */
        FIELD_FILE = 1 << 10,       /* a value file of the daemon */
        FIELD_DIRECTORY = 1 << 11,  /* FIELD_OBJECT: its value files are in a directory of its name */
        FIELD_FLAT = 1 << 12,       /* FIELD_OBJECT: members' names on D-Bus omit its key */
        FIELD_REQUIRED = 1 << 13,   /* required even if others are optional, see FieldTable.given */
        FIELD_OF_ITSELF = 1 << 14,  /* .when asks for the value itself: it is read first */
        FIELD_BUS = FIELD_CONST | FIELD_EMITS | FIELD_INVALIDATES,
};

typedef struct Field Field;

typedef struct FieldTable {
        size_t n;
        const Field *fields;
        const char *text;   /* what this object is */
        const char *schema; /* JSON: more schema, or NULL */
        bool given; /* members are optional and not written if null or zero; unknown ones are rejected */
        /* Checks members after an object was read, also against the preceding element, or NULL. Returns 0,
         * or the result of json_value_fail(). */
        int (*check)(const struct JsonValue *value, void *object, const void *before);
} FieldTable;

/* Operations for values without a kind; NULL means the kind's operation. `value` is at .offset. */
typedef struct FieldHook {
        struct json_t *(*write)(const void *value); /* a new reference; NULL if out of memory */
        int (*read)(const struct JsonValue *json, void *value);
        bool (*equal)(const void *a, const void *b);
        const char *schema; /* JSON */
} FieldHook;

struct Field {
        const char *key;
        FieldKind kind;
        unsigned flags;
        size_t offset, size;
        uint64_t min, max; /* .max 0: the limit of the type and of JSON libraries */
        int64_t none;
        size_t count, count_size;         /* of lists: offset and size of the length */
        size_t present;                   /* if not 0: a bool; if false the value is null */
        bool (*when)(const void *object); /* if not NULL and false: the value is null */
        const char *reason_of;            /* FIELD_REASON: key of the member that it explains on D-Bus */
        const char *fixed;
        const Words *words;
        const FieldTable *table;
        const FieldTable *rows; /* FIELD_LIST: one element per member of it on D-Bus, by key */
        const FieldHook *hook;
        const char *text; /* description in one sentence */
};

/* The owner of a member, if it is needed to write the value. */
typedef struct FieldContext {
        const struct Profile *profile;
        bool canonical; /* without volatile members */
} FieldContext;

#define FIELD_MEMBER(type, member) .offset = offsetof(type, member), .size = sizeof(((type *) NULL)->member)

/* A list's array and its length. */
#define FIELD_ELEMENTS(type, array, n)                                              \
        .offset = offsetof(type, array), .size = sizeof(((type *) NULL)->array[0]), \
        .count = offsetof(type, n), .count_size = sizeof(((type *) NULL)->n)

#define FIELD_TABLE(list) .n = ELEMENTS(list), .fields = list

static inline const void *field_value(const Field *field, const void *object) {
        return (const char *) object + field->offset;
}

static inline bool field_is_fact(const Field *field) {
        return field->kind <= FIELD_REGISTER;
}

/* A list whose elements have keys: they are matched between profiles, and written one at a time. */
bool field_is_collection(const Field *field);

/* False if the value is null. */
bool field_present(const Field *field, const void *object);

/* The integer of any type at .offset. */
int64_t field_integer(const Field *field, const void *object);

/* The length of a list, and element i. */
size_t field_count(const Field *field, const void *object);
const void *field_element(const Field *field, const void *object, size_t i);

/* Whether a member is not written: it came later and does not apply, or is volatile in canonical form. */
bool field_left_out(const Field *field, bool canonical, const void *object);

/* The members of the document that are written: all, or in canonical form the non-volatile ones, sorted by key.
 * Returns their number, at most max. */
size_t fields_published(
                const FieldTable *table, bool canonical, const void *object, const Field **ret, size_t max);

const Field *field_find(const FieldTable *table, const char *key);

/* True if two objects publish the same: for facts value, reason, provenance and source. */
bool field_equal(const Field *field, const FieldContext *a_context, const void *a,
                const FieldContext *b_context, const void *b);
bool fields_equal(const FieldTable *table, const FieldContext *a_context, const void *a,
                const FieldContext *b_context, const void *b);
