/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Everything that was read from one host, decoded but not interpreted. One member per source; a failed read
 * keeps its reason. Every file is read once. */

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/decode/acpi/firmware-tables.h"
#include "probe/decode/amdvi/amdvi-features.h"
#include "probe/decode/cpu/cmdline.h"
#include "probe/decode/cpu/cpuid-encryption.h"
#include "probe/decode/cpu/cpuid-feature.h"
#include "probe/decode/cpu/cpuid-table.h"
#include "probe/decode/cpu/cpuid-width.h"
#include "probe/decode/cpu/cpuinfo.h"
#include "probe/decode/cpu/kvm-answers.h"
#include "probe/decode/fault.h"
#include "probe/decode/kernel/kernel-log.h"
#include "probe/decode/memory/group-type.h"
#include "probe/decode/memory/iomem.h"
#include "probe/decode/memory/reserved-regions.h"
#include "probe/decode/pci/pci-address.h"
#include "probe/decode/pci/pci-config.h"
#include "probe/decode/pci/pci-resource.h"
#include "probe/decode/uuid.h"
#include "probe/decode/xen/domain-type.h"
#include "probe/decode/xen/xen-answers.h"
#include "probe/decode/xen/xen-cpuid.h"
#include "probe/decode/xen/xen-log.h"
#include "probe/fact.h"
#include "probe/root/root.h"

/* ── source-host, source-kernel ────────────────────────────────────────────────────────────────────────── */

typedef struct HostFacts {
        HostIdentity identity;
        char hostname[65];       /* proc/sys/kernel/hostname; "" unreadable */
        char kernel_release[65]; /* proc/sys/kernel/osrelease */
        Reason names_reason;     /* of the first of these three that cannot be read */
        Reason cmdline_reason;
        Cmdline cmdline;                               /* proc/cmdline */
        char kernel_parameters[KERNEL_PARAMETERS_MAX]; /* cmdline_filter() of it */
        Reason dmi_reason;   /* arm64: of the first unreadable string of the DMI table */
        const char *by_dmi;  /* static: the hypervisor that it names; NULL: none */
        const char *by_tree; /* likewise, of the device tree; meaningless if its reason is not NONE */
} HostFacts;

/* ── source-cpu ────────────────────────────────────────────────────────────────────────────────────────── */

/* Model-specific registers that are read, in the order of msr_indices in source-cpu.c. */
typedef enum MsrName {
        MSR_FEAT_CTL,            /* 0x3a */
        MSR_VMX_PROCBASED_CTLS,  /* 0x482 */
        MSR_VMX_PROCBASED_CTLS2, /* 0x48b */
        MSR_VMX_EPT_VPID_CAP,    /* 0x48c */
        MSR_TME_ACTIVATE,        /* 0x982 */
        MSR_SYSCFG,              /* 0xc0010010 */
        MSR_VM_CR,               /* 0xc0010114 */
        _MSR_MAX,
} MsrName;

typedef struct MsrFact {
        Reason reason; /* NOT_APPLICABLE: not read, as the vendor differs or CPUID does not report it */
        uint64_t value;
} MsrFact;

typedef struct CpuFacts {
        Reason cpuid_reason;
        CpuidTable cpuid;
        CpuidFeature feature;       /* valid when cpuid_reason is NONE */
        CpuidWidth width;           /* likewise */
        CpuidEncryption encryption; /* likewise */
        Reason cpuinfo_reason;
        Cpuinfo cpuinfo;
        MsrFact msrs[_MSR_MAX];
        Reason midr_reason; /* NOT_APPLICABLE: not an arm64 CPU */
        uint64_t midr;      /* of CPU 0 */
        FaultList faults;
} CpuFacts;

/* ── source-kvm ────────────────────────────────────────────────────────────────────────────────────────── */

typedef struct ParameterFact {
        Reason reason;
        bool value;
} ParameterFact;

