/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the facts mean: one host's address widths and everything that bounds them. Plain structs with one owner;
 * publishers take a finished `const Profile *` and compute nothing. The JSON form is profile.schema.json.
 *
 * Booleans with provenance are Facts whose value is 0 or 1. Addresses are bytes, ends are inclusive, widths are
 * bits. An index of -1 means "none". */

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
#include "probe/fact.h"
#include "probe/words.h"
#include "profile/finding.h"

typedef struct ProfileHost {
        char machine_id[33];   /* app-specific, never the raw one; "" unknown */
        char hostname[65];     /* "" unknown */
        char kernel[65];       /* release; "" unknown */
        char architecture[33]; /* as uname -m; "" unknown */
        char virtualised[48];  /* "none", the hypervisor's name, or "" unknown */
        CpuVendor vendor;
        char vendor_name[16]; /* as CPUID gives it, blanks and all; "" unknown */
        Fact family, model, stepping;
        char model_name[128]; /* "" unknown */
        Fact cpus;            /* logical CPUs online */
        /* allow_unsafe_interrupts of vfio_iommu_type1, for devices that a VMM opens by their group, and of iommufd, for
         * those that it opens by /dev/iommu */
        Fact unsafe_type1, unsafe_iommufd;
        Fact dma_entry_limit; /* of vfio_iommu_type1: mappings that one container of a VMM may have */
        Reason cmdline_reason;
        Cmdline cmdline;                               /* for remedies: what the kernel was told */
        char kernel_parameters[KERNEL_PARAMETERS_MAX]; /* and in its own words, as far as it matters here */
} ProfileHost;

/* SHA-256 of one part's canonical text (profile/change/digest.h): tells two states of it apart, in 32 bytes. */
typedef struct Fingerprint {
        uint8_t bytes[32];
} Fingerprint;

/* design: the five widths and what follows from them. Bits; see docs/widths.md for the rules. */
typedef struct ProfileWidths {
        Fact cpu_physical_bits;
        Fact host_physical_bits;
        Fact guest_physical_bits;
        Fact guest_mappable_bits;
        Fact iova_bits;
        Fact linear_bits;
        Fact safe_guest_bits;                    /* min(guest physical, guest mappable), before holes */
        Fact safe_guest_bits_with_devices;       /* that and iova bits */
        Fact cpuinfo_min_bits, cpuinfo_max_bits; /* over all CPUs; they differ only on odd hybrids */
} ProfileWidths;

typedef enum SecondLevelKind {
        SECOND_LEVEL_NONE = 0, /* neither EPT nor NPT: shadow paging, or no KVM */
        SECOND_LEVEL_EPT,
        SECOND_LEVEL_NPT,
        SECOND_LEVEL_STAGE2, /* arm64 */
        _SECOND_LEVEL_MAX,
} SecondLevelKind;

WORDS_DECLARE(SecondLevelKind, second_level);

typedef struct ProfilePaging {
        Fact virtualisation_capable; /* VMX or SVM in CPUID */
        Fact virtualisation_enabled; /* and the kernel kept it: firmware did not lock it off */
        Fact la57_capable, la57_enabled;
        Fact host_levels; /* 4 or 5, in use */
        Fact page_1g;     /* the CPU has 1 GiB pages: KVM offers them to a guest by this, not by EPT's */
        SecondLevelKind second_level;
        Fact second_level_capable, second_level_enabled;
        Fact second_level_levels; /* deepest the hardware walks for a guest */
        Fact second_level_page_2m, second_level_page_1g, second_level_accessed_dirty;
        Fact kvm_loaded;      /* KVM runs: its module is there and a vendor's part of it started */
        char kvm_backend[32]; /* kvm_intel, kvm_amd, kvm_pvm …; "" none or unknown */
        Fact kvm_guest_phys_bits_offered; /* KVM_GET_SUPPORTED_CPUID reports EAX[23:16]; no: kernel before 6.10 */
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
        Fact pa_reduction; /* the CPUID field: what encryption would take */
        Fact bits_taken;   /* what it takes now */
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

typedef struct ProfileIommu {
        char name[NAME_MAX + 1]; /* as in /sys/class/iommu */
        IommuKind kind;
        Fact address; /* register base */
        Fact version_major, version_minor;
        Fact cap, ecap;             /* VT-d */
        Fact capability, efr, efr2; /* AMD-Vi: PCI capability header, extended feature registers */
        Fact second_stage_bits;     /* AMD: the v1 (host) table */
        Fact first_stage_bits; /* AMD: the v2 (guest) table; unknown/not-applicable where there is none */
        Fact bits;             /* chosen: what may be relied on; .source says why */
        Fact interrupt_remapping_capable, interrupt_remapping_enabled;
        Fact caching_mode;  /* CAP.CM, AMD NpCache: an emulated unit */
        uint32_t n_devices; /* names in its devices directory */
        uint32_t n_pci_devices;
        Reason devices_reason;
        Fingerprint fingerprint;
        int firmware_unit; /* index into firmware.dmar.units; -1. A profile read from JSON has no units there */
} ProfileIommu;

typedef enum AssignableWhy {
        ASSIGNABLE_WHY_NONE = 0,      /* it is assignable */
        ASSIGNABLE_WHY_DIRECT_REGION, /* firmware wants a 1:1 mapping kept (RMRR, IVMD); assignable is
                                                  unknown where the kernel may let that pass */
        ASSIGNABLE_WHY_BRIDGES_ONLY,  /* nothing but bridges in it */
        ASSIGNABLE_WHY_NO_INTERRUPT_REMAPPING, /* VFIO refuses unless allow_unsafe_interrupts */
        ASSIGNABLE_WHY_NO_IOMMU,               /* a group VFIO made up (vfio-noiommu) */
        ASSIGNABLE_WHY_NOT_PCI,                /* platform devices only: vfio-pci does not apply */
        ASSIGNABLE_WHY_UNREADABLE,             /* what decides it could not be read */
        _ASSIGNABLE_WHY_MAX,
} AssignableWhy;

WORDS_DECLARE(AssignableWhy, assignable_why);

typedef struct ProfileGroup {
        uint32_t id;
        char name[32]; /* "" mostly */
        GroupType type;
        char type_word[24]; /* as read; "" when not readable */
        Reason type_reason;
        size_t n_members;
        char **members; /* names in devices/, PCI addresses and others */
        ReservedRegions regions;
        Reason regions_reason;
        int iommu;    /* index into iommus: the narrowest unit behind its devices; -1 none or unknown */
        uint8_t bits; /* 0 unknown */
        Reason bits_reason;
        RangeSet usable; /* aperture less reserved regions, as VFIO computes it; empty when bits unknown */
        Tristate assignable;
        AssignableWhy why;
        Tristate isolated; /* one endpoint, or one device's functions, or a PF with its VFs, besides bridges */
        PciAddress culprit; /* the bridge or function that keeps it together, when has_culprit */
        bool has_culprit;
        Fingerprint fingerprint;
} ProfileGroup;

/* A reserved region, one entry for each distinct one however many groups have it. */
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
        bool assigned;          /* false: no address given to it */
        uint64_t start, end;    /* inclusive; a VF BAR spans all VFs */
        uint64_t resizable_max; /* bytes; 0: not resizable or unknown */
} ProfileBar;

