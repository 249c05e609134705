/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Ports and devices of a guest's document. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guest/form/json/fields.h"
#include "guest/vmm/vmm.h"
#include "profile/document/field-read.h"
#include "profile/document/json-fact.h"

/* ── BARs ──────────────────────────────────────────────────────────────────────────────────────────────── */

static int check_bar(const JsonValue *value, void *object, const void *before) {
        const GuestBar *bar = object;
        JsonValue size;
        int r = json_value_member(value, "size", &size);

        if (r < 0)
                return r;
        if (bar->size < 16 || (bar->size & (bar->size - 1)) != 0)
                return json_value_fail(&size, "expected a power of two of at least 16");
        if (!bar->is_64bit && bar->size > UINT64_C(1) << 31)
                return json_value_fail(&size, "expected at most 2 GiB unless is64bit is true");
        return 0;
}

static const Field bar_fields[] = {
        { "index", FIELD_INTEGER, FIELD_ALWAYS, FIELD_MEMBER(GuestBar, index), .max = 6,
                        .text = "Number of the BAR; 6: of an emulated device of Xen the expansion ROM." },
        { "size", FIELD_CUSTOM, FIELD_REQUIRED, FIELD_MEMBER(GuestBar, size), .hook = &guest_bar_size_hook,
                        .text = "Size: a power of two, at most 1 PiB." },
        { "is64bit", FIELD_BOOLEAN, 0, FIELD_MEMBER(GuestBar, is_64bit), .text = "A 64-bit BAR." },
        { "prefetchable", FIELD_BOOLEAN, 0, FIELD_MEMBER(GuestBar, prefetchable),
                        .text = "A prefetchable BAR." },
        { "ram", FIELD_BOOLEAN, 0, FIELD_MEMBER(GuestBar, ram), .text = "Memory of the VMM is behind it." },
};
const FieldTable guest_bar_table = { FIELD_TABLE(bar_fields), .text = "A BAR of a device.", .given = true,
        .check = check_bar };

/* ── ports ─────────────────────────────────────────────────────────────────────────────────────────────── */

/* Two windows of 4 GiB each. */
#define RESERVE32_MAX (UINT64_C(8) << 30)

static json_t *write_hotplug(const void *value) {
        return *(const bool *) value ? json_false() : json_null();
}

static int read_hotplug(const JsonValue *json, void *value) {
        bool hotplug;
        int r = json_value_boolean(json, &hotplug);

        if (r >= 0)
                *(bool *) value = !hotplug;
        return r;
}

static int read_reserve32(const JsonValue *json, void *value) {
        return guest_read_size(json, RESERVE32_MAX, value);
}

static json_t *write_reserve32(const void *value) {
        return json_size(*(const uint64_t *) value);
}

static const FieldHook hotplug_hook = {
        .write = write_hotplug, .read = read_hotplug, .schema = "{\"type\": \"boolean\"}"
};
static const FieldHook reserve32_hook = {
        .write = write_reserve32, .read = read_reserve32, .schema = SIZE_SCHEMA
};

#define PORT_FIELDS(type, prefix)                                                                                         \
        { "hotplug", FIELD_CUSTOM, FIELD_ALWAYS, FIELD_MEMBER(type, prefix fixed), .hook = &hotplug_hook,                 \
                .text = "False: the port does not show that it supports hot-plug (hotplug=off); "                         \
                        "OVMF then reserves nothing behind it, SeaBIOS does. Default: true." },                           \
                        { "conventional", FIELD_BOOLEAN, 0, FIELD_MEMBER(type, prefix conventional),                      \
                                .text = "A bridge to a conventional bus with a hot-plug controller of its own (SHPC)." }, \
                        { "pref64Reserve", FIELD_CUSTOM, 0, FIELD_MEMBER(type, prefix reserve),                           \
                                .hook = &guest_bar_size_hook,                                                             \
                                .text = "pref64-reserve, at most 1 PiB; 0: not given." },                                 \
        {                                                                                                                 \
                "mem32Reserve", FIELD_CUSTOM, 0, FIELD_MEMBER(type, prefix reserve32),                                    \
                                .hook = &reserve32_hook,                                                                  \
                                .text = "mem-reserve and pref32-reserve, each as a power of two; at most 8 GiB."          \
        }

static const Field port_fields[] = {
        PORT_FIELDS(GuestPort, ),
        { "shared", FIELD_BOOLEAN, 0, FIELD_MEMBER(GuestPort, shared),
                        .text = "The device before it behind the same port has the window that is reserved." },
};
const FieldTable guest_port_table = { FIELD_TABLE(port_fields),
        .text = "A root or downstream port, or a bridge.", .given = true };

static const Field ports_fields[] = {
        { "count", FIELD_INTEGER, FIELD_REQUIRED, FIELD_MEMBER(GuestPorts, count), .min = 1,
                        .max = GUEST_DEVICES_MAX, .text = "How many there are." },
        PORT_FIELDS(GuestPorts, port.),
};
const FieldTable guest_ports_table = { FIELD_TABLE(ports_fields), .text = "Ports that are alike.",
        .given = true };

int guest_read_ports(const JsonValue *json, Guest *guest) {
        size_t n;
        int r = json_value_array(json, GUEST_PORTS_MAX, &n);

        for (size_t i = 0; r >= 0 && i < n; i++) {
                const JsonValue element = json_value_element(json, i);
                GuestPorts ports = {};

                r = fields_read(&element, &guest_ports_table, &ports);
                if (r >= 0)
                        r = guest_add_ports(guest, &ports.port, ports.count);
                if (r == -E2BIG)
                        return json_value_fail(&element, "expected at most %d ports of one kind",
                                        GUEST_DEVICES_MAX);
        }
        return r;
}

