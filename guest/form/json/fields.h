/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The tables of a guest's document, and shared functions. */

#include <stddef.h>

#include "guest/guest.h"
#include "profile/document/field.h"
#include "profile/document/read-value.h"

extern const FieldTable guest_cpu_table;    /* GuestCpu */
extern const FieldTable guest_memory_table; /* GuestMemory */
extern const FieldTable guest_device_table; /* GuestDevice */
extern const FieldTable guest_port_table;   /* GuestPort */
extern const FieldTable guest_ports_table;  /* GuestPorts */
extern const FieldTable guest_bar_table;    /* GuestBar */
extern const FieldTable guest_virt_table;   /* GuestVirt */
extern const FieldTable guest_xen_table;    /* GuestXen */
extern const FieldTable guest_note_table;   /* GuestNote */

/* uint64_t: a number of bytes, or a string with a unit. */
#define SIZE_SCHEMA                                                                             \
        "{\"oneOf\": [{\"type\": \"integer\", \"minimum\": 0, \"maximum\": 4503599627370496}, " \
        "{\"type\": \"string\", \"pattern\": \"^[0-9]+(B|KiB|MiB|GiB|TiB|PiB)?$\"}]}"
extern const FieldHook guest_size_hook;
extern const FieldHook guest_bar_size_hook;
int guest_read_size(const JsonValue *json, uint64_t max, uint64_t *ret);

/* GuestVersion: "7.2". */
#define VERSION_SCHEMA "{\"type\": \"string\", \"pattern\": \"^[0-9]+(\\\\.[0-9]+){0,2}$\"}"
extern const FieldHook guest_version_hook;
int guest_read_version(const JsonValue *json, void *value);
json_t *guest_write_version(const void *value);

/* Read lists by adding to the guest. Written as any list. */
int guest_read_ports(const JsonValue *json, Guest *guest);
int guest_read_notes(const JsonValue *json, GuestNote **notes, size_t *n);

/* Checks segments at the end: only Cloud Hypervisor has them, and all named ones must exist. */
int guest_check_segments(const JsonValue *top, const Guest *guest);

/* Checks at the end what the guest's architecture does not have. */
int guest_check_architecture(const JsonValue *top, const Guest *guest);

/* Checks at the end that only a guest of Xen has Xen's settings. */
int guest_check_xen(const JsonValue *top, const Guest *guest);

/* The guest that contains this member. */
#define GUEST_OF(value, member) ((Guest *) (void *) ((char *) (value) -offsetof(Guest, member)))
