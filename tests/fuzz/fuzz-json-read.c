/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile/device-lookup.h"
#include "profile/field/json-read.h"
#include "profile/field/json-write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds) {
        if (!holds)
                abort();
}

/* What stands in an error goes to a terminal and over the bus. */
static void check_error(int r, const JsonError *error) {
        check(r == -EINVAL || r == -ENOMEM);
        check(r == -ENOMEM || *error->text);
        check(strnlen(error->text, sizeof(error->text)) < sizeof(error->text));
        for (const unsigned char *c = (const unsigned char *) error->text; *c; c++)
                check(*c >= ' ' && *c != 0x7f);
}

static void check_ranges(const RangeSet *set) {
        for (size_t i = 0; i < set->n; i++) {
                check(set->ranges[i].start <= set->ranges[i].end);
                check(i == 0 || set->ranges[i - 1].end < set->ranges[i].start);
        }
}

static void check_groups(const Profile *profile) {
        for (size_t i = 0; i < profile->n_groups; i++) {
                const ProfileGroup *group = &profile->groups[i];

                check(group->iommu >= -1 && group->iommu < (int) profile->n_iommus);
                check(group->bits <= 64);
                check(i == 0 || profile->groups[i - 1].id < group->id);
                check_ranges(&group->usable);
        }
}

static void check_devices(const Profile *profile) {
        for (size_t i = 0; i < profile->n_devices; i++) {
                const ProfileDevice *device = &profile->devices[i];

                check(device_lookup(profile, &device->address) == device);
                check(device->group >= -1 && device->group < (int) profile->n_groups);
                check(device->iommu >= -1 && device->iommu < (int) profile->n_iommus);
                for (size_t j = 0; j < device->n_bars; j++)
                        check(device->bars[j].start <= device->bars[j].end && device->bars[j].index < 13);
        }
}

typedef struct Text {
        char *data;
        size_t n;
} Text;

static int append(const char *data, size_t n, void *userdata) {
        Text *text = userdata;
        char *grown = realloc(text->data, text->n + n);

        check(grown != NULL);
        memcpy(grown + text->n, data, n);
        *text = (Text){ .data = grown, .n = text->n + n };
        return 0;
}

static int read_text(const char *data, size_t size, Profile *ret) {
        json_t *document = NULL;
        JsonError error = {};
        int r = profile_json_parse(data, size, &document, &error);

        if (r >= 0)
                r = profile_json_read(document, ret, &error);
        if (r < 0)
                check_error(r, &error);
        json_decref(document);
        return r;
}

/* What is read holds what the code relies on; written, it can be read again, and is then the same text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Profile profile = {}, again = {};
        Text one = {}, two = {};

        if (read_text((const char *) data, size, &profile) < 0)
                return 0;
        check_groups(&profile);
        check_devices(&profile);
        check_ranges(&profile.reserved);
        check_ranges(&profile.usable_iova);
        check_ranges(&profile.memory.hot_added);

        check(profile_json_write(&profile, JSON_LAYOUT_SHORT, append, &one) == 0);
        check(read_text(one.data, one.n, &again) == 0);
        check(profile_json_write(&again, JSON_LAYOUT_SHORT, append, &two) == 0);
        check(one.n == two.n && memcmp(one.data, two.data, one.n) == 0);
        free(one.data);
        free(two.data);
        profile_done(&profile);
        profile_done(&again);
        return 0;
}