/* ── devices ───────────────────────────────────────────────────────────────────────────────────────────── */

static json_t *write_address(const void *value) {
        const GuestDevice *device = value;

        return json_pci_address(device->has_address ? &device->address : NULL);
}

static int read_address(const JsonValue *json, void *value) {
        GuestDevice *device = value;
        const char *text = json_string_value(json->json);

        if (!text ||
                        !pci_address_parse((Bytes){ .data = (const uint8_t *) text, .n = strlen(text) },
                                        &device->address))
                return json_value_fail(json, "expected a PCI address such as \"0000:01:00.0\"");
        device->has_address = true;
        return 0;
}

static const FieldHook address_hook = {
        .write = write_address,
        .read = read_address,
        .schema = "{\"type\": \"string\", \"pattern\": \"^[0-9a-f]{4,8}:[0-9a-f]{2}:[01][0-9a-f]\\\\.[0-7]$\"}",
};

static json_t *write_mediated(const void *value) {
        return json_text(((const GuestDevice *) value)->uuid);
}

static int read_mediated(const JsonValue *json, void *value) {
        GuestDevice *device = value;
        const char *text = json_string_value(json->json);

        device->mediated = text &&
                        uuid_parse((Bytes){ .data = (const uint8_t *) text, .n = strlen(text) },
                                        device->uuid);
        return device->mediated ? 0 : json_value_fail(json, "expected a UUID");
}

static const FieldHook mediated_hook = {
        .write = write_mediated,
        .read = read_mediated,
        .schema = "{\"type\": \"string\", "
                  "\"pattern\": \"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$\"}",
};

static int check_device(const JsonValue *value, void *object, const void *before) {
        GuestDevice *device = object;

        /* A host's function is always assigned. */
        if (!json_object_get(value->json, "assigned"))
                device->assigned = device->has_address || device->mediated;
        if (device->has_address && !device->assigned)
                return json_value_fail(value, "expected no address: the device is not assigned");
        if (device->mediated && !device->assigned)
                return json_value_fail(value, "expected no mediated: the device is not assigned");
        if (device->mediated && device->has_address)
                return json_value_fail(value, "expected either mediated or address");
        if (!*device->name && device->mediated)
                snprintf(device->name, sizeof(device->name), "%s", device->uuid);
        if (!*device->name && device->has_address)
                pci_address_format(&device->address, device->name, sizeof(device->name));
        return 0;
}

#define DEVICE(member) FIELD_MEMBER(GuestDevice, member)

static const Field device_fields[] = {
        { "name", FIELD_STRING, 0, DEVICE(name), .text = "Name for people." },
        { "assigned", FIELD_BOOLEAN, FIELD_ALWAYS, DEVICE(assigned),
                        .text = "Assigned by VFIO; the default is true with an address or a mediated device." },
        { "iommufd", FIELD_BOOLEAN, 0, DEVICE(iommufd), .text = "Assigned through iommufd." },
        { "pciSegment", FIELD_INTEGER, 0, DEVICE(segment), .max = GUEST_SEGMENTS_MAX - 1,
                        .text = "PCI segment; of Cloud Hypervisor." },
        { "behindViommu", FIELD_STATE3, 0, DEVICE(behind_viommu),
                        .text = "Of Cloud Hypervisor: iommu=on; null: not known." },
        { "conventional", FIELD_BOOLEAN, 0, DEVICE(conventional), .text = "Not a PCI Express device." },
        { "ownPort", FIELD_BOOLEAN, 0, DEVICE(own_port),
                        .text = "Alone behind a root or downstream port, whose window then holds its BARs." },
        { "port", FIELD_OBJECT, 0, DEVICE(port), .table = &guest_port_table,
                        .text = "The port of a device with ownPort." },
        { "rdmPolicy", FIELD_WORD, 0, DEVICE(rdm_policy), .words = &xen_rdm_policy_words,
                        .text = "Of Xen, rdm_policy=: what a conflict of RAM with the device's reserved memory does; left out: strict." },
        { "seized", FIELD_BOOLEAN, 0, DEVICE(seized),
                        .text = "Of Xen, seize=1 or libvirt's managed='yes': handed over to pciback at the start." },
        { "address", FIELD_CUSTOM, 0, .hook = &address_hook,
                        .text = "PCI address of the host's function that is assigned." },
        { "mediated", FIELD_CUSTOM, 0, .hook = &mediated_hook,
                        .text = "UUID of the host's mediated device that is assigned; not beside an address." },
        { "bars", FIELD_LIST, FIELD_INLINE, FIELD_ELEMENTS(GuestDevice, bars, n_bars), .max = GUEST_BARS_MAX,
                        .table = &guest_bar_table, .text = "BARs of the device." },
};
const FieldTable guest_device_table = {
        FIELD_TABLE(device_fields),
        .text = "An assigned device whose address or UUID is given has the BARs of the host's profile, where that has them.",
        .given = true,
        .check = check_device,
};

/* ── Cloud Hypervisor's segments ───────────────────────────────────────────────────────────────────────── */

int guest_check_segments(const JsonValue *top, const Guest *guest) {
        unsigned n = guest->n_segments ? guest->n_segments : 1;

        if (!vmm_of(guest)->segments && (guest->n_segments > 0 || guest->n_pmem > 0))
                return json_value_fail(top, "pciSegments and pmem require \"cloud-hypervisor\"");
        for (size_t i = 0; i < guest->n_pmem; i++)
                if (guest->pmem[i].segment >= n)
                        return json_value_fail(top, "pmem.%zu.pciSegment: expected less than %u", i, n);
        for (size_t i = 0; i < guest->n_devices; i++)
                if (guest->devices[i].segment >= n)
                        return json_value_fail(top, "devices.%zu.pciSegment: expected less than %u", i, n);
        return 0;
}
