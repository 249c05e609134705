/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A guest on its way from a libvirt domain or a QEMU command line into the struct. Both come down to QEMU's options, so
 * that what each means is said in one place. All functions: 0, -EINVAL with the error filled, or -ENOMEM. */

#include <stdbool.h>

#include "guest/form/qemu/key-values.h"
#include "guest/guest.h"

/* The most that a form of a guest may be long. */
#define VM_TEXT_MAX ((size_t) 16 << 20)
/* What libvirt itself takes from its clients (REMOTE_STRING_MAX), and more than it ever wrote. */
#define VM_DOMAIN_MAX ((size_t) 4 << 20)
#define VM_DOMAIN_TOO_LARGE "larger than 4 MiB, the maximum for a libvirt domain"
#define VM_DOMAIN_PARTS_MAX 100000 /* elements, attributes and name spaces */

typedef struct VmError {
        unsigned line;  /* from 1; 0 when there are none */
        char text[256]; /* printable */
} VmError;

#define VM_NAME_MAX 64

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

struct VmFiles;
typedef struct VmPort VmPort;
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

typedef struct Vm {
        Guest *guest;
        VmError *error;
        const struct VmFiles *files; /* NULL: none is looked into */
        unsigned n_configs;          /* -readconfig */
        unsigned line;               /* of what is read now */
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
} Vm;

void vm_done(Vm *vm);

int vm_fail(Vm *vm, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What is not understood, and may move memory. */
int vm_ignore(Vm *vm, const char *what, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* What QEMU ends on, whatever the host is. */
int vm_refuse(Vm *vm, const char *what, const char *text);

/* 0 and -ENOMEM as they are; -E2BIG, too much of something, becomes an error. */
int vm_bounded(Vm *vm, int r);

const VmObject *vm_object_find(const Vm *vm, const char *id);

/* Values as QEMU takes them; the option is for the error. */
int vm_size(Vm *vm, const char *option, const char *text, uint64_t default_scale, uint64_t *ret);
int vm_number(Vm *vm, const char *option, const char *text, uint64_t max, uint64_t *ret);
int vm_boolean(Vm *vm, const char *option, const char *text, bool *ret);

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

/* A VFIO device by the host's address, "0000:01:00.0" or "01:00.0"; the id may be NULL. The device stays the guest's. */
int vm_assigned(Vm *vm, const char *id, const char *address, bool iommufd, GuestDevice **ret);

/* A mediated device by its UUID; the id may be NULL. */
int vm_mediated(Vm *vm, const char *id, const char *uuid, bool iommufd, GuestDevice **ret);

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
