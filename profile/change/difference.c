/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/change/difference.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"
#include "profile/change/difference-key.h"
#include "profile/document/field-write.h"
#include "profile/document/member.h"

/* Path of the walk. A hostile document may be deep and have names of megabytes; parts whose path does not
 * fit are compared as a whole. */
#define PATH_MAX_TEXT 512
#define DEPTH_MAX 16

typedef struct Walk {
        DifferenceList list;
        size_t allocated;
        char path[PATH_MAX_TEXT];
        size_t n;
        unsigned depth;
} Walk;

static int compare_value(Walk *walk, json_t *before, json_t *after);

static const char *const difference_kind_table[_DIFFERENCE_KIND_MAX] = {
        [DIFFERENCE_ADDED] = "added",
        [DIFFERENCE_REMOVED] = "removed",
        [DIFFERENCE_CHANGED] = "changed",
};
WORDS_DEFINE(DifferenceKind, difference_kind);

void difference_list_done(DifferenceList *list) {
        for (size_t i = 0; i < list->n; i++) {
                free(list->differences[i].path);
                json_decref(list->differences[i].before);
                json_decref(list->differences[i].after);
        }
        free(list->differences);
        *list = (DifferenceList){};
}

static int report(Walk *walk, json_t *before, json_t *after) {
        DifferenceList *list = &walk->list;
        char *path;

        if (list->n >= DIFFERENCES_MAX) {
                list->dropped++;
                return 0;
        }
        if (list->n == walk->allocated) {
                size_t more = walk->allocated ? 2 * walk->allocated : 16;
                Difference *grown = reallocarray(list->differences, more, sizeof(Difference));

                if (!grown)
                        return -ENOMEM;
                list->differences = grown;
                walk->allocated = more;
        }
        path = strdup(walk->path);
        if (!path)
                return -ENOMEM;
        list->differences[list->n++] = (Difference){
                .path = path,
                .kind = !before         ? DIFFERENCE_ADDED
                                : after ? DIFFERENCE_CHANGED
                                        : DIFFERENCE_REMOVED,
                .before = json_incref(before),
                .after = json_incref(after),
        };
        return 0;
}

static int compare_whole(Walk *walk, json_t *before, json_t *after) {
        return json_equal(before, after) ? 0 : report(walk, before, after);
}

static bool fits(const Walk *walk, size_t n) {
        return n < sizeof(walk->path) - walk->n - 1;
}

/* One side may be NULL, not both. The name fits. */
static int compare_named(Walk *walk, const char *name, json_t *before, json_t *after) {
        size_t n = walk->n;
        int r;

        walk->n += (size_t) snprintf(walk->path + n, sizeof(walk->path) - n, "%s%s", n > 0 ? "." : "", name);
        walk->depth++;
        r = before && after ? compare_value(walk, before, after) : report(walk, before, after);
        walk->depth--;
        walk->n = n;
        walk->path[n] = 0;
        return r;
}

static bool names_fit(const Walk *walk, json_t *object) {
        const char *name;
        json_t *value;

        json_object_foreach(object, name, value) {
                if (!fits(walk, strlen(name)))
                        return false;
        }
        return true;
}

static bool left_out(const Walk *walk, const char *name) {
        return walk->depth == 0 && (strcmp(name, "digest") == 0 || strcmp(name, "schema") == 0);
}

static int compare_objects(Walk *walk, json_t *before, json_t *after) {
        const char *name;
        json_t *value;
        int r;

        if (walk->depth >= DEPTH_MAX || !names_fit(walk, before) || !names_fit(walk, after))
                return compare_whole(walk, before, after);
        json_object_foreach(before, name, value) {
                if (left_out(walk, name))
                        continue;
                r = compare_named(walk, name, value, json_object_get(after, name));
                if (r < 0)
                        return r;
        }
        json_object_foreach(after, name, value) {
                if (left_out(walk, name) || json_object_get(before, name))
                        continue;
                r = compare_named(walk, name, NULL, value);
                if (r < 0)
                        return r;
        }
        return 0;
}

