/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The part of a virtual machine's description that affects addresses, from each form (hawd's JSON, a libvirt
 * domain, a command line). Sizes are in bytes, widths in bits. A setting that is not given has the VMM's
 * default for that version and is noted in `assumed`. One that is not understood and may move memory is
 * noted in `ignored`. */

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
#define GUEST_LOCKED_UNLIMITED (UINT64_C(1) << 52) /* this much or more: no limit */

typedef enum VmmKind {
        VMM_QEMU = 0,
        VMM_CLOUD_HYPERVISOR,
        VMM_XEN,
        _VMM_MAX,
} VmmKind;

WORDS_DECLARE(VmmKind, vmm);

/* Of the virtual CPU. */
typedef enum GuestArchitecture {
        ARCHITECTURE_X86 = 0,
        ARCHITECTURE_ARM64, /* also 32-bit Arm CPUs of QEMU's virt */
        _ARCHITECTURE_MAX,
} GuestArchitecture;

WORDS_DECLARE(GuestArchitecture, architecture);

typedef enum MachineKind {
        MACHINE_PC = 0, /* i440fx */
        MACHINE_Q35,
        MACHINE_MICROVM,
        MACHINE_CLOUD_HYPERVISOR, /* of either architecture */
        MACHINE_VIRT,             /* QEMU's virt on Arm */
        MACHINE_XEN_HVM,          /* type="hvm" of xl.cfg(5); QEMU is its device model */
        MACHINE_XEN_PVH,
        MACHINE_XEN_PV,
        _MACHINE_KIND_MAX,
} MachineKind;

typedef enum FirmwareKind {
        FIRMWARE_UNKNOWN = 0,
        FIRMWARE_NONE, /* a directly started kernel; no firmware places BARs */
        FIRMWARE_SEABIOS,
        FIRMWARE_OVMF,    /* also CLOUDHV.fd */
        FIRMWARE_AAVMF,   /* ArmVirtQemu: UEFI of the virt machine */
        FIRMWARE_ROMBIOS, /* Xen, with qemu-xen-traditional */
        _FIRMWARE_KIND_MAX,
} FirmwareKind;

WORDS_DECLARE(FirmwareKind, firmware);

/* QEMU 7.2, OVMF stable tag 202211 (as 202211.0), SeaBIOS 1.16 with patch 3. All zero: unknown. */
typedef struct GuestVersion {
        uint32_t major, minor, patch;
} GuestVersion;

typedef enum WidthMode {
        WIDTH_DEFAULT = 0, /* not set: the VMM's default (QEMU: 40) */
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
        char model[64];      /* "host", "Skylake-Server", …; "" not set */
        CpuVendor vendor;    /* of the virtual CPU; under KVM the host's unless set */
        bool vendor_is_host; /* the host's; the check fills it in */
        WidthMode width_mode;
        uint8_t phys_bits;       /* WIDTH_EXPLICIT */
        uint8_t limit;           /* WIDTH_HOST: host-phys-bits-limit; 0 none */
        uint8_t guest_phys_bits; /* 0: automatic */
        bool past_libvirt;       /* set by -cpu in <qemu:commandline>, which libvirt ignores */
        Tristate long_mode, la57, pdpe1gb, pae,
                        pse36;    /* of the virtual CPU; unknown: as the host or the model */
        Tristate told_guest_bits; /* KVM reports GuestPhysBits; set only to try answers (answer/search.h) */
} GuestCpu;

typedef enum MemoryKind {
        MEMORY_DIMM = 0,
        MEMORY_NVDIMM,
        MEMORY_VIRTIO_MEM,
        MEMORY_VIRTIO_PMEM,
        _MEMORY_KIND_MAX,
} MemoryKind;

WORDS_DECLARE(MemoryKind, memory);

/* Memory in the hot-plug region, plugged in at start. */
typedef struct GuestModule {
        MemoryKind kind;
        uint64_t size;
        uint64_t align; /* a power of two; 0: 2 MiB */
        uint64_t block; /* virtio-mem: block-size; 0: 2 MiB */
} GuestModule;

