/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Builds an ACPI table byte by byte, for tests. */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct AcpiBuild {
        uint8_t data[1024];
        size_t n;
} AcpiBuild;

static inline void acpi_u8(AcpiBuild *table, uint8_t value) {
        table->data[table->n++] = value;
}

static inline void acpi_u16(AcpiBuild *table, uint16_t value) {
        acpi_u8(table, (uint8_t) value);
        acpi_u8(table, (uint8_t) (value >> 8));
}

static inline void acpi_u32(AcpiBuild *table, uint32_t value) {
        acpi_u16(table, (uint16_t) value);
        acpi_u16(table, (uint16_t) (value >> 16));
}

static inline void acpi_u64(AcpiBuild *table, uint64_t value) {
        for (unsigned i = 0; i < 8; i++)
                acpi_u8(table, (uint8_t) (value >> 8 * i));
}

static inline void acpi_zero(AcpiBuild *table, size_t n) {
        while (n-- > 0)
                acpi_u8(table, 0);
}

/* The header of 36 bytes; length and checksum follow at the end. */
static inline void acpi_begin(AcpiBuild *table, const char *signature) {
        *table = (AcpiBuild){};
        memcpy(table->data, signature, 4);
        table->n = 36;
}

static inline void acpi_end(AcpiBuild *table) {
        uint8_t sum = 0;

        for (unsigned i = 0; i < 4; i++)
                table->data[4 + i] = (uint8_t) (table->n >> 8 * i);
        table->data[9] = 0;
        for (size_t i = 0; i < table->n; i++)
                sum = (uint8_t) (sum + table->data[i]);
        table->data[9] = (uint8_t) -sum;
}
