/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/qemu/config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "probe/cleanup.h"

/* qemu-server's directory. */
#define DIRECTORY "/usr/share/qemu-server/"

typedef struct Bridge {
        const char *id, *driver, *bus, *address;
        const char *chassis; /* chassis_nr of a bridge; NULL: none */
} Bridge;

/* The q35 files for QEMU before 4.0 and later differ only in the driver of the four root ports. */
static const Bridge q35[] = {
        { "ich9-pcie-port-1", NULL, "pcie.0", "1c.0", "1" },
        { "ich9-pcie-port-2", NULL, "pcie.0", "1c.1", "2" },
        { "ich9-pcie-port-3", NULL, "pcie.0", "1c.2", "3" },
        { "ich9-pcie-port-4", NULL, "pcie.0", "1c.3", "4" },
        { "pcidmi", "i82801b11-bridge", "pcie.0", "1e.0", NULL },
        { "pci.0", "pci-bridge", "pcidmi", "1.0", "1" },
        { "pci.1", "pci-bridge", "pcidmi", "2.0", "2" },
        { "pci.2", "pci-bridge", "pcidmi", "3.0", "3" },
        { "pci.3", "pci-bridge", "pcidmi", "4.0", "4" },
};

static const struct {
        const char *name;
        const char *port; /* default driver */
        size_t n;
        const Bridge *bridges;
} files[] = {
        { "pve-q35-4.0.cfg", "pcie-root-port", ELEMENTS(q35), q35 },
        { "pve-q35.cfg", "ioh3420", ELEMENTS(q35), q35 },
        { "pve-usb.cfg", NULL, 0, NULL },
};

static const char *name_of(const char *path) {
        return strncmp(path, DIRECTORY, strlen(DIRECTORY)) == 0 ? path + strlen(DIRECTORY) : "";
}

bool vm_proxmox_knows(const char *path) {
        for (size_t i = 0; i < ELEMENTS(files); i++)
                if (strcmp(name_of(path), files[i].name) == 0)
                        return true;
        return false;
}

static int set_bridge(Vm *vm, const Bridge *bridge, const char *port, VmConfigGroup set) {
        const char *const pairs[][2] = {
                { "id", bridge->id },
                { "driver", bridge->driver ? bridge->driver : port },
                { "bus", bridge->bus },
                { "addr", bridge->address },
                { bridge->driver ? "chassis_nr" : "chassis", bridge->chassis },
                { "multifunction", "on" },
        };
        _cleanup_(key_values_done) KeyValues values = {};
        int r = 0;

        for (size_t i = 0; r >= 0 && i < ELEMENTS(pairs); i++)
                r = pairs[i][1] ? key_values_add(&values, pairs[i][0], pairs[i][1]) : 0;
        return r < 0 ? r : set(vm, "device", &values);
}

/* Called in every turn of the options. */
static int assume(Vm *vm, const char *path, const char *why) {
        char what[96];

        snprintf(what, sizeof(what), "-readconfig %.80s", path);
        for (size_t i = 0; i < vm->guest->n_assumed; i++)
                if (strcmp(vm->guest->assumed[i].what, what) == 0)
                        return 0;
        return vm_bounded(vm,
                        guest_assume(vm->guest, what, "the file that Proxmox VE installs (here: %s)", why));
}

int vm_proxmox_groups(Vm *vm, const char *path, const char *why, VmConfigGroup set) {
        int r = assume(vm, path, why);

        for (size_t i = 0; i < ELEMENTS(files); i++) {
                if (strcmp(name_of(path), files[i].name) != 0)
                        continue;
                for (size_t j = 0; r >= 0 && j < files[i].n; j++)
                        r = set_bridge(vm, &files[i].bridges[j], files[i].port, set);
        }
        return r;
}