typedef struct GuestMemory {
        uint64_t ram;     /* at boot */
        uint64_t max;     /* 0: no hot-plug region */
        uint64_t plugged; /* modules in the hot-plug region (DIMM, NVDIMM, virtio-mem); max is at least ram +
                           * plugged */
        uint64_t below_4g_max; /* max-ram-below-4g; 0 default */
        uint64_t locked_limit; /* RLIMIT_MEMLOCK of the VMM; 0: unknown, GUEST_LOCKED_UNLIMITED: none */
        uint32_t slots;
        uint64_t sgx_epc;   /* total */
        bool numa;          /* NUMA nodes exist; they must cover all of ram */
        uint64_t numa_size; /* total of the nodes */
        bool numa_mem;      /* by mem=, not supported since machine type 5.1 */
        uint32_t n_modules;
        GuestModule modules[GUEST_MODULES_MAX]; /* in plug order */
        uint32_t n_cxl;
        uint64_t cxl[GUEST_CXL_MAX]; /* fixed memory windows; n_cxl > 0 or cxl_on: cxl=on */
        bool cxl_on;
} GuestMemory;

typedef struct GuestFirmware {
        FirmwareKind kind;
        GuestVersion version;
        bool version_guessed; /* not given: a guess, so that the layout can be shown */
        char path[256];       /* of the image; "" not set */
        uint64_t mmio64_mib;  /* fw_cfg opt/ovmf/X-PciMmio64Mb; 0 not set */
        char unread[56]; /* fw_cfg item that no firmware reads, with a name close to one that is read; ""
                          * none */
        uint64_t unread_value;  /* its numeric value; 0 none */
        uint8_t paging_level;   /* fw_cfg opt/org.tianocore/PagingLevel: 4, 5; 0 not set */
        Tristate seabios_pci64; /* fw_cfg opt/org.seabios/pci64; unknown: automatic */
        Tristate five_level;    /* OVMF was built with 5-level paging */
        Tristate mmio64_exact;  /* X-PciMmio64Mb may also shrink the window; unknown: depends on the
                                * version */
        Tristate smm; /* OVMF was built to keep its variables in System Management Mode (SMM_REQUIRE) */
        bool ignores_phys_bits; /* vendor build (SLES 15 SP6): always uses the classic window */
} GuestFirmware;

typedef enum ViommuKind {
        VIOMMU_NONE = 0,
        VIOMMU_INTEL,
        VIOMMU_AMD,
        VIOMMU_VIRTIO,
        VIOMMU_SMMUV3,
        _VIOMMU_KIND_MAX,
} ViommuKind;

WORDS_DECLARE(ViommuKind, viommu);

typedef struct GuestViommu {
        ViommuKind kind;
        bool past_libvirt; /* set by -device in <qemu:commandline>, which libvirt ignores */
        uint8_t aw_bits;   /* 0: the machine's default */
        Tristate dma_translation;
        Tristate accel; /* smmuv3: the host's IOMMU does its work (accel=on) */
        bool of_bus;    /* smmuv3: only devices of one bus are behind it (-device arm-smmuv3) */
} GuestViommu;

typedef struct GuestBar {
        uint8_t index;
        uint64_t size; /* a power of two */
        bool is_64bit, prefetchable;
        bool ram; /* backed by the VMM's memory (ivshmem, virtio-pmem, virtio shared memory); mapped like
                   * RAM */
} GuestBar;

/* A root port, downstream port or bridge. Firmware reserves a window behind it for hot-plug. */
typedef struct GuestPort {
        bool fixed;         /* does not report hot-plug support (hotplug=off) */
        bool conventional;  /* bridge to a conventional bus, with its own hot-plug controller (SHPC) */
        bool shared;        /* the previous device behind the same port has the window */
        uint64_t reserve;   /* pref64-reserve; 0 not set */
        uint64_t reserve32; /* mem-reserve and pref32-reserve, each as a power of two; 0 not set */
} GuestPort;

/* Identical ports. */
typedef struct GuestPorts {
        uint32_t count;
        GuestPort port;
} GuestPorts;

/* Which reserved device memory of the host a guest of Xen keeps free of RAM: rdm="strategy=". */
typedef enum XenRdmStrategy {
        XEN_RDM_DEVICES = 0, /* of its assigned devices */
        XEN_RDM_HOST,        /* all of the host */
        _XEN_RDM_STRATEGY_MAX,
} XenRdmStrategy;

WORDS_DECLARE(XenRdmStrategy, xen_rdm_strategy);

