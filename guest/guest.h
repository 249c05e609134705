/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A virtual machine as far as it moves addresses: one struct from three forms (hawd's JSON, a libvirt domain, a QEMU command
 * line). Sizes are bytes, widths bits. What a form did not say has the default of that VMM at that version, and stands in
 * `assumed`; what it said and nobody understood stands in `ignored` when it may move memory. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guest/manager.h"
#include "guest/system.h"
#include "probe/decode/cpu/cpuid-feature.h"
#include "probe/decode/pci/pci-address.h"
#include "probe/decode/uuid.h"
#include "probe/fact.h"
#include "probe/words.h"

#define GUEST_DEVICES_MAX 1024
#define GUEST_BARS_MAX 6
#define GUEST_NOTES_MAX 256
#define GUEST_CXL_MAX 16
#define GUEST_SEGMENTS_MAX 96
#define GUEST_PMEM_MAX 64
#define GUEST_MODULES_MAX 256
#define GUEST_PORTS_MAX 64
#define GUEST_LOCKED_UNLIMITED (UINT64_C(1) << 52) /* so much and more is no limit */

typedef enum VmmKind {
        VMM_QEMU = 0,
        VMM_CLOUD_HYPERVISOR,
        _VMM_MAX,
} VmmKind;

WORDS_DECLARE(VmmKind, vmm);

typedef enum MachineKind {
        MACHINE_PC = 0, /* i440fx */
        MACHINE_Q35,
        MACHINE_MICROVM,
        MACHINE_CLOUD_HYPERVISOR,
        _MACHINE_KIND_MAX,
} MachineKind;

typedef enum FirmwareKind {
        FIRMWARE_UNKNOWN = 0,
        FIRMWARE_NONE, /* a kernel is started directly, without firmware that places BARs */
        FIRMWARE_SEABIOS,
        FIRMWARE_OVMF, /* also CLOUDHV.fd */
        _FIRMWARE_KIND_MAX,
} FirmwareKind;

WORDS_DECLARE(FirmwareKind, firmware);

/* 7.2 of QEMU, 202211 (as 202211.0) of OVMF's stable tags, 1.16 of SeaBIOS with patch 3. All zero: unknown. */
typedef struct GuestVersion {
        uint32_t major, minor, patch;
} GuestVersion;

typedef enum WidthMode {
        WIDTH_DEFAULT = 0, /* not said: the VMM's default (QEMU: 40) */
        WIDTH_EXPLICIT,    /* phys-bits=N, <maxphysaddr mode='emulate' bits='N'/> */
        WIDTH_HOST,        /* host-phys-bits=on, mode='passthrough', -cpu host|max: the host's raw width */
} WidthMode;

typedef enum Confidential {
        CONFIDENTIAL_NONE = 0,
        CONFIDENTIAL_SEV,
        CONFIDENTIAL_SEV_ES,
        CONFIDENTIAL_SEV_SNP,
        CONFIDENTIAL_TDX,
        _CONFIDENTIAL_MAX,
} Confidential;

WORDS_DECLARE(Confidential, confidential);

typedef struct GuestCpu {
        char model[64];      /* "host", "Skylake-Server", …; "" not said */
        CpuVendor vendor;    /* of the virtual CPU; under KVM the host's unless the guest says another */
        bool vendor_is_host; /* it is the host's, which the check fills in */
        WidthMode width_mode;
        uint8_t phys_bits;       /* WIDTH_EXPLICIT */
        uint8_t limit;           /* WIDTH_HOST: host-phys-bits-limit; 0 none */
        uint8_t guest_phys_bits; /* 0: automatic */
        bool past_libvirt;       /* said by a -cpu of <qemu:commandline>, which libvirt does not look at */
        Tristate long_mode, la57, pdpe1gb, pae,
                        pse36; /* of the virtual CPU; unknown: as the host, or the model */
        Tristate told_guest_bits; /* by KVM, where the host does not say whether it does: only tried (alternatives.h) */
} GuestCpu;

typedef enum MemoryKind {
        MEMORY_DIMM = 0,
        MEMORY_NVDIMM,
        MEMORY_VIRTIO_MEM,
        MEMORY_VIRTIO_PMEM,
        _MEMORY_KIND_MAX,
} MemoryKind;

WORDS_DECLARE(MemoryKind, memory);

/* Memory that is plugged in from the start: it lies in the hot-plug region. */
typedef struct GuestModule {
        MemoryKind kind;
        uint64_t size;
        uint64_t align; /* of its place, a power of two; 0: 2 MiB */
        uint64_t block; /* virtio-mem: block-size, in which it is plugged; 0: 2 MiB */
} GuestModule;

