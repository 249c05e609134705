/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The address widths of one host and everything that limits them. Plain structs with one owner; publishers
 * use a finished `const Profile *` and compute nothing. The JSON form is profile.schema.json.
 *
 * Booleans with provenance are Facts with value 0 or 1. Addresses are bytes, ends are inclusive, widths are
 * bits. Index -1 means "none". */

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/decode/acpi/firmware-tables.h"
#include "probe/decode/cpu/cmdline.h"
#include "probe/decode/cpu/cpuid-feature.h"
#include "probe/decode/fault.h"
#include "probe/decode/memory/group-type.h"
#include "probe/decode/memory/iomem.h"
#include "probe/decode/memory/range.h"
#include "probe/decode/memory/reserved-regions.h"
#include "probe/decode/pci/pci-address.h"
#include "probe/decode/pci/pci-resource.h"
#include "probe/decode/uuid.h"
#include "probe/decode/xen/domain-type.h"
#include "probe/fact.h"
#include "probe/words.h"
#include "profile/finding.h"

typedef struct ProfileHost {
        char machine_id[33];   /* app-specific, not the raw one; "" unknown */
        char hostname[65];     /* "" unknown */
        char kernel[65];       /* release; "" unknown */
        char architecture[33]; /* as uname -m; "" unknown */
        char virtualised[48];  /* "none", the hypervisor's name, or "" unknown */
        CpuVendor vendor;
        char vendor_name[16]; /* from CPUID, not trimmed; on arm64 the implementer's name; "" unknown */
        Fact family, model, stepping;
        /* arm64, of CPU 0: MIDR_EL1 and its fields; and how many parts all CPUs have among them */
        Fact midr, implementer, variant, part, revision, cpu_kinds;
        char model_name[128]; /* on arm64 the names of all parts, with commas; "" unknown */
        Fact page_size;       /* of the kernel, in bytes; arm64 only */
        Fact gic_version;     /* of the interrupt controller, 3 also of a GICv4; arm64 only */
        Fact cpus;            /* logical CPUs online */
        /* allow_unsafe_interrupts of vfio_iommu_type1, for devices that a VMM opens by group, and of
         * iommufd, for those opened through /dev/iommu */
        Fact unsafe_type1, unsafe_iommufd;
        Fact dma_entry_limit; /* of vfio_iommu_type1: mappings per container */
        Reason cmdline_reason;
        Cmdline cmdline;                               /* for remedies: kernel parameters */
        char kernel_parameters[KERNEL_PARAMETERS_MAX]; /* the text of relevant parameters */
} ProfileHost;

/* SHA-256 of the canonical text of one part (profile/change/digest.h), to detect changes. 32 bytes. */
typedef struct Fingerprint {
        uint8_t bytes[32];
} Fingerprint;

/* The five widths and their results. Bits; see docs/widths.md for the rules. */
typedef struct ProfileWidths {
        Fact cpu_physical_bits;
        Fact host_physical_bits;
        Fact guest_physical_bits;
        Fact guest_mappable_bits;
        Fact iova_bits;
        Fact linear_bits;
        Fact safe_guest_bits;                    /* min(guest physical, mappable), ignoring holes */
        Fact safe_guest_bits_with_devices;       /* with iova bits too */
        Fact cpuinfo_min_bits, cpuinfo_max_bits; /* over all CPUs; differ only on some hybrids */
} ProfileWidths;

typedef enum SecondLevelKind {
        SECOND_LEVEL_NONE = 0, /* neither EPT nor NPT: shadow paging, or no KVM */
        SECOND_LEVEL_EPT,
        SECOND_LEVEL_NPT,
        SECOND_LEVEL_STAGE2, /* arm64 */
        _SECOND_LEVEL_MAX,
} SecondLevelKind;

WORDS_DECLARE(SecondLevelKind, second_level);

typedef enum KvmMode {
        KVM_MODE_UNKNOWN = 0,
        KVM_MODE_NONE, /* KVM does not run */
        KVM_MODE_VHE,
        KVM_MODE_NVHE,
        KVM_MODE_PROTECTED,
        _KVM_MODE_MAX,
} KvmMode;

WORDS_DECLARE(KvmMode, kvm_mode);