typedef struct ProfileDevice {
        PciAddress address;
        PciAddress parent; /* the bridge above, when has_parent */
        bool has_parent;
        uint32_t class_code; /* 24 bits: class, subclass, programming interface */
        uint16_t vendor, device, subsystem_vendor, subsystem_device;
        uint8_t revision, header_type;
        bool header_type_known;
        Reason ids_reason, resource_reason, config_reason;
        char driver[40]; /* "" when none */
        int group;       /* index into groups, -1 */
        int iommu;       /* index into iommus, -1 */
        int port_type;   /* PCIe device/port type, -1 unknown or conventional */
        uint8_t n_bars;
        ProfileBar *bars;
        Tristate acs, ats, pasid, pri, sriov;
        uint16_t acs_capability, acs_control;
        uint8_t acs_missing; /* of SV|RR|CR|UF, the bits that are not on */
        uint8_t pasid_bits;
        bool is_vf;
        PciAddress physical_function; /* when is_vf */
        uint16_t total_vfs, num_vfs;
        uint32_t vgpu_type; /* a virtual function that NVIDIA's driver makes a vGPU of, whose BARs are others; 0 none */
        Fingerprint fingerprint;
} ProfileDevice;

#define PROFILE_MEDIATED_BARS 6

/* Part of a device, made by its driver: a guest's as it is, without an IOMMU of its own. */
typedef struct ProfileMediated {
        char uuid[UUID_TEXT_MAX];
        char parent[64];    /* what it is part of, mostly a PCI address; "" unknown, as the others */
        char type[64];      /* "i915-GVTg_V5_4" */
        char type_name[64]; /* "GRID T4-2Q" */
        char api[24];       /* "vfio-pci", "vfio-ap", "vfio-ccw" */
        Reason bars_reason; /* ABSENT: nothing on the host tells them */
        uint8_t n_bars;
        ProfileBar bars[PROFILE_MEDIATED_BARS]; /* without an address: from 0 on */
} ProfileMediated;

typedef struct ProfileMemory {
        Fact ram_top; /* highest RAM byte + 1 */
        Reason ranges_reason;
        char ranges_source[64];
        size_t n_ranges;
        IomemEntry *ranges; /* the firmware's map where readable, else /proc/iomem's top level; sorted */
        Reason hotplug_reason;
        RangeSet hot_added; /* RAM the kernel has and the boot map has not */
        Fact block_size;    /* memory hot-plug granularity */
} ProfileMemory;

#define PROFILE_REFUSED_MAX 19
#define PROFILE_MEMBERS_MAX 24 /* of the document */

typedef struct Profile {
        ProfileHost host;
        ProfileWidths widths;
        ProfilePaging paging;
        ProfileEncryption encryption;
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
        RangeSet reserved;    /* union over all groups of what VFIO subtracts */
        RangeSet usable_iova; /* below 2^iova bits less that union; empty when unknown */
        size_t n_refused;
        const char *refused
                        [PROFILE_REFUSED_MAX]; /* what permission, or a sandbox, kept from us; static strings */
        FindingList findings;
        Fingerprint members[PROFILE_MEMBERS_MAX]; /* of the document, in the order of profile_table */
        char digest[65];                          /* SHA-256, lower-case hex */
} Profile;

/* Empties what the profile owns; a zeroed profile is fine. */
void profile_done(Profile *profile);
