/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/json/guest-json-port.h"

#include <errno.h>

#include "guest/form/json/guest-json-field.h"
#include "guest/size.h"
#include "probe/cleanup.h"
#include "profile/document/json-fact.h"
#include "profile/document/json-faults.h"
#include "profile/document/read-fact.h"

/* Two kinds below 4 GiB. */
#define RESERVE32_MAX (UINT64_C(8) << 30)

static int read_hotplug(const JsonValue *value, const JsonField *field, void *ret) {
        if (!json_is_boolean(value->json))
                return json_value_fail(value, "expected true or false");
        ((GuestPort *) ret)->fixed = !json_is_true(value->json);
        return 0;
}

static const JsonField port_members[] = {
        { "hotplug", read_hotplug },
        { "conventional", json_read_bool, JSON_FIELD(GuestPort, conventional) },
        { "shared", json_read_bool, JSON_FIELD(GuestPort, shared) },
        { "pref64Reserve", guest_read_size, JSON_FIELD(GuestPort, reserve), .max = GUEST_BAR_MAX },
        { "mem32Reserve", guest_read_size, JSON_FIELD(GuestPort, reserve32), .max = RESERVE32_MAX },
};
const JsonFields guest_port_fields = { ELEMENTS(port_members), port_members };

static int read_group_hotplug(const JsonValue *value, const JsonField *field, void *ret) {
        return read_hotplug(value, field, &((GuestPorts *) ret)->port);
}

static const JsonField group_members[] = {
        { "count", guest_read_number, JSON_FIELD(GuestPorts, count), .max = GUEST_DEVICES_MAX },
        { "hotplug", read_group_hotplug },
        { "conventional", json_read_bool, JSON_FIELD(GuestPorts, port.conventional) },
        { "pref64Reserve", guest_read_size, JSON_FIELD(GuestPorts, port.reserve), .max = GUEST_BAR_MAX },
        { "mem32Reserve", guest_read_size, JSON_FIELD(GuestPorts, port.reserve32), .max = RESERVE32_MAX },
};
static const JsonFields group_fields = { ELEMENTS(group_members), group_members };

int guest_read_ports(const JsonValue *value, const JsonField *field, void *ret) {
        size_t n;
        int r;

        r = json_value_array(value, GUEST_PORTS_MAX, &n);
        for (size_t i = 0; r >= 0 && i < n; i++) {
                const JsonValue element = json_value_element(value, i);
                GuestPorts group = {};

                r = json_read_given(&element, &group_fields, &group);
                if (r >= 0 && group.count == 0)
                        return json_value_fail(&element, "expected a count of at least 1");
                if (r >= 0)
                        r = guest_add_ports(ret, &group.port, group.count);
                if (r == -E2BIG)
                        return json_value_fail(&element, "expected at most %d ports of one kind",
                                        GUEST_DEVICES_MAX);
        }
        return r;
}

static bool put_port(json_t *json, const GuestPort *port) {
        return (!port->fixed || json_put(json, "hotplug", json_false())) &&
                        (!port->conventional || json_put(json, "conventional", json_true())) &&
                        (!port->shared || json_put(json, "shared", json_true())) &&
                        (port->reserve == 0 ||
                                        json_put(json, "pref64Reserve",
                                                        json_integer((json_int_t) port->reserve))) &&
                        (port->reserve32 == 0 ||
                                        json_put(json, "mem32Reserve",
                                                        json_integer((json_int_t) port->reserve32)));
}

json_t *guest_port_json(const GuestPort *port) {
        json_t *json = json_object();

        return json_finish(json, put_port(json, port));
}

static json_t *group_element(const void *data, size_t i) {
        const GuestPorts *group = &((const Guest *) data)->ports[i];
        json_t *json = json_object();

        return json_finish(json,
                        json_put(json, "count", json_integer(group->count)) && put_port(json, &group->port));
}

json_t *guest_ports_json(const Guest *guest) {
        return json_list(guest->n_ports, group_element, guest);
}
