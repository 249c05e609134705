/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/pci-names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/decode/text.h"

#if HAVE_LIBPCI
#include <pci/pci.h>

struct PciNames {
        struct pci_access *access;
};

/* libpci's own handler ends the process; what it has to say of a list of names is not worth that, and it must not
 * return. */
static void __attribute__((noreturn)) on_error(char *message, ...) {
        fprintf(stderr, "hawctl: pci.ids cannot be used: %s\n", message);
        exit(EXIT_FAILURE);
}

static void on_message(char *message, ...) {
}

PciNames *pci_names_open(void) {
        PciNames *names = calloc(1, sizeof(PciNames));

        if (!names)
                return NULL;
        /* Not initialised, so that it looks at no hardware: only its table of names is used. */
        names->access = pci_alloc();
        names->access->error = on_error;
        names->access->warning = on_message;
        names->access->debug = on_message;
        return names;
}

void pci_names_close(PciNames **names) {
        if (!*names)
                return;
        pci_cleanup((*names)->access);
        free(*names);
        *names = NULL;
}

const char *pci_names_device(PciNames *names, const ProfileDevice *device, char *ret, size_t size) {
        char buffer[256];

        ret[0] = 0;
        if (!names || device->ids_reason != REASON_NONE)
                return ret;
        const char *name = pci_lookup_name(names->access, buffer, sizeof(buffer),
                        PCI_LOOKUP_VENDOR | PCI_LOOKUP_DEVICE | PCI_LOOKUP_NO_NUMBERS, device->vendor,
                        device->device);
        if (!name)
                name = pci_lookup_name(names->access, buffer, sizeof(buffer),
                                PCI_LOOKUP_VENDOR | PCI_LOOKUP_NO_NUMBERS, device->vendor);
        if (name)
                text_printable((Bytes){ .data = (const uint8_t *) name, .n = strlen(name) }, ret, size);
        return ret;
}

#else

PciNames *pci_names_open(void) {
        return NULL;
}

void pci_names_close(PciNames **names) {
}

const char *pci_names_device(PciNames *names, const ProfileDevice *device, char *ret, size_t size) {
        ret[0] = 0;
        return ret;
}

#endif