/* What a conflict with its RAM does: rdm="policy=", or rdm_policy= of a device. */
typedef enum XenRdmPolicy {
        XEN_RDM_DEFAULT = 0, /* relaxed; of a device: strict */
        XEN_RDM_STRICT,      /* the guest is not started */
        XEN_RDM_RELAXED,     /* the region is left out, with a warning */
        _XEN_RDM_POLICY_MAX,
} XenRdmPolicy;

WORDS_DECLARE(XenRdmPolicy, xen_rdm_policy);

typedef struct GuestDevice {
        char name[96];    /* for display: the id, or driver and address */
        bool assigned;    /* by VFIO */
        bool iommufd;     /* VFIO with iommufd */
        bool has_address; /* assigned: `address` is known */
        PciAddress address;
        bool mediated;            /* assigned: a mediated device of this host */
        char uuid[UUID_TEXT_MAX]; /* its UUID; "" any */
        bool conventional;        /* not PCI Express */
        bool supposed;            /* assigned: not a device of the host, but one that fit counts */
        bool own_port;            /* the only device behind a port; the port's window holds its BARs */
        GuestPort port;           /* if own_port */
        bool seized; /* Xen only, assigned: handed over to pciback at the start (seize=1, managed='yes') */
        XenRdmPolicy rdm_policy; /* Xen only, assigned */
        uint8_t segment;         /* Cloud Hypervisor only */
        Tristate behind_viommu;  /* its DMA goes through the guest's IOMMU; Cloud Hypervisor only */
        uint8_t n_bars;          /* given, or filled in from the host's profile */
        GuestBar bars[GUEST_BARS_MAX];
} GuestDevice;

/* A PCI segment of Cloud Hypervisor: its shares of the areas for BARs; 0: 1. */
typedef struct GuestSegment {
        uint32_t weight32, weight64;
} GuestSegment;

/* Cloud Hypervisor's persistent memory. It lies among the BARs and is not mapped for assigned devices. */
typedef struct GuestPmem {
        uint64_t size;
        uint8_t segment;
} GuestPmem;

/* A setting that was not given or not understood. */
typedef struct GuestNote {
        char what[96];  /* "firmware", "memory/slots", "-machine foo=" */
        char text[160]; /* "OVMF 202211, the version installed here" */
} GuestNote;

/* Words of gic-version= beside the numbers; in GuestVirt. */
#define GIC_DEFAULT 0
#define GIC_HOST 254
#define GIC_MAX 255

/* -machine virt: what moves memory, or decides whether it starts. Unknown: the default of the version. */
typedef struct GuestVirt {
        Tristate highmem; /* unknown: on */
        Tristate highmem_redists, highmem_ecam, highmem_mmio, compact_highmem;
        uint64_t highmem_mmio_size; /* bytes; 0: the default */
        uint64_t mmio_size_default; /* of vendor builds, bytes; 0: QEMU's 512 GiB */
        uint8_t gic_version;        /* 2, 3, 4, or a word above */
        Tristate its, acpi, msi_gicv2m;
        Tristate mte;            /* memory tagging */
        Tristate virtualization; /* EL2 for guests within the guest */
        bool expanders;          /* pxb-pcie */
        uint32_t last_bus;       /* behind them, the highest number; 0: none */
        bool two_iommus;         /* virtio-iommu beside iommu=smmuv3, or twice */
        uint32_t cpus;           /* at start; 0: 1 */
        uint32_t max_cpus;       /* 0: as cpus */
} GuestVirt;

/* Guests of Xen: xl.cfg(5). `memory=` is GuestMemory.ram, `maxmem=` GuestMemory.max. */
typedef struct GuestXen {
        uint64_t mmio_hole; /* bytes; 0 not set */
        XenRdmStrategy rdm_strategy;
        XenRdmPolicy rdm_policy;
        uint64_t rdm_mem_boundary; /* bytes; 0: 2 GiB */
        Tristate hap;              /* unknown: as the host */
        Tristate nested;           /* nestedhvm= */
        Tristate relocates;        /* hvmloader may move RAM; unknown: not with qemu-xen */
        Tristate passthrough; /* passthrough=: IOMMU page tables are there; unknown: with assigned devices */
        Tristate shared_tables; /* passthrough="share_pt": they are those of HAP; no: "sync_pt"; unknown: if possible */
        uint64_t relaxed; /* rdm_policy=relaxed of devices, as in CHANGE_RDM_RELAXED; set only to try answers */
        bool traditional;        /* device model qemu-xen-traditional */
        bool no_vga;             /* vga="none" */
        bool no_platform_device; /* xen_platform_pci=0 */
        uint64_t video_memory;   /* bytes; 0: the default of the VGA kind */
        char vga[16];            /* "cirrus", "stdvga", "qxl", "none"; "" default */
} GuestXen;