typedef struct GuestMemory {
        uint64_t ram; /* at boot */
        uint64_t max; /* 0: no hot-plug region */
        uint64_t plugged; /* modules in the hot-plug region (DIMM, NVDIMM, virtio-mem): max is at least ram and these */
        uint64_t below_4g_max; /* max-ram-below-4g; 0 default */
        uint64_t locked_limit; /* RLIMIT_MEMLOCK of the VMM; 0: not known, GUEST_LOCKED_UNLIMITED: none */
        uint32_t slots;
        uint64_t sgx_epc;   /* total */
        bool numa;          /* there are NUMA nodes, which must have all of ram: */
        uint64_t numa_size; /* so much they have together */
        bool numa_mem;      /* by mem=, which the machine types since 5.1 lack */
        uint32_t n_modules;
        GuestModule modules[GUEST_MODULES_MAX]; /* as they are plugged in */
        uint32_t n_cxl;
        uint64_t cxl[GUEST_CXL_MAX]; /* fixed memory windows; n_cxl > 0 or cxl_on: cxl=on */
        bool cxl_on;
} GuestMemory;

typedef struct GuestFirmware {
        FirmwareKind kind;
        GuestVersion version;
        bool version_guessed; /* nobody said which it is: a guess stands there, for the layout to be shown */
        char path[256];       /* of the image, "" not said */
        uint64_t mmio64_mib;  /* fw_cfg opt/ovmf/X-PciMmio64Mb; 0 not given */
        char unread[56]; /* a fw_cfg item that is called nearly as one that a firmware reads: none reads it; "" none, */
        uint64_t unread_value;  /* and the number it has; 0 none */
        uint8_t paging_level;   /* fw_cfg opt/org.tianocore/PagingLevel: 4, 5; 0 not given */
        Tristate seabios_pci64; /* fw_cfg opt/org.seabios/pci64; unknown: automatic */
        Tristate five_level;    /* OVMF was built with 5-level paging; unknown: nobody said */
        Tristate mmio64_exact; /* it takes X-PciMmio64Mb also where that shrinks its window; unknown: as its version does */
        Tristate smm; /* OVMF was built to keep its variables in System Management Mode (SMM_REQUIRE) */
        bool ignores_phys_bits; /* a vendor's patched build (SLES 15 SP6): classic window always */
} GuestFirmware;

typedef enum ViommuKind {
        VIOMMU_NONE = 0,
        VIOMMU_INTEL,
        VIOMMU_AMD,
        VIOMMU_VIRTIO,
        _VIOMMU_KIND_MAX,
} ViommuKind;

WORDS_DECLARE(ViommuKind, viommu);

typedef struct GuestViommu {
        ViommuKind kind;
        bool past_libvirt; /* a -device of <qemu:commandline>, which libvirt does not look at */
        uint8_t aw_bits;   /* 0: the machine's default */
        Tristate dma_translation;
} GuestViommu;

typedef struct GuestBar {
        uint8_t index;
        uint64_t size; /* a power of two */
        bool is_64bit, prefetchable;
        bool ram; /* memory of the VMM's own behind it (ivshmem, virtio-pmem, virtio shared memory): mapped as RAM is */
} GuestBar;

/* A root or downstream port, or a bridge: firmware keeps a window free behind it for what may be plugged in. */
typedef struct GuestPort {
        bool fixed;        /* it does not show that it takes hot-plug (hotplug=off) */
        bool conventional; /* a bridge to a conventional bus, with a hot-plug controller of its own (SHPC) */
        bool shared;       /* of a device: the one before it behind the same port has the window */
        uint64_t reserve;  /* pref64-reserve; 0 not said */
        uint64_t reserve32; /* mem-reserve and pref32-reserve, each as a power of two; 0 not said */
} GuestPort;

/* Ports that are alike. */
typedef struct GuestPorts {
        uint32_t count;
        GuestPort port;
} GuestPorts;

typedef struct GuestDevice {
        char name[96];    /* for people: the id, or the driver and its place */
        bool assigned;    /* by VFIO */
        bool iommufd;     /* by its iommufd backend */
        bool has_address; /* assigned: of this host's function */
        PciAddress address;
        bool mediated;            /* assigned: part of a device of this host's, */
        char uuid[UUID_TEXT_MAX]; /* of that name; "" any */
        bool conventional;        /* not PCI Express */
        bool own_port;   /* alone behind a root or downstream port, whose window then holds its BARs */
        GuestPort port;  /* of own_port */
        uint8_t segment; /* of PCI; Cloud Hypervisor */
        Tristate behind_viommu; /* and what it reaches is what the guest maps there; Cloud Hypervisor */
        uint8_t n_bars;         /* given, or filled in from the host's profile */
        GuestBar bars[GUEST_BARS_MAX];
} GuestDevice;

