/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/json/guest-json-ch.h"

#include "guest/form/json/guest-json-field.h"
#include "guest/size.h"
#include "probe/cleanup.h"
#include "profile/document/json-fact.h"
#include "profile/document/json-faults.h"

static const JsonField segment_members[] = {
        { "mmio32Weight", guest_read_number, JSON_FIELD(GuestSegment, weight32), .max = UINT32_MAX },
        { "mmio64Weight", guest_read_number, JSON_FIELD(GuestSegment, weight64), .max = UINT32_MAX },
};
static const JsonFields segment_fields = { ELEMENTS(segment_members), segment_members };

static const JsonField pmem_members[] = {
        { "size", guest_read_size, JSON_FIELD(GuestPmem, size) },
        { "pciSegment", guest_read_number, JSON_FIELD(GuestPmem, segment), .max = GUEST_SEGMENTS_MAX - 1 },
};
static const JsonFields pmem_fields = { ELEMENTS(pmem_members), pmem_members };

int guest_read_segments(const JsonValue *value, const JsonField *field, void *ret) {
        Guest *guest = ret;
        size_t n;
        int r = json_value_array(value, GUEST_SEGMENTS_MAX, &n);

        for (size_t i = 0; r >= 0 && i < n; i++) {
                const JsonValue element = json_value_element(value, i);

                r = json_read_given(&element, &segment_fields, &guest->segments[guest->n_segments++]);
        }
        return r;
}

int guest_read_pmem(const JsonValue *value, const JsonField *field, void *ret) {
        Guest *guest = ret;
        size_t n;
        int r = json_value_array(value, GUEST_PMEM_MAX, &n);

        for (size_t i = 0; r >= 0 && i < n; i++) {
                const JsonValue element = json_value_element(value, i);

                r = json_read_given(&element, &pmem_fields, &guest->pmem[guest->n_pmem++]);
        }
        return r;
}

int guest_check_segments(const JsonValue *top, const Guest *guest) {
        unsigned n = guest->n_segments ? guest->n_segments : 1;

        if (guest->vmm != VMM_CLOUD_HYPERVISOR && (guest->n_segments > 0 || guest->n_pmem > 0))
                return json_value_fail(top, "pciSegments and pmem are of \"cloud-hypervisor\" alone");
        for (size_t i = 0; i < guest->n_pmem; i++)
                if (guest->pmem[i].segment >= n)
                        return json_value_fail(top, "pmem.%zu.pciSegment: expected less than %u", i, n);
        for (size_t i = 0; i < guest->n_devices; i++)
                if (guest->devices[i].segment >= n)
                        return json_value_fail(top, "devices.%zu.pciSegment: expected less than %u", i, n);
        return 0;
}

static json_t *segment_element(const void *data, size_t i) {
        const GuestSegment *segment = &((const Guest *) data)->segments[i];
        json_t *json = json_object();
        bool ok = true;

        if (segment->weight32)
                ok = json_put(json, "mmio32Weight", json_integer(segment->weight32));
        if (segment->weight64)
                ok = ok && json_put(json, "mmio64Weight", json_integer(segment->weight64));
        return json_finish(json, ok);
}

static json_t *pmem_element(const void *data, size_t i) {
        const GuestPmem *pmem = &((const Guest *) data)->pmem[i];
        json_t *json = json_object();
        bool ok = json_put(json, "size", json_integer((json_int_t) pmem->size));

        if (pmem->segment)
                ok = ok && json_put(json, "pciSegment", json_integer(pmem->segment));
        return json_finish(json, ok);
}

bool guest_put_segments(json_t *object, const Guest *guest) {
        return (guest->n_segments == 0 ||
                               json_put(object, "pciSegments",
                                               json_list(guest->n_segments, segment_element, guest))) &&
                        (guest->n_pmem == 0 ||
                                        json_put(object, "pmem",
                                                        json_list(guest->n_pmem, pmem_element, guest)));
}