typedef struct KvmFacts {
        Reason reason; /* of using /dev/kvm */
        KvmAnswers answers;
        Tristate loaded;      /* sys/module/kvm, loaded or built in */
        Reason loaded_reason; /* when unknown */
        Tristate registered;  /* sys/class/misc/kvm exists: a vendor module, needed for guests, started */
        Reason registered_reason;
        char holder[32]; /* the loaded module that uses kvm: kvm_intel, kvm_amd, kvm_pvm, …; "" none */
        bool has_kvm_intel, has_kvm_amd; /* in sys/module; built in, both are there on any CPU */
        char other_backend[32];          /* another module */
        ParameterFact ept, npt;          /* a running module clears them if the hardware lacks it */
        ParameterFact eptad;
        ParameterFact sev, sev_es, sev_snp, tdx;
        ParameterFact unsafe_type1;   /* vfio_iommu_type1.allow_unsafe_interrupts */
        ParameterFact unsafe_iommufd; /* iommufd.allow_unsafe_interrupts, for devices opened by /dev/iommu */
        Reason dma_entries_reason;
        uint64_t dma_entries; /* vfio_iommu_type1.dma_entry_limit: mappings per container */
        FaultList faults;
} KvmFacts;

/* ── source-iommu ──────────────────────────────────────────────────────────────────────────────────────── */

typedef struct RegisterFact {
        Reason reason;
        uint64_t value;
} RegisterFact;

typedef struct IommuFact {
        char name[NAME_MAX + 1];
        enum {
                IOMMU_SYSFS_NONE,
                IOMMU_SYSFS_INTEL,
                IOMMU_SYSFS_AMD
        } attributes;                    /* by its group of sysfs files */
        RegisterFact address, cap, ecap; /* intel-iommu/ */
        RegisterFact version_major, version_minor;
        RegisterFact capability; /* amd-iommu/cap */
        AmdviFeatures features;  /* amd-iommu/features */
        Reason features_reason;
        Reason devices_reason;
        NameList devices; /* names in devices/ */
        bool virtio;      /* its parent is a virtio device of this name: */
        char virtio_name[24];
        char platform_name[64]; /* its parent's name: of an SMMU the platform device; "" unknown */
        /* From the kernel's log, by source_log_read(). NOT_APPLICABLE: it was not read. */
        RegisterFact log_bits; /* input range of a virtio-iommu */
        Reason smmu_v3_reason; /* of the line of an SMMUv3 … */
        KernelLogSmmuV3 smmu_v3;
        Reason smmu_reason; /* … and of those of an SMMUv1 or v2 */
        KernelLogSmmu smmu;
} IommuFact;

typedef struct IommuFacts {
        Reason reason; /* of listing sys/class/iommu; NONE with n == 0: no units; TOO_LARGE: more exist */
        size_t n;
        IommuFact *iommus;
        /* By the interrupt chips in sys/kernel/irq. x86: one is named "IR-…"; arm64: PCI devices' MSIs are the
         * ITS's. */
        Tristate interrupt_remapping;
        Reason interrupt_remapping_reason;
        const char *interrupt_chip; /* the beginning of the name of the chip that decides, static; NULL unknown */
        /* arm64, if the answer is YES: PCI segments of which a device uses the ITS. VFIO asks for each device
         * since Linux 6.3; those of other segments may have another controller. */
        size_t n_its_segments;
        uint32_t its_segments[256];
        /* arm64: the controller that all interrupts of the CPUs go through. */
        uint8_t gic_version;  /* 2 or 3, also of a GICv4; 0 unknown */
        const char *gic_chip; /* static: its chip's name */
        Reason gic_reason;    /* if it is unknown */
} IommuFacts;

bool iommu_facts_isolate(const IommuFacts *facts, uint32_t segment);

/* ── source-log ──────────────────────────────────────────────────────────────────────────────────────────── */

/* What the kernel's log says of the host; lines of units are in IommuFacts. */
typedef struct LogFacts {
        Reason reason; /* of reading it; NOT_APPLICABLE: not an arm64 host, and no virtio-iommu */
        KernelLogKvmMode kvm_mode; /* arm64; UNKNOWN: the line is not there */
        RegisterFact kvm_ipa_bits; /* arm64: KVM's limit */
} LogFacts;

/* ── source-group ──────────────────────────────────────────────────────────────────────────────────────── */

