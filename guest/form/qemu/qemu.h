/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A guest on its way from a libvirt domain or a QEMU command line into the struct. Both come down to QEMU's options, so
 * that what each means is said in one place. All functions: 0, -EINVAL with the error filled, or -ENOMEM. */

#include "guest/form/words/vm.h"

/* -object and -blockdev, which others name. */
typedef struct VmObject {
        char id[VM_NAME_MAX];
        char type[48];         /* "memory-backend-ram", "sev-guest", …; of a -blockdev "blockdev" */
        char file[256];        /* of a -blockdev: its file, or the node that has it */
        uint64_t size;         /* of memory */
        uint64_t reduced_bits; /* of SEV */
        bool reduced;          /* that is said */
        uint64_t c_bit;
        uint64_t policy;
        bool used; /* memory that something is made of */
} VmObject;

#define VM_OBJECTS_MAX 4096
#define VM_CONFIGS_MAX 16
#define VM_SETS_MAX 256

/* -set */
typedef struct VmSet {
        const char *text;           /* the word's: GROUP.ID.PROPERTY=VALUE */
        size_t group, id, property; /* how long they are */
        unsigned line;
        bool used;
} VmSet;

/* Where the accelerator comes from, which decides which of several counts. */
typedef enum AcceleratorBy {
        ACCELERATOR_BY_DEFAULT,
        ACCELERATOR_BY_DOMAIN, /* <domain type=> */
        ACCELERATOR_BY_LIST,   /* -accel */
        ACCELERATOR_BY_MACHINE /* -machine accel=, and what means the same: -enable-kvm */
} AcceleratorBy;

typedef struct VmAccelerator {
        AcceleratorBy by;
        unsigned line;
        char name[32];
} VmAccelerator;

#define VM_NODES_MAX 128

/* -numa node */
typedef struct VmNuma {
        unsigned n;
        bool present[VM_NODES_MAX];
        bool memdev;
        bool unknown; /* the size of one is not known */
} VmNuma;

#define VM_PORTS_MAX GUEST_DEVICES_MAX

typedef struct VmPort {
        char id[VM_NAME_MAX];  /* of the bus behind it, too */
        char bus[VM_NAME_MAX]; /* that it is on; "" the machine's choice */
        GuestPort port;
        bool single; /* room for one device behind it, whose BARs are then its window: a port of PCI Express */
        bool hotplug; /* firmware looks at it: a slot, or a bridge's hot-plug controller */
        bool taken;   /* one of the guest's devices is behind it, */
        bool busy;    /* or one that a domain gives an address there, */
        bool above;   /* or another port */
} VmPort;

typedef struct VmPlace VmPlace;

/* Where devices are plugged in (place.h), and what changes that. */
typedef struct VmPlaces {
        size_t n;
        VmPlace *items; /* owned */
        bool more;      /* some are not here: a file that is not read, or too many */
        bool globals;   /* -global has places or numbers for some */
        bool other;     /* options besides -device that may make devices */
        bool no_defaults, vga, nic,
                        usb; /* the machine's: said with -nodefaults, -vga or a device, -nic and the like, -usb */
        bool no_acpi, no_sata, no_smbus;
} VmPlaces;

/* What options say of each other, kept until all are read. */
typedef struct VmQemu {
        unsigned n_configs; /* -readconfig */
        size_t n_objects;
        VmObject *objects; /* owned */
        size_t n_ports;
        VmPort *ports; /* owned */
        VmPlaces places;
        size_t n_sets;
        VmSet *sets;             /* owned */
        char memory_backend[64]; /* boot RAM's */
        char protection[64];     /* confidential-guest-support */
        char pflash[256];        /* the node behind the first pflash */
        VmAccelerator accelerator;
        VmNuma numa;
        bool domain;               /* it is libvirt's description */
        GuestCpu global_cpu;       /* what -global says of the CPU, */
        GuestViommu global_viommu; /* and of the vIOMMU */
        bool i386;                 /* qemu-system-i386: no CPU of it has long mode */
} VmQemu;

void vm_qemu_done(VmQemu *qemu);

const VmObject *vm_object_find(const Vm *vm, const char *id);

/* ── QEMU's options, each taking what stands behind it ─────────────────────────────────────────────────── */

