/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Ports in a guest's document. */

#include "guest/guest.h"
#include "profile/document/read-value.h"

extern const JsonFields guest_port_fields; /* of GuestPort */

int guest_read_ports(const JsonValue *value, const JsonField *field, void *ret); /* Guest */

/* New references; NULL when out of memory. */
json_t *guest_port_json(const GuestPort *port);
json_t *guest_ports_json(const Guest *guest);