typedef struct ProfilePaging {
        Fact virtualisation_capable; /* VMX or SVM in CPUID; on arm64 EL2 */
        Fact virtualisation_enabled; /* and kept by the kernel: not disabled by firmware */
        Fact la57_capable, la57_enabled;
        Fact host_levels; /* 4 or 5, in use */
        Fact page_1g;     /* the CPU has 1 GiB pages; KVM uses this, not EPT's, for guests */
        SecondLevelKind second_level;
        Fact second_level_capable, second_level_enabled;
        Fact second_level_levels; /* maximum levels of a guest walk */
        Fact second_level_page_2m, second_level_page_1g, second_level_accessed_dirty;
        Fact kvm_loaded;                  /* KVM runs: module loaded and a vendor module started */
        KvmMode kvm_mode;                 /* arm64 */
        char kvm_backend[32];             /* kvm_intel, kvm_amd, kvm_pvm …; "" none or unknown */
        Fact kvm_guest_phys_bits_offered; /* in KVM_GET_SUPPORTED_CPUID EAX[23:16]; no: kernel before 6.10 */
        Fact smaller_maxphyaddr;          /* KVM_CAP_SMALLER_MAXPHYADDR */
} ProfilePaging;

typedef struct ProfileEncryption {
        Fact sme_capable,
                        sme_enabled; /* enabled: SYSCFG[23], which takes bits even when the kernel does not use it */
        Fact sev_capable, sev_enabled;
        Fact sev_es_capable, sev_es_enabled;
        Fact sev_snp_capable, sev_snp_enabled;
        Fact tme_capable, tme_enabled;
        Fact mktme_keyid_bits;
        Fact tdx_keyid_bits, tdx_enabled;
        Fact c_bit;        /* page-table bit number */
        Fact pa_reduction; /* the CPUID field: bits encryption would take */
        Fact bits_taken;   /* bits it takes now */
} ProfileEncryption;

typedef enum IommuKind {
        IOMMU_OTHER = 0,
        IOMMU_INTEL_VTD,
        IOMMU_AMD_VI,
        IOMMU_ARM_SMMU_V3,
        IOMMU_ARM_SMMU, /* v1 and v2 */
        IOMMU_VIRTIO,
        _IOMMU_KIND_MAX,
} IommuKind;

WORDS_DECLARE(IommuKind, iommu_kind);

typedef enum SmmuStages {
        SMMU_STAGES_UNKNOWN = 0, /* or not an SMMU */
        SMMU_STAGES_1,
        SMMU_STAGES_2,
        SMMU_STAGES_BOTH,
        _SMMU_STAGES_MAX,
} SmmuStages;

WORDS_DECLARE(SmmuStages, smmu_stages);

typedef struct ProfileIommu {
        char name[NAME_MAX + 1]; /* as in /sys/class/iommu */
        IommuKind kind;
        Fact address; /* register base */
        Fact version_major, version_minor;
        Fact cap, ecap;             /* VT-d */
        Fact capability, efr, efr2; /* AMD-Vi: PCI capability header, extended feature registers */
        Fact features;              /* SMMUv3: as the driver logs them */
        Fact oas;                   /* SMMU: bits of physical addresses; RAM above cannot be mapped */
        SmmuStages stages;          /* SMMU */
        Fact second_stage_bits;     /* AMD: the v1 (host) table */
        Fact first_stage_bits; /* AMD: the v2 (guest) table; unknown/not-applicable where there is none */
        Fact bits;             /* the guaranteed width; .source: why */
        Fact bits_at_least;    /* SMMUv3, whose `bits` may be assumed and less: what is certain */
        Fact interrupt_remapping_capable, interrupt_remapping_enabled;
        Fact caching_mode;  /* CAP.CM, AMD NpCache: an emulated unit */
        uint32_t n_devices; /* names in its devices directory */
        uint32_t n_pci_devices;
        Reason devices_reason;
        Fingerprint fingerprint;
        int firmware_unit; /* index into firmware.dmar.units; -1 none. Invalid in a profile read from JSON */
} ProfileIommu;

typedef enum XenRole {
        XEN_ROLE_NONE = 0, /* this kernel does not run on Xen */
        XEN_ROLE_CONTROL,  /* dom0: it manages the host, and Xen below it has CPU, memory and IOMMUs */
        XEN_ROLE_GUEST,    /* another domain, which sees nothing of the host */
        _XEN_ROLE_MAX,
} XenRole;

WORDS_DECLARE(XenRole, xen_role);

