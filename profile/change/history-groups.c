/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/change/history-groups.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"
#include "probe/decode/text.h"

#define NONE SIZE_MAX
#define DEVICES_NAMED 4
#define DEVICES_TEXT_MAX 200

/* The group of a device. */
typedef struct Place {
        const char *device;
        size_t group;
} Place;

typedef struct Groups {
        json_t *array; /* borrowed */
        size_t *mates; /* for each group, the matching one in the other document, or NONE */
        size_t n_places;
        Place *places; /* sorted by device */
} Groups;

static void groups_done(Groups *groups) {
        free(groups->mates);
        free(groups->places);
}

static int compare_places(const void *a, const void *b) {
        const Place *x = a, *y = b;

        return strcmp(x->device, y->device);
}

/* NULL if the document has another type. */
static const char *device_name(const Groups *groups, size_t group, size_t i) {
        return json_string_value(
                        json_array_get(json_object_get(json_array_get(groups->array, group), "devices"), i));
}

static size_t count_devices(const Groups *groups, size_t group) {
        return json_array_size(json_object_get(json_array_get(groups->array, group), "devices"));
}

static json_int_t group_id(const Groups *groups, size_t group) {
        return json_integer_value(json_object_get(json_array_get(groups->array, group), "id"));
}

static int groups_index(json_t *array, Groups *ret) {
        size_t n = json_array_size(array), n_places = 0;

        ret->array = array;
        for (size_t i = 0; i < n; i++)
                n_places += count_devices(ret, i);
        ret->mates = calloc(n ? n : 1, sizeof(size_t));
        ret->places = calloc(n_places ? n_places : 1, sizeof(Place));
        if (!ret->mates || !ret->places)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++) {
                ret->mates[i] = NONE;
                for (size_t d = 0; d < count_devices(ret, i); d++)
                        if (device_name(ret, i, d))
                                ret->places[ret->n_places++] = (Place){ device_name(ret, i, d), i };
        }
        qsort(ret->places, ret->n_places, sizeof(Place), compare_places);
        return 0;
}

static size_t group_of(const Groups *groups, const char *device) {
        const Place key = { .device = device };
        const Place *place = bsearch(&key, groups->places, groups->n_places, sizeof(Place), compare_places);

        return place ? place->group : NONE;
}

/* A group matches the former group of its first device whose group has no match yet. */
static void pair(Groups *before, Groups *after) {
        for (size_t i = 0; i < json_array_size(after->array); i++)
                for (size_t d = 0; d < count_devices(after, i) && after->mates[i] == NONE; d++) {
                        const char *device = device_name(after, i, d);
                        size_t former = device ? group_of(before, device) : NONE;

                        if (former == NONE || before->mates[former] != NONE)
                                continue;
                        before->mates[former] = i;
                        after->mates[i] = former;
                }
}

/* Devices of a group that are not in that group of the other document, or with NONE in no group there.
 * Returns their number, and their names as far as they fit. */
static size_t absentees(
                const Groups *groups, size_t group, const Groups *other, size_t expected, char *ret) {
        size_t n = 0, length = 0;

        ret[0] = 0;
        for (size_t d = 0; d < count_devices(groups, group); d++) {
                const char *device = device_name(groups, group, d);
                char name[32];

                if (!device || (group_of(other, device) == expected) != (expected == NONE))
                        continue;
                if (n++ >= DEVICES_NAMED)
                        continue;
                text_printable((Bytes){ .data = (const uint8_t *) device, .n = strlen(device) }, name,
                                sizeof(name));
                length += (size_t) snprintf(
                                ret + length, DEVICES_TEXT_MAX - length, "%s%s", n > 1 ? ", " : "", name);
        }
        if (n > DEVICES_NAMED)
                snprintf(ret + length, DEVICES_TEXT_MAX - length, " and %zu more", n - DEVICES_NAMED);
        return n;
}

static void add_pair(const Groups *before, const Groups *after, size_t i, Moves *moves) {
        json_int_t id = group_id(after, i), former = group_id(before, after->mates[i]);
        char text[DEVICES_TEXT_MAX], name[80];

        if (id == former)
                snprintf(name, sizeof(name), "group %" JSON_INTEGER_FORMAT, id);
        else
                snprintf(name, sizeof(name),
                                "group %" JSON_INTEGER_FORMAT " (%" JSON_INTEGER_FORMAT " before)", id,
                                former);
        if (absentees(after, i, before, after->mates[i], text) > 0)
                moves_add(moves, true, "%s gained %s", name, text);
        if (absentees(before, after->mates[i], after, i, text) > 0)
                moves_add(moves, true, "%s lost %s", name, text);
}

int history_groups(json_t *before, json_t *after, Moves *moves) {
        _cleanup_(groups_done) Groups x = {}, y = {};
        char text[DEVICES_TEXT_MAX];
        int r = groups_index(before, &x);

        if (r == 0)
                r = groups_index(after, &y);
        if (r < 0)
                return r;
        pair(&x, &y);
        for (size_t i = 0; i < json_array_size(after); i++)
                if (y.mates[i] != NONE)
                        add_pair(&x, &y, i, moves);
        for (size_t i = 0; i < json_array_size(before); i++)
                if (x.mates[i] == NONE && absentees(&x, i, &y, NONE, text) > 0)
                        moves_add(moves, true, "group %" JSON_INTEGER_FORMAT " was removed with %s",
                                        group_id(&x, i), text);
        for (size_t i = 0; i < json_array_size(after); i++)
                if (y.mates[i] == NONE && absentees(&y, i, &x, NONE, text) > 0)
                        moves_add(moves, false, "group %" JSON_INTEGER_FORMAT " was added with %s",
                                        group_id(&y, i), text);
        return 0;
}
