/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* "form" of a guest's document. */

#include <errno.h>
#include <jansson.h>

#include "guest/form/json/guest-json-field.h"
#include "guest/guest.h"
#include "profile/document/read-fact.h"

static int read_list(const JsonValue *value, int (*check)(const json_t *element), const char *expected,
                json_t **ret) {
        size_t n;
        int r = json_value_array(value, GUEST_FORM_LIST_MAX, &n);

        for (size_t i = 0; r >= 0 && i < n; i++) {
                const JsonValue element = json_value_element(value, i);

                if (check(element.json) < 0)
                        return json_value_fail(&element, "expected %s", expected);
        }
        if (r < 0)
                return r;
        *ret = json_deep_copy(value->json);
        return *ret ? 0 : -ENOMEM;
}

static int read_elements(const JsonValue *value, const JsonField *field, void *ret) {
        return read_list(value, guest_form_check_element, "[name, {attribute: value}, child or text...]",
                        &((GuestForm *) ret)->elements);
}

static int read_options(const JsonValue *value, const JsonField *field, void *ret) {
        return read_list(value, guest_form_check_option, "[name, value]", &((GuestForm *) ret)->options);
}

static const JsonField form_members[] = {
        { "manager", json_read_word, JSON_FIELD(GuestForm, manager), .word = manager_from_string,
                        .expected = "\"command-line\", \"libvirt\" or \"proxmox\"" },
        { "id", guest_read_number, JSON_FIELD(GuestForm, id), .max = 999999999 },
        { "elements", read_elements },
        { "options", read_options },
};
static const JsonFields form_fields = { sizeof(form_members) / sizeof(form_members[0]), form_members };

int guest_read_form(const JsonValue *value, const JsonField *field, void *ret) {
        return json_read_given(value, &form_fields, &((Guest *) ret)->form);
}