/* One of Cloud Hypervisor's PCI segments: its shares of the areas for BARs; 0: 1. */
typedef struct GuestSegment {
        uint32_t weight32, weight64;
} GuestSegment;

/* Persistent memory of Cloud Hypervisor's: among the BARs, and no device's. No assigned device is told of it. */
typedef struct GuestPmem {
        uint64_t size;
        uint8_t segment;
} GuestPmem;

/* Something the form did not say, or said and was not understood. */
typedef struct GuestNote {
        char what[96];  /* "firmware", "memory/slots", "-machine foo=" */
        char text[160]; /* "OVMF 202211, the version installed here" */
} GuestNote;

typedef struct Guest {
        char name[128];
        VmmKind vmm;
        GuestVersion vmm_version;
        bool vmm_guessed; /* nobody said which it is: all zero, or one that stands for those with its rules */
        char vmm_build[16]; /* whose package it is: "debian", "ubuntu"; "" not known */
        char vmm_path[256]; /* of its program; "" not said */
        MachineKind machine;
        GuestVersion machine_version; /* pc-q35-7.1: 7.1; all zero: the newest of the VMM */
        char machine_own[32]; /* "noble", "rhel9.2.0": a distribution's own type of that version; "" none */
        bool kvm;             /* false: TCG */
        Tristate smm;         /* -machine smm=; unknown: automatic */
        Tristate pcie;        /* of a microvm, -machine pcie=on: it has PCI Express; unknown: as if it had */
        GuestCpu cpu;
        GuestMemory memory;
        uint64_t pci_hole64_size; /* 0: the machine's default, */
        bool no_hole64;           /* or pci-hole64-size=0: none is counted */
        GuestFirmware firmware;
        GuestViommu viommu;
        Confidential confidential;
        GuestSystem system;
        uint8_t reduced_phys_bits;         /* SEV: 0 not said */
        uint8_t c_bit;                     /* SEV: 0 not said, which libvirt makes the host's */
        uint8_t cloud_hypervisor_max_bits; /* --cpus max_phys_bits; 0: 46 */
        Tristate p2p_fatal; /* the VMM ends when it cannot map a BAR for other devices; unknown: as it is the VMM's way */
        uint8_t n_segments; /* Cloud Hypervisor: num_pci_segments; 0: one */
        GuestSegment segments[GUEST_SEGMENTS_MAX];
        uint8_t n_pmem;
        GuestPmem pmem[GUEST_PMEM_MAX];
        size_t n_devices;
        GuestDevice *devices; /* owned */
        uint32_t n_ports;
        GuestPorts ports[GUEST_PORTS_MAX]; /* with none of the devices behind them: empty, or with small BARs
                                            * alone; of ports behind each other the last ones only */
        size_t n_assumed;
        GuestNote *assumed; /* owned */
        size_t n_ignored;
        GuestNote *ignored; /* owned; each makes a verdict "unknown" at best where it may move memory */
        size_t n_refused;
        GuestNote *refused; /* owned; what the VMM ends on, whatever the host: its options contradict each other */
        GuestForm form;
} Guest;

void guest_done(Guest *guest);

/* What is plugged in from the start: as it is given, or the sum of the modules where that is more. */
uint64_t guest_plugged(const GuestMemory *memory);

/* -E2BIG beyond the bound above. */
int guest_add_module(Guest *guest, const GuestModule *module);
/* -ENOMEM, or -E2BIG beyond the bounds above. The device is zeroed and stays the guest's. */
int guest_add_device(Guest *guest, GuestDevice **ret);
/* One more of its kind; -E2BIG beyond the kinds, or GUEST_DEVICES_MAX of one. */
int guest_add_ports(Guest *guest, const GuestPort *port, uint32_t count);
int guest_assume(Guest *guest, const char *what, const char *format, ...)
                __attribute__((format(printf, 3, 4)));
int guest_refuse(Guest *guest, const char *what, const char *format, ...)
                __attribute__((format(printf, 3, 4)));
int guest_ignore(Guest *guest, const char *what, const char *format, ...)
                __attribute__((format(printf, 3, 4)));

/* A note that is printable already, to guest.assumed or guest.ignored. The same is there once, however often a form gives
 * cause for it. -ENOMEM, or -E2BIG beyond GUEST_NOTES_MAX. */
int guest_note_add(GuestNote **notes, size_t *n, const GuestNote *note);
