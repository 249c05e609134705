/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/json/guest-json.h"

#include <errno.h>

#include "guest/form/json/fields.h"
#include "guest/guest.h"
#include "guest/machine.h"
#include "guest/vmm/vmm.h"
#include "profile/document/field-read.h"
#include "profile/document/field-write.h"

/* -E2BIG means too many notes: the functions that add them are shared with other forms. */
static int noted(const JsonValue *value, int r) {
        return r == -E2BIG ? json_value_fail(value, "expected at most %d notes", GUEST_NOTES_MAX) : r;
}

int guest_read_notes(const JsonValue *json, GuestNote **notes, size_t *ret_n) {
        size_t n;
        int r = json_value_array(json, GUEST_NOTES_MAX, &n);

        for (size_t i = 0; r >= 0 && i < n; i++) {
                const JsonValue element = json_value_element(json, i);
                GuestNote note = {};

                r = fields_read(&element, &guest_note_table, &note);
                if (r >= 0)
                        r = noted(json, guest_note_add(notes, ret_n, &note));
        }
        return r;
}

/* Checks members against each other. */
static int check_whole(const JsonValue *top, Guest *guest) {
        JsonValue member;
        int r;

        r = json_value_member(top, "machine", &member);
        if (r < 0)
                return r;
        if (!json_object_get(top->json, "vmm"))
                guest->vmm = vmm_of_machine(guest->machine);
        guest->by_host = guest->machine == MACHINE_CLOUD_HYPERVISOR &&
                        !json_object_get(top->json, "architecture");
        if (!(vmm_of(guest)->machines & 1U << guest->machine))
                return json_value_fail(
                                &member, "expected a machine of the VMM \"%s\"", vmm_to_string(guest->vmm));
        r = guest_check_segments(top, guest);
        if (r >= 0)
                r = guest_check_architecture(top, guest);
        if (r >= 0)
                r = guest_check_xen(top, guest);
        if (r < 0)
                return r;
        r = noted(top, guest_note_machine(guest));
        if (r < 0)
                return r;
        if (json_object_get(top->json, "accelerator"))
                return 0;
        guest->kvm = true;
        if (guest->vmm == VMM_XEN)
                return 0;
        return noted(top, guest_assume(guest, "accelerator", "kvm, the default"));
}

int guest_json_read(const json_t *document, Guest *ret, JsonError *reterr) {
        JsonReader reader = { .error = reterr };
        const JsonValue top = { .json = document, .reader = &reader };
        Guest guest = {};
        int r;

        r = noted(&top, fields_read(&top, &guest_table, &guest));
        if (r >= 0)
                r = check_whole(&top, &guest);
        if (r < 0) {
                guest_done(&guest);
                return r;
        }
        *ret = guest;
        return 0;
}

int guest_json_parse(const char *text, size_t n, Guest *ret, JsonError *reterr) {
        json_t *document;
        int r;

        if (n > GUEST_JSON_MAX) {
                *reterr = (JsonError){ .text = "expected at most 1 MiB" };
                return -EINVAL;
        }
        r = json_text_parse(text, n, &document, reterr);
        if (r < 0)
                return r;
        r = guest_json_read(document, ret, reterr);
        json_decref(document);
        return r;
}

json_t *guest_json_write(const Guest *guest) {
        return fields_json(&(FieldContext){}, &guest_table, guest);
}
