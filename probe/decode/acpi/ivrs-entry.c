/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/acpi/ivrs-entry.h"

#include <errno.h>

#include "probe/decode/text.h"
#include "probe/grow.h"

#define ENTRY_PAD 0x00
#define ENTRY_ALIAS 0x42
#define ENTRY_ALIAS_RANGE 0x43
#define ENTRY_EXTENDED 0x46
#define ENTRY_EXTENDED_RANGE 0x47
#define ENTRY_SPECIAL 0x48
#define ENTRY_ACPI_HID 0xf0
#define ACPI_HID_FIXED 22

/* 4, 8, 16 or 32 bytes by the type's upper bits; F0h has its own length. 0: unknown. */
static size_t entry_length(Bytes table, size_t offset, size_t left) {
        uint8_t type = bytes_u8(table, offset);

        if (type < 0x80)
                return (size_t) 4 << (type >> 6);
        if (type == ENTRY_ACPI_HID && left >= ACPI_HID_FIXED)
                return ACPI_HID_FIXED + (size_t) bytes_u8(table, offset + 21);
        return 0;
}

static void decode_extended(Bytes table, IvrsEntry *entry) {
        size_t offset = entry->offset;

        switch (entry->type) {
        case ENTRY_ALIAS:
        case ENTRY_ALIAS_RANGE:
                entry->has_extended = true;
                entry->source_id = bytes_u16(table, offset + 5);
                break;
        case ENTRY_EXTENDED:
        case ENTRY_EXTENDED_RANGE:
                entry->has_extended = true;
                entry->extended_data = bytes_u32(table, offset + 4);
                break;
        case ENTRY_SPECIAL:
                entry->has_extended = true;
                entry->handle = bytes_u8(table, offset + 4);
                entry->source_id = bytes_u16(table, offset + 5);
                entry->variety = bytes_u8(table, offset + 7);
                break;
        case ENTRY_ACPI_HID:
                text_printable(bytes_part(table, offset + 4, 8), entry->hardware_id,
                                sizeof(entry->hardware_id));
                break;
        default:
                break;
        }
}

int ivrs_entries_decode(Bytes table, size_t offset, size_t end, Ivrs *ivrs, FaultList *faults) {
        while (offset < end) {
                size_t left = end - offset, length = entry_length(table, offset, left);
                IvrsEntry entry = {
                        .offset = offset,
                        .type = bytes_u8(table, offset),
                        .device_id = bytes_u16(table, offset + 1),
                        .data = bytes_u8(table, offset + 3),
                };
                IvrsEntry *grown;

                if (length == 0 || length > left) {
                        fault_add(faults, offset, "entry-length",
                                        "device entry %02Xh does not fit into the remaining %zu bytes",
                                        entry.type, left);
                        return 0;
                }
                offset += length;
                if (entry.type == ENTRY_PAD)
                        continue;
                decode_extended(table, &entry);
                grown = grow(ivrs->entries, ivrs->n_entries, sizeof(IvrsEntry));
                if (!grown)
                        return -ENOMEM;
                ivrs->entries = grown;
                ivrs->entries[ivrs->n_entries++] = entry;
        }
        return 0;
}