typedef struct GroupFact {
        uint32_t id;
        char name[32];
        char type_word[24];
        GroupType type;
        Reason type_reason;
        ReservedRegions regions;
        Reason regions_reason;
        NameList devices;
        Reason devices_reason;
} GroupFact;

typedef struct GroupFacts {
        Reason reason;
        size_t n;
        GroupFact *groups; /* by id */
        FaultList faults;
} GroupFacts;

/* ── source-pci ────────────────────────────────────────────────────────────────────────────────────────── */

typedef struct PciFact {
        PciAddress address;
        PciAddress parent; /* from the device's path below sys/devices */
        bool has_parent;
        Reason ids_reason;
        uint16_t vendor, device, subsystem_vendor, subsystem_device;
        uint32_t class_code;
        char driver[40];
        Reason resource_reason;
        PciResources resources;
        Reason config_reason; /* NONE: all capabilities were visible; PERMISSION: only the header */
        bool config_known;    /* at least the header; else config is all unknown */
        PciConfig config;
        bool is_vf;
        PciAddress physical_function;
        uint32_t vgpu_type; /* NVIDIA's virtual functions: nvidia/current_vgpu_type; 0: no vGPU */
} PciFact;

typedef struct PciFacts {
        Reason reason;
        size_t n;
        PciFact *devices; /* by address */
        FaultList faults;
} PciFacts;

/* ── source-mediated ───────────────────────────────────────────────────────────────────────────────────── */

typedef struct MediatedFact {
        char uuid[UUID_TEXT_MAX];
        char parent[64];    /* parent device, usually a PCI address; "" unreadable, as for the others */
        char type[64];      /* "i915-GVTg_V5_4" */
        char type_name[64]; /* "GRID T4-2Q"; some drivers have none */
        char api[24];       /* "vfio-pci", "vfio-ap", "vfio-ccw" */
} MediatedFact;

typedef struct MediatedFacts {
        Reason reason;
        size_t n;
        MediatedFact *devices; /* by UUID */
} MediatedFacts;

/* ── source-memory ─────────────────────────────────────────────────────────────────────────────────────── */

typedef struct MemoryFacts {
        Reason memmap_reason; /* sys/firmware/memmap */
        Iomem memmap;
        Reason iomem_reason; /* proc/iomem; HIDDEN: zeros */
        Iomem iomem;
        Reason block_size_reason; /* sys/devices/system/memory/block_size_bytes */
        uint64_t block_size;
        FaultList faults;
} MemoryFacts;

/* ── source-xen ────────────────────────────────────────────────────────────────────────────────────────── */

typedef struct XenFacts {
        /* Whether this kernel runs in a domain of Xen. UNKNOWN: a sign is unreadable, and no other says yes. */
        Tristate running;
        Reason running_reason;
        const char *running_source; /* static: the file or CPUID leaf that says so; "" if none does */
        Tristate control;           /* whether this domain is dom0; meaningful if running is YES */
        Reason control_reason;
        const char *control_source;
        XenDomainType domain_type; /* sys/hypervisor/guest_type, or by the features */
        Reason domain_type_reason;
        bool version_known; /* sys/hypervisor/version, or CPUID */
        uint16_t major, minor;
        char extra[16];        /* ".5-pre"; "" also where only CPUID says the version */
        RegisterFact features; /* sys/hypervisor/properties/features: XENFEAT_… */
        XenCpuid cpuid;
        /* pciback: the devices that Xen may assign. ABSENT: the driver is not loaded. NOT_APPLICABLE: not dom0 */
        Reason pciback_reason;
        size_t n_pciback;
        PciAddress *pciback; /* owned; bound to the driver; by address */
        /* Only in dom0, else NOT_APPLICABLE: */
        Reason answers_reason; /* of asking Xen: PERMISSION without root and collector */
        XenAnswers answers;
        Reason log_reason;
        XenLog log;
        FaultList faults;
} XenFacts;

#define XEN_FEATURE_AUTO_TRANSLATED 2 /* XENFEAT_auto_translated_physmap: an HVM or PVH domain */
#define XEN_FEATURE_DOM0 11           /* XENFEAT_dom0 */

