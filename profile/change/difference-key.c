/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/change/difference-key.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"
#include "probe/decode/pci/pci-address.h"
#include "profile/field/tables.h"

#define NUMBER_TEXT_LENGTH 20

void difference_keys_done(DifferenceKeys *keys) {
        free(keys->keys);
        *keys = (DifferenceKeys){};
}

/* Compares numbers in names by value: dmar2 before dmar10. */
int difference_key_compare(const DifferenceKey *a, const DifferenceKey *b) {
        int r;

        if (a->number != b->number)
                return a->number < b->number ? -1 : 1;
        r = strverscmp(a->name, b->name);
        if (r == 0 && a->subject && b->subject)
                r = strverscmp(a->subject, b->subject);
        return r;
}

static int compare(const void *a, const void *b) {
        return difference_key_compare(a, b);
}

/* Sorts devices by address, with hexadecimal digits. */
static json_int_t address_number(const char *name) {
        PciAddress address;

        if (!pci_address_parse((Bytes){ .data = (const uint8_t *) name, .n = strlen(name) }, &address))
                return 0;
        return (json_int_t) address.domain << 16 | address.bus << 8 | address.device << 3 | address.function;
}

/* There is no key unless the member has its row's type. */
static bool get_member(const Field *field, const json_t *member, DifferenceKey *ret) {
        if (field->kind == FIELD_INTEGER) {
                ret->number = json_integer_value(member);
                return json_is_integer(member);
        }
        if (!json_is_string(member))
                return false;
        if (ret->name)
                ret->subject = json_string_value(member);
        else {
                ret->name = json_string_value(member);
                ret->number = address_number(ret->name);
        }
        return true;
}

static bool get_key(const FieldTable *table, json_t *element, DifferenceKey *ret) {
        *ret = (DifferenceKey){ .element = element };
        for (size_t i = 0; i < table->n; i++) {
                const Field *field = &table->fields[i];

                if (field->flags & FIELD_KEY &&
                                !get_member(field, json_object_get(element, field->key), ret))
                        return false;
        }
        if (!ret->name)
                ret->name = "";
        return true;
}

static int collect(const FieldTable *table, json_t *array, DifferenceKeys *ret) {
        size_t n = json_array_size(array), i;
        DifferenceKeys keys = { .n = n };
        json_t *element;

        keys.keys = calloc(n ? n : 1, sizeof(DifferenceKey));
        if (!keys.keys)
                return -ENOMEM;
        json_array_foreach(array, i, element) {
                if (!get_key(table, element, &keys.keys[i])) {
                        free(keys.keys);
                        return 0;
                }
        }
        qsort(keys.keys, n, sizeof(keys.keys[0]), compare);
        for (i = 1; i < n; i++)
                if (difference_key_compare(&keys.keys[i - 1], &keys.keys[i]) == 0) {
                        free(keys.keys);
                        return 0;
                }
        *ret = keys;
        return 1;
}

int difference_keys_get(const char *path, json_t *array, DifferenceKeys *ret) {
        const Field *field = field_find(&profile_table, path);

        return field && field_is_collection(field) ? collect(field->table, array, ret) : 0;
}

size_t difference_key_length(const DifferenceKey *key) {
        return NUMBER_TEXT_LENGTH + strlen(key->name) + (key->subject ? strlen(key->subject) + 2 : 0);
}

void difference_key_text(const DifferenceKey *key, char *ret, size_t size) {
        if (key->subject)
                snprintf(ret, size, "%s[%s]", key->name, key->subject);
        else if (*key->name)
                snprintf(ret, size, "%s", key->name);
        else
                snprintf(ret, size, "%" JSON_INTEGER_FORMAT, key->number);
}
