/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reads a guest from a libvirt domain or a QEMU command line. Domains become QEMU options, so each meaning
 * is coded once. All functions return 0, -EINVAL with the error filled, or -ENOMEM. */

#include "guest/form/words/vm.h"

/* -object and -blockdev, used by their id. */
typedef struct VmObject {
        char id[VM_NAME_MAX];
        char type[48];         /* "memory-backend-ram", "sev-guest", …; "blockdev" for -blockdev */
        char file[256];        /* -blockdev: its file or the node below it */
        uint64_t size;         /* memory */
        uint64_t reduced_bits; /* SEV */
        bool reduced;          /* is given */
        uint64_t c_bit;
        uint64_t policy;
        bool used; /* memory backend is in use */
} VmObject;

#define VM_OBJECTS_MAX 4096
#define VM_CONFIGS_MAX 16
#define VM_SETS_MAX 256

/* -set */
typedef struct VmSet {
        const char *text;           /* GROUP.ID.PROPERTY=VALUE, not owned */
        size_t group, id, property; /* lengths in bytes */
        unsigned line;
        bool used;
} VmSet;

/* Where the accelerator is set. This decides which setting has priority. */
typedef enum AcceleratorBy {
        ACCELERATOR_BY_DEFAULT,
        ACCELERATOR_BY_DOMAIN, /* <domain type=> */
        ACCELERATOR_BY_LIST,   /* -accel */
        ACCELERATOR_BY_MACHINE /* -machine accel=, -enable-kvm */
} AcceleratorBy;

typedef struct VmAccelerator {
        AcceleratorBy by;
        unsigned line;
        char name[32];
        bool or_tcg; /* where that one is not there */
} VmAccelerator;

#define VM_NODES_MAX 128

/* -numa node */
typedef struct VmNuma {
        unsigned n;
        bool present[VM_NODES_MAX];
        bool memdev;
        bool unknown; /* a node's size is not known */
} VmNuma;

#define VM_PORTS_MAX GUEST_DEVICES_MAX

typedef struct VmPort {
        char id[VM_NAME_MAX];  /* also the name of its bus */
        char bus[VM_NAME_MAX]; /* its parent bus; "": the default one */
        GuestPort port;
        bool single;       /* PCI Express port for one device; its window holds that device's BARs */
        bool hotplug;      /* firmware reserves a window: a slot, or a hot-plug controller */
        bool taken;        /* a guest device is behind it */
        bool busy;         /* a domain gives a device an address there */
        bool above;        /* another port is behind it */
        uint8_t first_bus; /* of a pxb-pcie: bus_nr; 0: not one */
} VmPort;

typedef struct VmPlace VmPlace;

/* Where devices are plugged in (place.h), and what affects that. */
typedef struct VmPlaces {
        size_t n;
        VmPlace *items; /* owned */
        bool more;      /* some are missing: a file not read, or too many */
        bool globals;   /* -global sets places or numbers */
        bool other;     /* options besides -device may add devices */
        bool no_defaults, vga, nic,
                        usb; /* set by -nodefaults; by -vga or a device; by -nic, -net or -netdev; by -usb */
        bool no_acpi, no_sata, no_smbus;
} VmPlaces;

/* -smp: 0 is not given. */
typedef struct VmSmp {
        uint32_t cpus, max_cpus, sockets, clusters, cores, threads;
        uint32_t others; /* levels that the virt machine has one of */
        bool unknown;    /* a script's variable */
} VmSmp;

/* Options that depend on each other, kept until all are read. */
typedef struct VmQemu {
        unsigned n_configs; /* -readconfig */
        size_t n_objects;
        VmObject *objects; /* owned */
        size_t n_ports;
        VmPort *ports; /* owned */
        VmPlaces places;
        size_t n_sets;
        VmSet *sets;             /* owned */
        char memory_backend[64]; /* boot RAM */
        char protection[64];     /* confidential-guest-support */
        char pflash[256];        /* node of the first pflash */
        VmAccelerator accelerator;
        VmNuma numa;
        bool domain;               /* from a libvirt domain */
        GuestCpu global_cpu;       /* CPU properties from -global */
        GuestViommu global_viommu; /* vIOMMU properties from -global */
        bool i386;                 /* qemu-system-i386: no CPU has long mode */
        bool arm64;                /* qemu-system-aarch64, or the virt machine */
        bool irqchip_off;          /* kernel-irqchip=off */
        bool aarch64, x86;         /* a program for one architecture only */
        bool any_program;          /* its name says no architecture: the host's */
        bool no_machine;           /* no option names a machine; only of these two programs */
        VmSmp smp;
        bool machine_smmu, device_smmu; /* -machine iommu=smmuv3; -device arm-smmuv3 */
        size_t n_smmu_buses;
        char (*smmu_buses)[VM_NAME_MAX]; /* owned; of -device arm-smmuv3 */
        bool secure;                     /* -machine */
} VmQemu;

void vm_qemu_done(VmQemu *qemu);

/* ── before the options ────────────────────────────────────────────────────────────────────────────────── */

/* Finds the program and its first option. *ret_kvm: KVM is its default. */
int vm_qemu_program(Vm *vm, const VmWords *words, size_t *ret_first, bool *ret_kvm);
/* After the machine was looked for: a program of any name runs the host's architecture. */
int vm_qemu_program_host(Vm *vm);
/* Rejects a QEMU that only prints its help or version. */
int vm_qemu_check_query(Vm *vm, const VmWords *words, size_t first);
int vm_qemu_check_dashes(Vm *vm, const VmWords *words);

const VmObject *vm_object_find(const Vm *vm, const char *id);

/* ── QEMU's options, each with its value ───────────────────────────────────────────────────────────────── */