typedef struct Facts {
        HostFacts host;
        CpuFacts cpu;
        KvmFacts kvm;
        FirmwareTables acpi;
        IommuFacts iommu;
        LogFacts log;
        GroupFacts group;
        PciFacts pci;
        MediatedFacts mediated;
        MemoryFacts memory;
        XenFacts xen;
} Facts;

/* Runs every source in order. -ENOMEM only: other errors become reasons. */
int facts_gather(Root *root, Facts *ret);

void facts_done(Facts *facts);

/* ── the sources, one per file ─────────────────────────────────────────────────────────────────────────── */

int source_host_read(Root *root, Buffer *buffer, HostFacts *ret);
int source_cpu_read(Root *root, Buffer *buffer, CpuFacts *ret);
int source_kvm_read(Root *root, Buffer *buffer, KvmFacts *ret);
int source_acpi_read(Root *root, Buffer *buffer, FirmwareTables *ret);
/* On arm64 only; after host and ACPI. */
int source_device_tree_read(Root *root, Buffer *buffer, HostFacts *host, FirmwareTables *ret);
int source_iommu_read(Root *root, Buffer *buffer, IommuFacts *ret);
/* Interrupt remapping, and isolation of MSIs: a part of IommuFacts. */
void source_interrupt_read(Root *root, Buffer *buffer, const HostIdentity *host, IommuFacts *ret);
void source_log_read(Root *root, const HostIdentity *host, IommuFacts *iommus, LogFacts *ret);
int source_group_read(Root *root, Buffer *buffer, GroupFacts *ret);
int source_pci_read(Root *root, Buffer *buffer, PciFacts *ret);
int source_mediated_read(Root *root, Buffer *buffer, MediatedFacts *ret);
int source_memory_read(Root *root, Buffer *buffer, MemoryFacts *ret);
/* After the CPU, whose CPUID leaves it looks at. */
int source_xen_read(Root *root, Buffer *buffer, const CpuidTable *cpuid, XenFacts *ret);

/* Reads what Xen says, if this is dom0 of a live host. */
void source_xen_collect(Root *root);

/* Files that only root reads in full, with maximum sizes. Of 260 real ACPI tables the largest has 2 KiB;
 * those of multi-segment servers stay far below. */
#define SOURCE_DMAR "sys/firmware/acpi/tables/DMAR"
#define SOURCE_RMAD "sys/firmware/acpi/tables/RMAD" /* a DMAR that Xen has renamed */
#define SOURCE_IVRS "sys/firmware/acpi/tables/IVRS"
#define SOURCE_IORT "sys/firmware/acpi/tables/IORT"
#define SOURCE_ACPI_TABLE_MAX (1024 * 1024)
#define SOURCE_IOMEM "proc/iomem"
#define SOURCE_IOMEM_MAX (16 * 1024 * 1024)

/* Reads CPUID and the model-specific registers it reports, without /proc/cpuinfo. */
void source_cpu_read_registers(Root *root, CpuFacts *ret);

/* Reads only the kernel's log, on hosts where source_log_read() reads it. */
void source_log_collect(Root *root);

/* One function; `name` as in sys/bus/pci/devices. ret must be zeroed except its address. False: not
 * found. */
bool source_pci_read_device(Root *root, Buffer *buffer, const char *name, PciFact *ret, FaultList *faults);

/* Reads its configuration space in part. */
Reason source_pci_read_config(Root *root, Buffer *buffer, const char *name);

/* One group; `id` as in sys/kernel/iommu_groups. ret must be zeroed except its id. -ENOMEM. */
int source_group_read_one(Root *root, Buffer *buffer, const char *id, GroupFact *ret, FaultList *faults);
void group_fact_done(GroupFact *group);

void host_facts_done(HostFacts *facts);
void cpu_facts_done(CpuFacts *facts);
void kvm_facts_done(KvmFacts *facts);
void iommu_facts_done(IommuFacts *facts);
void group_facts_done(GroupFacts *facts);
void pci_facts_done(PciFacts *facts);
void mediated_facts_done(MediatedFacts *facts);
void memory_facts_done(MemoryFacts *facts);
void xen_facts_done(XenFacts *facts);
