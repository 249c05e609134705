/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"
#include "profile/document/read-fact.h"
#include "profile/document/read.h"
#include "profile/profile.h"

static const char *bar_kind(uint8_t index) {
        return index < PCI_RESOURCE_ROM ? "bar" : index == PCI_RESOURCE_ROM ? "rom" : "vf-bar";
}

/* A word that is one of two, or the only one. */
static int read_choice(
                const JsonValue *object, const char *key, const char *no, const char *yes, bool *ret) {
        JsonValue member;
        const char *word;
        int r;

        r = json_value_member(object, key, &member);
        if (r < 0)
                return r;
        word = json_string_value(member.json);
        *ret = word && strcmp(word, yes) == 0;
        if (*ret || (word && strcmp(word, no) == 0))
                return 0;
        if (strcmp(no, yes) == 0)
                return json_value_fail(&member, "expected \"%s\"", yes);
        return json_value_fail(&member, "expected \"%s\" or \"%s\"", no, yes);
}

/* An address, a size and what they come to. The size is null from 2^63 bytes on. */
static int read_extent(const JsonValue *value, ProfileBar *ret) {
        JsonValue start, size;
        uint64_t bytes;
        bool known;
        int r;

        r = json_value_member(value, "start", &start);
        if (r < 0)
                return r;
        ret->assigned = !json_is_null(start.json);
        if (ret->assigned) {
                r = json_value_hex(&start, &ret->start);
                if (r < 0)
                        return r;
        }
        r = json_member_integer_or_null(value, "size", 1, INT64_MAX, &known, &bytes);
        if (r < 0)
                return r;
        r = json_value_member(value, "size", &size);
        if (r < 0)
                return r;
        ret->end = known ? ret->start + (bytes - 1) : UINT64_MAX;
        if (ret->end < ret->start || (!known && ret->end - ret->start < INT64_MAX))
                return json_value_fail(&size, "expected a size that ends the BAR within 64 bits");
        return 0;
}

static const JsonField bar_members[] = {
        { "is64bit", json_read_bool, JSON_FIELD(ProfileBar, is_64bit) },
        { "prefetchable", json_read_bool, JSON_FIELD(ProfileBar, prefetchable) },
};

static int read_bar(const JsonValue *value, const ProfileBar *before, ProfileBar *ret) {
        static const JsonFields fields = { ELEMENTS(bar_members), bar_members };
        uint64_t number, resizable_max;
        JsonValue index;
        bool known;
        int r;

        r = json_value_member(value, "index", &index);
        if (r < 0)
                return r;
        r = json_value_integer(&index, 0, PCI_RESOURCE_BARS - 1, &number);
        if (r < 0)
                return r;
        if (before && number <= before->index)
                return json_value_fail(&index, "expected a number above that of the BAR before");
        ret->index = (uint8_t) number;
        r = read_choice(value, "kind", bar_kind(ret->index), bar_kind(ret->index), &known);
        if (r < 0)
                return r;
        r = read_choice(value, "space", "memory", "io", &ret->io);
        if (r < 0)
                return r;
        r = json_read_fields(value, &fields, ret);
        if (r < 0)
                return r;
        r = json_member_integer_or_null(value, "resizableMax", 1, INT64_MAX, &known, &resizable_max);
        if (r < 0)
                return r;
        ret->resizable_max = resizable_max;
        return read_extent(value, ret);
}

int document_read_bars(const JsonValue *value, const JsonField *field, void *ret) {
        ProfileDevice *device = ret;
        size_t n;
        int r;

        r = json_value_array(value, PCI_RESOURCE_BARS, &n);
        if (r < 0 || n == 0)
                return r;
        device->bars = calloc(n, sizeof(ProfileBar));
        if (!device->bars)
                return -ENOMEM;
        device->n_bars = (uint8_t) n;
        for (size_t i = 0; i < n; i++) {
                JsonValue element = json_value_element(value, i);

                r = read_bar(&element, i > 0 ? &device->bars[i - 1] : NULL, &device->bars[i]);
                if (r < 0)
                        return r;
        }
        return 0;
}
