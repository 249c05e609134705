/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/pci/pci-address.h"

#include <stdio.h>
#include <string.h>

#include "probe/decode/text.h"

/* ":BB:DD.F" follows the domain. */
#define TAIL 8

static bool hex_field(Bytes text, size_t offset, size_t n, uint64_t *ret) {
        Bytes field = bytes_part(text, offset, n);

        for (size_t i = 0; i < field.n; i++)
                if (field.data[i] >= 'A' && field.data[i] <= 'F')
                        return false;
        return field.n == n && !text_starts(field, "0x") && text_u64(field, 16, ret);
}

bool pci_address_parse(Bytes text, PciAddress *ret) {
        uint64_t domain, bus, device, function;
        size_t digits;

        if (text.n < 4 + TAIL || text.n > 8 + TAIL)
                return false;
        digits = text.n - TAIL;
        /* At least four digits, no extra zeros, so that a device has one name. */
        if (digits > 4 && text.data[0] == '0')
                return false;
        if (text.data[digits] != ':' || text.data[digits + 3] != ':' || text.data[digits + 6] != '.')
                return false;
        if (!hex_field(text, 0, digits, &domain) || !hex_field(text, digits + 1, 2, &bus) ||
                        !hex_field(text, digits + 4, 2, &device) ||
                        !hex_field(text, digits + 7, 1, &function) || device > 31 || function > 7)
                return false;
        *ret = (PciAddress){ .domain = (uint32_t) domain,
                .bus = (uint8_t) bus,
                .device = (uint8_t) device,
                .function = (uint8_t) function };
        return true;
}

void pci_address_format(const PciAddress *address, char *ret, size_t size) {
        snprintf(ret, size, "%04x:%02x:%02x.%x", address->domain, address->bus, address->device,
                        address->function);
}

static uint64_t pci_address_key(const PciAddress *a) {
        return (uint64_t) a->domain << 16 | (uint64_t) a->bus << 8 | (uint64_t) a->device << 3 | a->function;
}

int pci_address_compare(const PciAddress *a, const PciAddress *b) {
        uint64_t x = pci_address_key(a), y = pci_address_key(b);

        return x < y ? -1 : x > y;
}