int vm_object(Vm *vm, const KeyValues *values);                  /* -object, and -blockdev */
int vm_machine(Vm *vm, const KeyValues *values);                 /* -machine */
int vm_object_check(Vm *vm, const VmObject *object);             /* one that is to be added */
bool vm_machine_property_is_harmless(const char *key);           /* of it, one that moves nothing */
int vm_accelerator(Vm *vm, const char *names, AcceleratorBy by); /* "kvm", "kvm:tcg" */
int vm_accelerator_finish(Vm *vm);
int vm_memory(Vm *vm, const KeyValues *values);                   /* -m */
int vm_numa(Vm *vm, const KeyValues *values);                     /* -numa */
int vm_module(Vm *vm, const KeyValues *values);                   /* -device pc-dimm, virtio-mem-pci, … */
int vm_cpu(Vm *vm, const char *text);                             /* -cpu */
int vm_cpu_model(Vm *vm, const char *model);                      /* its first word, */
int vm_cpu_property(Vm *vm, const char *name, const char *value); /* and the others */
int vm_device(Vm *vm, const KeyValues *values);                   /* -device */
int vm_global(Vm *vm, const KeyValues *values);                   /* -global */
void vm_globals(Vm *vm); /* what -global said, where -cpu or the device does not say it */
int vm_drive(Vm *vm, const KeyValues *values);  /* -drive */
int vm_fw_cfg(Vm *vm, const KeyValues *values); /* -fw_cfg */

/* A VFIO device by the host's address, and a mediated one by its UUID. The device stays the guest's. */
int vm_assigned(Vm *vm, const char *name, const PciAddress *address, bool iommufd, GuestDevice **ret);
int vm_mediated(Vm *vm, const char *name, const char *uuid, bool iommufd, GuestDevice **ret);

/* A bridge's pci-hole64-size. */
int vm_hole(Vm *vm, uint64_t size);

/* The file behind -machine pflash0=. */
int vm_firmware_resolve(Vm *vm);

/* What the machine's memory backend says against -m, and NUMA nodes against each other. */
int vm_memory_backend(Vm *vm);
int vm_numa_finish(Vm *vm);

/* What the machine names as confidential-guest-support. */
int vm_protection_finish(Vm *vm);

/* Once all of it is there: what options say of each other. */
int vm_finish(Vm *vm);

/* ── ports and bridges: what is behind each, and for which of them firmware keeps a window free ────────── */

/* What a port keeps free below 4 GiB, where that is more than every port has. */
int vm_port_reserve_low(Vm *vm, const char *name, const char *what, uint64_t size, GuestPort *port);

/* -device, where it is a port or bridge. */
int vm_port_device(Vm *vm, const KeyValues *values);

/* A copy is kept. */
int vm_port_add(Vm *vm, const VmPort *port);

/* Puts a device behind a port of that name where there is one for single devices. */
void vm_port_take(Vm *vm, const char *bus, GuestDevice *device);

/* Those with nothing of the guest's devices behind them become the guest's own. */
int vm_ports_finish(Vm *vm);

/* ── -set GROUP.ID.PROPERTY=VALUE: what is said of a device from elsewhere ─────────────────────────────── */

/* -set, before all other options. */
int vm_set_add(Vm *vm, const char *text);

/* What they say of that group's options, added behind its own. */
int vm_set_apply(Vm *vm, const char *group, KeyValues *values);

/* Those that found nothing are noted. */
int vm_set_finish(Vm *vm);

/* Does a property of some device take a place in memory, or say how wide addresses are? */
bool vm_property_moves(const char *name);

/* ── what a script does not tell ───────────────────────────────────────────────────────────────────────── */

/* Refuses an option's value where an unknown part of it could move addresses, with its line and name. */
int vm_unknown_check(Vm *vm, const VmWords *words, const char *option, const char *text);

/* The word stands where an option could be. */
int vm_unknown_word(Vm *vm, const VmWords *words, const char *text);

/* ── what a remedy needs ───────────────────────────────────────────────────────────────────────────────── */

/* An option with its value, as it was given. -ENOMEM. */
int vm_form_option(Vm *vm, const char *name, const char *value);

/* By all words of a command line: who wrote it. -ENOMEM. */
int vm_form_manager(Vm *vm, const VmWords *words);
