/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/json/guest-json-field.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "guest/form/json/guest-json-port.h"
#include "guest/guest.h"
#include "guest/machine.h"
#include "guest/size.h"
#include "probe/cleanup.h"
#include "profile/document/read-fact.h"

int guest_read_object(const JsonValue *value, const JsonField *field, void *ret) {
        return json_read_given(value, field->fields, ret);
}

int guest_read_size(const JsonValue *value, const JsonField *field, void *ret) {
        uint64_t max = field->max ? field->max : GUEST_SIZE_MAX, size = 0;
        int r = -EINVAL;

        if (json_is_integer(value->json) && json_integer_value(value->json) >= 0) {
                size = (uint64_t) json_integer_value(value->json);
                r = 0;
        } else if (json_is_string(value->json))
                r = guest_size_from_text(json_string_value(value->json), &size);
        if (r == -EINVAL)
                return json_value_fail(value, "expected bytes, or a string such as \"64GiB\"");
        if (r < 0 || size > max)
                return json_value_fail(value, "expected at most %" PRIu64 " TiB", max >> 40);
        *(uint64_t *) ret = size;
        return 0;
}

int guest_read_number(const JsonValue *value, const JsonField *field, void *ret) {
        uint64_t number;
        int r;

        r = json_value_integer(value, 0, field->max, &number);
        if (r < 0)
                return r;
        if (field->size == sizeof(uint8_t))
                *(uint8_t *) ret = (uint8_t) number;
        else if (field->size == sizeof(uint32_t))
                *(uint32_t *) ret = (uint32_t) number;
        else
                *(uint64_t *) ret = number;
        return 0;
}

int guest_read_version(const JsonValue *value, const JsonField *field, void *ret) {
        const char *text = json_string_value(value->json);

        if (!text || guest_version_from_text(text, false, ret) < 0)
                return json_value_fail(value, "expected a string such as \"7.2\" or \"202411\"");
        return 0;
}

static int read_address(const JsonValue *value, const JsonField *field, void *ret) {
        GuestDevice *device = ret;
        const char *text = json_string_value(value->json);

        if (!text ||
                        !pci_address_parse((Bytes){ .data = (const uint8_t *) text, .n = strlen(text) },
                                        &device->address))
                return json_value_fail(value, "expected a PCI address such as \"0000:01:00.0\"");
        device->has_address = true;
        return 0;
}

/* ── BARs ──────────────────────────────────────────────────────────────────────────────────────────────── */

static const JsonField bar_members[] = {
        { "index", guest_read_number, JSON_FIELD(GuestBar, index), .max = 5 },
        { "size", guest_read_size, JSON_FIELD(GuestBar, size), .max = GUEST_BAR_MAX },
        { "is64bit", json_read_bool, JSON_FIELD(GuestBar, is_64bit) },
        { "prefetchable", json_read_bool, JSON_FIELD(GuestBar, prefetchable) },
        { "ram", json_read_bool, JSON_FIELD(GuestBar, ram) },
};
static const JsonFields bar_fields = { ELEMENTS(bar_members), bar_members };

static int read_bar(const JsonValue *value, GuestBar *ret) {
        JsonValue size;
        int r;

        r = json_read_given(value, &bar_fields, ret);
        if (r >= 0)
                r = json_value_member(value, "size", &size);
        if (r < 0)
                return r;
        if (ret->size < 16 || (ret->size & (ret->size - 1)) != 0)
                return json_value_fail(&size, "expected a power of two of at least 16");
        if (!ret->is_64bit && ret->size > UINT64_C(1) << 31)
                return json_value_fail(&size, "expected at most 2 GiB, is64bit not being true");
        return 0;
}

int guest_read_bars(const JsonValue *value, const JsonField *field, void *ret) {
        GuestDevice *device = ret;
        size_t n;
        int r;

        r = json_value_array(value, GUEST_BARS_MAX, &n);
        for (size_t i = 0; r >= 0 && i < n; i++) {
                const JsonValue element = json_value_element(value, i);

                r = read_bar(&element, &device->bars[device->n_bars++]);
        }
        return r;
}

/* ── device ────────────────────────────────────────────────────────────────────────────────────────────── */

/* A mediated device by its UUID. */
static int read_mediated(const JsonValue *value, const JsonField *field, void *ret) {
        GuestDevice *device = ret;
        const char *text = json_string_value(value->json);

        device->mediated = text &&
                        uuid_parse((Bytes){ .data = (const uint8_t *) text, .n = strlen(text) },
                                        device->uuid);
        return device->mediated ? 0 : json_value_fail(value, "expected a UUID");
}

static const JsonField device_members[] = {
        { "name", json_read_string, JSON_FIELD(GuestDevice, name) },
        { "address", read_address },
        { "assigned", json_read_bool, JSON_FIELD(GuestDevice, assigned) },
        { "mediated", read_mediated },
        { "iommufd", json_read_bool, JSON_FIELD(GuestDevice, iommufd) },
        { "conventional", json_read_bool, JSON_FIELD(GuestDevice, conventional) },
        { "ownPort", json_read_bool, JSON_FIELD(GuestDevice, own_port) },
        { "port", guest_read_object, JSON_FIELD(GuestDevice, port), .fields = &guest_port_fields },
        { "pciSegment", guest_read_number, JSON_FIELD(GuestDevice, segment), .max = GUEST_SEGMENTS_MAX - 1 },
        { "behindViommu", json_read_tristate, JSON_FIELD(GuestDevice, behind_viommu) },
        { "bars", guest_read_bars },
};
static const JsonFields device_fields = { ELEMENTS(device_members), device_members };

int guest_read_device(const JsonValue *value, void *ret) {
        GuestDevice *device = ret;
        int r;

        r = json_read_given(value, &device_fields, device);
        if (r < 0)
                return r;
        /* A host's function in a guest is assigned. */
        if (!json_object_get(value->json, "assigned"))
                device->assigned = device->has_address || device->mediated;
        if (device->has_address && !device->assigned)
                return json_value_fail(value, "expected no address, it is not assigned");
        if (device->mediated && !device->assigned)
                return json_value_fail(value, "expected no mediated, it is not assigned");
        if (device->mediated && device->has_address)
                return json_value_fail(value, "expected either mediated or address");
        if (!*device->name && device->mediated)
                snprintf(device->name, sizeof(device->name), "%s", device->uuid);
        if (!*device->name && device->has_address)
                pci_address_format(&device->address, device->name, sizeof(device->name));
        return 0;
}
