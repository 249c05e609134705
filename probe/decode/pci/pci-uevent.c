/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/pci/pci-uevent.h"

#include <string.h>

#include "probe/decode/text.h"

/* The part after "KEY=". */
static bool value_of(Bytes line, const char *key, Bytes *ret) {
        size_t n = strlen(key);

        if (!text_starts(line, key) || line.n == n || line.data[n] != '=')
                return false;
        *ret = bytes_part(line, n + 1, line.n);
        return true;
}

/* "8086:1572", not always padded. */
static bool id_pair(Bytes text, uint16_t *ret_vendor, uint16_t *ret_device) {
        const uint8_t *colon = text.n ? memchr(text.data, ':', text.n) : NULL;
        uint64_t vendor, device;

        if (!colon)
                return false;
        size_t n = (size_t) (colon - text.data);
        if (!text_u64(bytes_part(text, 0, n), 16, &vendor) ||
                        !text_u64(bytes_part(text, n + 1, text.n), 16, &device) || vendor > UINT16_MAX ||
                        device > UINT16_MAX)
                return false;
        *ret_vendor = (uint16_t) vendor;
        *ret_device = (uint16_t) device;
        return true;
}

void pci_uevent_decode(Bytes text, PciUevent *ret) {
        size_t cursor = 0;
        Bytes line, value;
        uint64_t number;

        *ret = (PciUevent){};
        while (text_line(text, &cursor, &line)) {
                if (value_of(line, "DRIVER", &value))
                        text_printable(value, ret->driver, sizeof(ret->driver));
                else if (value_of(line, "PCI_CLASS", &value)) {
                        ret->has_class = text_u64(value, 16, &number) && number <= 0xffffff;
                        ret->class_code = ret->has_class ? (uint32_t) number : 0;
                } else if (value_of(line, "PCI_ID", &value))
                        ret->has_id = id_pair(value, &ret->vendor, &ret->device);
                else if (value_of(line, "PCI_SUBSYS_ID", &value))
                        ret->has_subsystem = id_pair(value, &ret->subsystem_vendor, &ret->subsystem_device);
        }
}