typedef struct Guest {
        char name[128];
        VmmKind vmm;
        GuestVersion vmm_version;
        bool vmm_guessed;   /* not given: all zero, or one version that represents all with its rules */
        char vmm_build[16]; /* the package's: "debian", "ubuntu"; "" unknown */
        char vmm_path[256]; /* of its program; "" not set */
        GuestArchitecture architecture;
        bool by_host;               /* the form leaves the architecture to its host */
        GuestArchitecture read_for; /* with by_host: the host's for which it was read */
        MachineKind machine;
        GuestVersion machine_version; /* pc-q35-7.1: 7.1; all zero: the newest of the VMM */
        char machine_own[32]; /* "noble", "rhel9.2.0": a distribution's own type of that version; "" none */
        bool kvm;             /* false: TCG */
        Tristate smm;         /* -machine smm=; unknown: automatic */
        Tristate pcie;        /* microvm: -machine pcie=on; unknown: treated as on */
        GuestVirt virt;
        GuestXen xen;
        GuestCpu cpu;
        GuestMemory memory;
        uint64_t pci_hole64_size; /* 0: the machine's default */
        bool no_hole64;           /* pci-hole64-size=0: no hole is counted */
        GuestFirmware firmware;
        GuestViommu viommu;
        Confidential confidential;
        GuestSystem system;
        uint8_t reduced_phys_bits;         /* SEV: 0 not set */
        uint8_t c_bit;                     /* SEV: 0 not set; libvirt then uses the host's */
        uint8_t cloud_hypervisor_max_bits; /* --cpus max_phys_bits; 0: 46 */
        Tristate p2p_fatal; /* the VMM exits if it cannot map a BAR for peer-to-peer; unknown: the VMM's
                             * default */
        uint8_t n_segments; /* Cloud Hypervisor: num_pci_segments; 0: one */
        GuestSegment segments[GUEST_SEGMENTS_MAX];
        uint8_t n_pmem;
        GuestPmem pmem[GUEST_PMEM_MAX];
        size_t n_devices;
        GuestDevice *devices; /* owned */
        uint32_t n_ports;
        GuestPorts ports[GUEST_PORTS_MAX]; /* without a listed device behind them: empty, or with small BARs
                                            * only; in a chain, only the last port */
        size_t n_assumed;
        GuestNote *assumed; /* owned */
        size_t n_ignored;
        GuestNote *ignored; /* owned; each limits the verdict to "unknown" if it may move memory */
        size_t n_refused;
        GuestNote *refused; /* owned; contradictory options: the VMM does not start on any host */
        GuestForm form;
} Guest;

void guest_done(Guest *guest);

/* Whether the host decides the architecture, and nothing else of what was read: Cloud Hypervisor's options and
 * JSON are the same on both. */
bool guest_follows_host(const Guest *guest);
/* Such a guest gets the host's architecture; others stay. Before the defaults. */
void guest_set_host(Guest *guest, GuestArchitecture host);

/* Returns the larger of `plugged` and the sum of the modules. */
uint64_t guest_plugged(const GuestMemory *memory);

/* -E2BIG beyond the bound above. */
int guest_add_module(Guest *guest, const GuestModule *module);
/* -ENOMEM, or -E2BIG beyond the bounds above. The device is zeroed; the guest owns it. */
int guest_add_device(Guest *guest, GuestDevice **ret);
/* Adds ports. -E2BIG beyond the number of kinds, or GUEST_DEVICES_MAX of one. */
int guest_add_ports(Guest *guest, const GuestPort *port, uint32_t count);
int guest_assume(Guest *guest, const char *what, const char *format, ...)
                __attribute__((format(printf, 3, 4)));
int guest_refuse(Guest *guest, const char *what, const char *format, ...)
                __attribute__((format(printf, 3, 4)));
int guest_ignore(Guest *guest, const char *what, const char *format, ...)
                __attribute__((format(printf, 3, 4)));

/* Adds a printable note to guest.assumed or guest.ignored; duplicates are ignored. -ENOMEM, or -E2BIG beyond
 * GUEST_NOTES_MAX. */
int guest_note_add(GuestNote **notes, size_t *n, const GuestNote *note);