static bool keys_fit(const Walk *walk, const DifferenceKeys *keys) {
        for (size_t i = 0; i < keys->n; i++)
                if (!fits(walk, difference_key_length(&keys->keys[i])))
                        return false;
        return true;
}

static int compare_keyed(Walk *walk, const DifferenceKeys *before, const DifferenceKeys *after) {
        size_t b = 0, a = 0;
        int r = 0;

        while (r == 0 && (b < before->n || a < after->n)) {
                const DifferenceKey *x = b < before->n ? &before->keys[b] : NULL;
                const DifferenceKey *y = a < after->n ? &after->keys[a] : NULL;
                int order = !x ? 1 : !y ? -1 : difference_key_compare(x, y);
                bool was = x && order <= 0, is = y && order >= 0;
                char name[PATH_MAX_TEXT];

                difference_key_text(was ? x : y, name, sizeof(name));
                r = compare_named(walk, name, was ? x->element : NULL, is ? y->element : NULL);
                b += was;
                a += is;
        }
        return r;
}

/* Arrays without keys, or with missing or duplicate keys, differ as a whole. */
static int compare_arrays(Walk *walk, json_t *before, json_t *after) {
        _cleanup_(difference_keys_done) DifferenceKeys x = {}, y = {};
        int r;

        r = difference_keys_get(walk->path, before, &x);
        if (r > 0)
                r = difference_keys_get(walk->path, after, &y);
        if (r < 0)
                return r;
        if (r == 0 || !keys_fit(walk, &x) || !keys_fit(walk, &y))
                return compare_whole(walk, before, after);
        return compare_keyed(walk, &x, &y);
}

static int compare_facts(Walk *walk, json_t *before, json_t *after) {
        if (json_equal(json_object_get(before, "value"), json_object_get(after, "value")) &&
                        json_equal(json_object_get(before, "reason"), json_object_get(after, "reason")))
                return 0;
        return report(walk, before, after);
}

static int compare_value(Walk *walk, json_t *before, json_t *after) {
        if (member_is_fact(before) && member_is_fact(after))
                return compare_facts(walk, before, after);
        if (member_is_fact(before) || member_is_fact(after))
                return compare_whole(walk, before, after);
        if (json_is_object(before) && json_is_object(after))
                return compare_objects(walk, before, after);
        if (json_is_array(before) && json_is_array(after))
                return compare_arrays(walk, before, after);
        return compare_whole(walk, before, after);
}

int profile_difference(json_t *before, json_t *after, DifferenceList *ret) {
        Walk walk = {};
        int r = compare_value(&walk, before, after);

        if (r < 0) {
                difference_list_done(&walk.list);
                return r;
        }
        *ret = walk.list;
        return 0;
}

/* ── document ──────────────────────────────────────────────────────────────────────────────────────────── */

static json_t *write_side(const void *value) {
        json_t *side = *(json_t *const *) value;

        return side ? json_incref(side) : json_null();
}

/* Any member of a profile. */
static const FieldHook side_hook = { .write = write_side, .schema = "{}" };

#define DIFFERENCE(member) FIELD_MEMBER(Difference, member)
#define DIFFERENCE_TABLE(name, first, second)                                                 \
        static const Field name##_fields[] = {                                                \
                { "path", FIELD_LINE, 0, DIFFERENCE(path), .text = "Path of the member." },   \
                { "kind", FIELD_WORD, 0, DIFFERENCE(kind), .words = &difference_kind_words,   \
                                .text = "added: only " second "; removed: only " first "." }, \
                { first, FIELD_CUSTOM, 0, DIFFERENCE(before), .hook = &side_hook,             \
                                .text = "The member " first "; null: there is none." },       \
                { second, FIELD_CUSTOM, 0, DIFFERENCE(after), .hook = &side_hook,             \
                                .text = "The member " second "; null: there is none." },      \
        };                                                                                    \
        const FieldTable name##_table = { FIELD_TABLE(name##_fields) }

DIFFERENCE_TABLE(difference, "before", "after");
DIFFERENCE_TABLE(difference_hosts, "here", "there");

json_t *difference_json(const Difference *difference) {
        return fields_json(&(FieldContext){}, &difference_table, difference);
}