/* Reserved device memory (XENMEM_reserved_device_memory_map), from RMRRs of the firmware and of Xen's command line:
 * one element for each device. */
typedef struct ProfileXenRegion {
        uint64_t start, end;
        PciAddress device;
        bool has_device; /* false: which device it is for is unknown */
} ProfileXenRegion;

/* What Xen says of the host below this domain. */
typedef struct ProfileXen {
        XenRole role;
        XenDomainType domain_type; /* of this domain */
        char version[32];          /* "4.17.6"; "" unknown */
        char command_line[512]; /* of Xen, the options that affect a width or an IOMMU; "" none or unknown */
        Reason command_line_reason;
        Fact hvm;                /* HVM and PVH guests can be made: xl info's virt_caps */
        Fact hap;                /* hardware-assisted paging (EPT or NPT) */
        Fact shadow;             /* this Xen has shadow paging */
        Fact passthrough_hvm;    /* hvm_directio: devices can be assigned to HVM guests */
        Fact passthrough_pv;     /* pv_directio */
        Fact shared_page_tables; /* IOMMU and HAP use the same page tables: iommu_hap_pt_share */
        Fact max_address;        /* the highest address of RAM, plus one */
        Fact guest_la57;         /* Xen gives HVM guests five-level paging */
        Reason reserved_reason;
        size_t n_reserved;
        ProfileXenRegion *reserved; /* by start, end, device */
} ProfileXen;

typedef enum AssignableWhy {
        ASSIGNABLE_WHY_NONE = 0,               /* it is assignable */
        ASSIGNABLE_WHY_DIRECT_REGION,          /* firmware requires a 1:1 mapping (RMRR, IVMD); assignable is
                                       * unknown if the kernel may allow it */
        ASSIGNABLE_WHY_BRIDGES_ONLY,           /* it has only bridges */
        ASSIGNABLE_WHY_NO_INTERRUPT_REMAPPING, /* needs allow_unsafe_interrupts for VFIO */
        ASSIGNABLE_WHY_NO_IOMMU,               /* a group VFIO created (vfio-noiommu) */
        ASSIGNABLE_WHY_NOT_PCI,                /* platform devices only: not for vfio-pci */
        ASSIGNABLE_WHY_UNREADABLE,             /* an input could not be read */
        ASSIGNABLE_WHY_NOT_HANDED_OVER,        /* Xen: not bound to pciback (xl pci-assignable-add) */
        ASSIGNABLE_WHY_SHARED_REGION,          /* Xen: its RMRR is another device's, too */
        ASSIGNABLE_WHY_MSI_UNKNOWN, /* arm64: no interrupt in use tells whether MSIs are isolated */
        _ASSIGNABLE_WHY_MAX,
} AssignableWhy;

WORDS_DECLARE(AssignableWhy, assignable_why);

typedef struct ProfileGroup {
        uint32_t id;
        char name[32]; /* mostly "" */
        GroupType type;
        char type_word[24]; /* as read; "" if unreadable */
        Reason type_reason;
        size_t n_members;
        char **members; /* names in devices/: PCI addresses and others */
        ReservedRegions regions;
        Reason regions_reason;
        int iommu;    /* index into iommus: the narrowest unit of its devices; -1 none or unknown */
        uint8_t bits; /* 0 unknown */
        Reason bits_reason;
        RangeSet usable; /* aperture minus reserved regions, as in VFIO; empty if bits unknown */
        Tristate assignable;
        AssignableWhy why;
        Tristate isolated; /* one endpoint, one device's functions, or a PF with its VFs, plus bridges */
        PciAddress missing_acs; /* the bridge or function that prevents isolation, if lacks_acs */
        bool lacks_acs;
        Fingerprint fingerprint;
} ProfileGroup;

/* A distinct reserved region, even if several groups have it. */
typedef struct HostRegion {
        ReservedRegion region;
        size_t n_groups;
        uint32_t first_group;
} HostRegion;

typedef struct HostRegions {
        size_t n;
        HostRegion *regions; /* by start, end, word */
} HostRegions;

typedef struct ProfileBar {
        uint8_t index; /* 0..5; 6 for the ROM; 7..12 for VF BAR 0..5 */
        bool io, is_64bit, prefetchable;
        bool assigned;          /* false: no address assigned */
        uint64_t start, end;    /* inclusive; a VF BAR spans all VFs */
        uint64_t resizable_max; /* bytes; 0: not resizable or unknown */
} ProfileBar;

