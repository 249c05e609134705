/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What only Cloud Hypervisor's guests have, in a guest's document: PCI segments, persistent memory. */

#include "guest/guest.h"
#include "profile/document/read-value.h"

/* `read` of JsonField; ret is the guest. */
int guest_read_segments(const JsonValue *value, const JsonField *field, void *ret);
int guest_read_pmem(const JsonValue *value, const JsonField *field, void *ret);

/* Once the document is read: another VMM has none of it, and every segment that is named is there. */
int guest_check_segments(const JsonValue *top, const Guest *guest);

/* Adds what the guest has; false: out of memory. */
bool guest_put_segments(json_t *object, const Guest *guest);
