/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/show/pci-names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/decode/text.h"

#if HAVE_LIBPCI
#include <dlfcn.h>
#include <pci/pci.h>

/* Loaded on demand: with its dependencies it would be a tenth of a probe's memory. */
#define LIBPCI_NAME "libpci.so.3"

struct PciNames {
        void *library;
        struct pci_access *access;
        void (*cleanup)(struct pci_access *access);
        char *(*lookup_name)(struct pci_access *access, char *buffer, int size, int flags, ...);
};

/* libpci's handler exits, so this one must not return. */
static void __attribute__((noreturn)) on_error(char *message, ...) {
        fprintf(stderr, "hawctl: cannot use pci.ids: %s\n", message);
        exit(EXIT_FAILURE);
}

static void on_message(char *message, ...) {
}

PciNames *pci_names_open(void) {
        void *library = dlopen(LIBPCI_NAME, RTLD_NOW | RTLD_LOCAL);
        PciNames *names = library ? calloc(1, sizeof(PciNames)) : NULL;
        struct pci_access *(*alloc)(void);

        if (!names) {
                if (library)
                        dlclose(library);
                return NULL;
        }
        names->library = library;
        alloc = (struct pci_access * (*) (void) ) dlsym(library, "pci_alloc");
        names->cleanup = (void (*)(struct pci_access *)) dlsym(library, "pci_cleanup");
        names->lookup_name = (char *(*) (struct pci_access *, char *, int, int, ...)) dlsym(
                        library, "pci_lookup_name");
        if (!alloc || !names->cleanup || !names->lookup_name) {
                dlclose(library);
                free(names);
                return NULL;
        }
        /* Not initialised, to access no hardware: only its table of names is used. */
        names->access = alloc();
        names->access->error = on_error;
        names->access->warning = on_message;
        names->access->debug = on_message;
        return names;
}

void pci_names_close(PciNames **names) {
        if (!*names)
                return;
        (*names)->cleanup((*names)->access);
        dlclose((*names)->library);
        free(*names);
        *names = NULL;
}

const char *pci_names_device(PciNames *names, const ProfileDevice *device, char *ret, size_t size) {
        /* udev's hardware database has the same names; where it is missing, libpci loses memory. */
        static const int flags = PCI_LOOKUP_VENDOR | PCI_LOOKUP_NO_NUMBERS | PCI_LOOKUP_NO_HWDB;
        char buffer[256];
        char *name;

        ret[0] = 0;
        if (!names || device->ids_reason != REASON_NONE)
                return ret;
        name = names->lookup_name(names->access, buffer, sizeof(buffer), flags | PCI_LOOKUP_DEVICE,
                        device->vendor, device->device);
        if (!name)
                name = names->lookup_name(names->access, buffer, sizeof(buffer), flags, device->vendor);
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