int vm_object(Vm *vm, const KeyValues *values);        /* -object, -blockdev */
int vm_machine(Vm *vm, const KeyValues *values);       /* -machine */
int vm_object_check(Vm *vm, const VmObject *object);   /* before it is added */
bool vm_machine_property_is_harmless(const char *key); /* no effect on addresses */
int vm_machine_look(Vm *vm, const KeyValues *values);  /* -machine: the architecture, before other options */
int vm_accelerator(Vm *vm, const char *names, AcceleratorBy by); /* "kvm", "kvm:tcg" */
int vm_accelerator_finish(Vm *vm);
int vm_memory(Vm *vm, const KeyValues *values); /* -m */
int vm_memory_slots(Vm *vm, const char *what, const char *value);
int vm_numa(Vm *vm, const KeyValues *values);                     /* -numa */
int vm_module(Vm *vm, const KeyValues *values);                   /* -device pc-dimm, virtio-mem-pci, … */
int vm_cpu(Vm *vm, const char *text);                             /* -cpu */
int vm_cpu_model(Vm *vm, const char *model);                      /* -cpu: first word */
int vm_cpu_property(Vm *vm, const char *name, const char *value); /* -cpu: other words */
int vm_device(Vm *vm, const KeyValues *values);                   /* -device */
int vm_global(Vm *vm, const KeyValues *values);                   /* -global */
void vm_globals(Vm *vm);                        /* apply -global where -cpu or the device sets nothing */
int vm_drive(Vm *vm, const KeyValues *values);  /* -drive */
int vm_fw_cfg(Vm *vm, const KeyValues *values); /* -fw_cfg */
int vm_smp(Vm *vm, const KeyValues *values);    /* -smp; only of the virt machine */
int vm_smp_part(Vm *vm, const char *option, const char *key, const char *value); /* -machine smp.cores= */
int vm_smp_finish(Vm *vm);

/* Add a VFIO device by PCI address, or a mediated device by UUID. The guest owns *ret. */
int vm_assigned(Vm *vm, const char *name, const PciAddress *address, bool iommufd, GuestDevice **ret);
int vm_mediated(Vm *vm, const char *name, const char *uuid, bool iommufd, GuestDevice **ret);

/* Sets pci-hole64-size. */
int vm_hole(Vm *vm, uint64_t size);

/* Finds the file of -machine pflash0=. */
int vm_firmware_resolve(Vm *vm);

/* Check the memory backend against -m, and NUMA nodes against each other. */
int vm_memory_backend(Vm *vm);
int vm_numa_finish(Vm *vm);

/* Applies -machine confidential-guest-support=. */
int vm_protection_finish(Vm *vm);

/* Checks options against each other after all are read. */
int vm_finish(Vm *vm);

/* ── the virt machine of arm64 ─────────────────────────────────────────────────────────────────────────── */

/* A property of -machine that x86 does not have, or has otherwise. *ret_known is false: it is another. */
int vm_virt_property(Vm *vm, const char *key, const char *value, bool *ret_known);
bool vm_virt_property_is_harmless(const char *key);

#define VM_VIRT_KEY_MAX 64

/* Fills in the name as QEMU knows it, and notes what some releases reject. A name too long stays empty. */
int vm_virt_spelling(Vm *vm, const KeyValue *item, char key[static VM_VIRT_KEY_MAX]);
int vm_virt_refuse_json(Vm *vm);

/* Notes that no virt machine has the property. */
int vm_virt_refuse_property(Vm *vm, const char *key);

/* -device arm-smmuv3,primary-bus=... */
int vm_virt_smmu(Vm *vm, const KeyValues *values);

/* -cpu: a property of x86 CPUs is rejected, others have no effect on addresses. */
int vm_virt_cpu_property(Vm *vm, const char *name, const char *value);

int vm_virt_finish(Vm *vm);
int vm_virt_window_check(Vm *vm, const char *what);

/* ── ports and bridges: what is behind each, and which windows firmware reserves ───────────────────────── */

/* Adds a port's window below 4 GiB if it exceeds the default of every port. */
int vm_port_reserve_low(Vm *vm, const char *name, const char *what, uint64_t size, GuestPort *port);

/* Reads a -device that is a port or bridge. */
int vm_port_device(Vm *vm, const KeyValues *values);

/* Copies the port. */
int vm_port_add(Vm *vm, const VmPort *port);

/* Puts a device behind the port of that name, if the port is for single devices. */
void vm_port_take(Vm *vm, const char *bus, GuestDevice *device);

/* Adds hot-plug ports without a guest device to the guest. */
int vm_ports_finish(Vm *vm);

/* ── -set GROUP.ID.PROPERTY=VALUE: properties set outside their option ─────────────────────────────────── */

/* Reads -set, before other options. */
int vm_set_add(Vm *vm, const char *text);

/* Appends the properties of -set to an option's own values. */
int vm_set_apply(Vm *vm, const char *group, KeyValues *values);

/* Notes each -set without a match. */
int vm_set_finish(Vm *vm);

/* Whether a device property affects memory addresses or their width. */
bool vm_property_moves(const char *name);

/* ── what a script does not tell ───────────────────────────────────────────────────────────────────────── */

/* Rejects an option's value if an unknown part could move addresses; errors have line and name. */
int vm_unknown_check(Vm *vm, const VmWords *words, const char *option, const char *text);

/* Rejects or notes an unknown word in an option's place. */
int vm_unknown_word(Vm *vm, const VmWords *words, const char *text);

/* ── what a remedy needs ───────────────────────────────────────────────────────────────────────────────── */

/* Keeps an option and its value as given. -ENOMEM. */
int vm_form_option(Vm *vm, const char *name, const char *value);

/* Finds who wrote the command line, by all words. -ENOMEM. */
int vm_form_manager(Vm *vm, const VmWords *words);