typedef struct ProfileDevice {
        PciAddress address;
        PciAddress parent; /* the bridge above, if has_parent */
        bool has_parent;
        uint32_t class_code; /* 24 bits: class, subclass, programming interface */
        uint16_t vendor, device, subsystem_vendor, subsystem_device;
        uint8_t revision, header_type;
        bool header_type_known;
        Reason ids_reason, resource_reason, config_reason;
        char driver[40]; /* "" if none */
        int group;       /* index into groups, -1 */
        /* UNSUPPORTED_KERNEL: it has none yet, as this kernel makes it when a driver binds (arm64) */
        Reason group_reason;
        int iommu;     /* index into iommus, -1 */
        int port_type; /* PCIe device/port type, -1 unknown or conventional */
        uint8_t n_bars;
        ProfileBar *bars;
        Tristate acs, ats, pasid, pri, sriov;
        uint16_t acs_capability, acs_control;
        uint8_t acs_missing; /* of SV|RR|CR|UF, required bits not set */
        uint8_t pasid_bits;
        bool is_vf;
        PciAddress physical_function; /* if is_vf */
        uint16_t total_vfs, num_vfs;
        uint32_t vgpu_type; /* of an NVIDIA vGPU on this virtual function, which has other BARs; 0 none */
        /* In dom0 only, where there are no groups: whether Xen can assign it to a guest, and why not. Elsewhere
         * unknown and NONE. */
        Tristate xen_assignable;
        AssignableWhy xen_why;
        Fingerprint fingerprint;
} ProfileDevice;

#define PROFILE_MEDIATED_BARS 6

/* Part of a device, created by its driver and assigned without an IOMMU of its own. */
typedef struct ProfileMediated {
        char uuid[UUID_TEXT_MAX];
        char parent[64];    /* parent device, usually a PCI address; "" unknown, as others */
        char type[64];      /* "i915-GVTg_V5_4" */
        char type_name[64]; /* "GRID T4-2Q" */
        char api[24];       /* "vfio-pci", "vfio-ap", "vfio-ccw" */
        Reason bars_reason; /* ABSENT: the host does not report them */
        uint8_t n_bars;
        ProfileBar bars[PROFILE_MEDIATED_BARS]; /* without address: start at 0 */
} ProfileMediated;

typedef struct ProfileMemory {
        Fact ram_top; /* highest RAM byte + 1 */
        Reason ranges_reason;
        char ranges_source[64];
        size_t n_ranges;
        IomemEntry *ranges; /* the firmware's map if readable, else top level of /proc/iomem; sorted */
        Reason hotplug_reason;
        RangeSet hot_added; /* RAM in the kernel's, not the boot map */
        Fact block_size;    /* memory hot-plug granularity */
} ProfileMemory;

#define PROFILE_REFUSED_MAX 24
#define PROFILE_MEMBERS_MAX 24 /* in the document */

typedef struct Profile {
        ProfileHost host;
        ProfileWidths widths;
        ProfilePaging paging;
        ProfileEncryption encryption;
        ProfileXen xen; /* all zero: this kernel does not run on Xen */
        Reason iommus_reason;
        size_t n_iommus;
        ProfileIommu *iommus;
        Reason groups_reason;
        size_t n_groups;
        ProfileGroup *groups;
        Reason devices_reason;
        size_t n_devices;
        ProfileDevice *devices; /* sorted by address */
        Reason mediated_reason; /* NONE with n_mediated == 0: there are none */
        size_t n_mediated;
        ProfileMediated *mediated; /* sorted by UUID */
        FirmwareTables firmware;
        ProfileMemory memory;
        HostRegions regions;  /* the reserved regions of all groups */
        RangeSet reserved;    /* union over all groups of what VFIO excludes */
        RangeSet usable_iova; /* below 2^iova bits, minus `reserved`; empty if unknown */
        size_t n_refused;
        const char *refused
                        [PROFILE_REFUSED_MAX]; /* not readable because of permissions or a sandbox; static */
        FindingList findings;
        Fingerprint members[PROFILE_MEMBERS_MAX]; /* of the document, in order of profile_table */
        char digest[65];                          /* SHA-256, lower-case hex */
} Profile;

/* Frees what it owns; accepts a zeroed profile. */
void profile_done(Profile *profile);
