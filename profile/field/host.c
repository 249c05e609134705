/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "profile/document/json-fact.h"
#include "profile/document/read-value.h"
#include "profile/field/tables.h"

/* No address is wider. */
#define BITS_MAX 64
#define GIC_VERSION_MAX 5

/* ── host ──────────────────────────────────────────────────────────────────────────────────────────────── */

static json_t *write_kernel_parameters(const void *value) {
        const ProfileHost *host = value;

        return host->cmdline_reason == REASON_NONE ? json_string(host->kernel_parameters) : json_null();
}

/* Decodes the stored parameters again. */
static int read_kernel_parameters(const JsonValue *json, void *value) {
        ProfileHost *host = value;
        int r;

        if (json_is_null(json->json)) {
                host->cmdline_reason = REASON_ABSENT;
                return 0;
        }
        r = json_value_text(json, sizeof(host->kernel_parameters), host->kernel_parameters);
        if (r < 0)
                return r;
        return cmdline_decode((Bytes){ .data = (const uint8_t *) host->kernel_parameters,
                                              .n = strlen(host->kernel_parameters) },
                        &host->cmdline, NULL);
}

static const FieldHook kernel_parameters_hook = {
        .write = write_kernel_parameters,
        .read = read_kernel_parameters,
        .schema = "{\"type\": [\"string\", \"null\"]}",
};

static int check_host(const JsonValue *value, void *object, const void *before) {
        ProfileHost *host = object;

        host->vendor = *host->vendor_name
                        ? cpu_vendor_from_name((Bytes){ .data = (const uint8_t *) host->vendor_name,
                                          .n = strlen(host->vendor_name) })
                        : CPU_VENDOR_UNKNOWN;
        return 0;
}

static bool is_arm64(const void *object) {
        return strcmp(((const ProfileHost *) object)->architecture, "aarch64") == 0;
}

#define HOST(member) FIELD_MEMBER(ProfileHost, member)

static const Field host_fields[] = {
        { "machineId", FIELD_TEXT, FIELD_EMITS | FIELD_VOLATILE, HOST(machine_id),
                        .text = "Application-specific machine id, which does not reveal the machine's own." },
        { "hostname", FIELD_TEXT, FIELD_EMITS | FIELD_VOLATILE, HOST(hostname), .text = "The host's name." },
        { "kernel", FIELD_TEXT, FIELD_EMITS, HOST(kernel),
                        .text = "Kernel release, as uname -r prints it." },
        { "kernelParameters", FIELD_CUSTOM, 0, .hook = &kernel_parameters_hook,
                        .text = "Kernel parameters that affect a width or an IOMMU; null when they cannot be read." },
        { "architecture", FIELD_TEXT, FIELD_EMITS, HOST(architecture),
                        .text = "Architecture, as uname -m prints it." },
        { "virtualised", FIELD_TEXT, FIELD_EMITS | FIELD_FILE, HOST(virtualised),
                        .text = "The hypervisor that this host runs under, which then claims every number, or \"none\"." },
        { "cpuVendor", FIELD_TEXT, FIELD_EMITS, HOST(vendor_name),
                        .text = "CPU vendor, as CPUID reports it; on arm64 the implementer's name." },
        { "cpuModelName", FIELD_TEXT, FIELD_EMITS, HOST(model_name),
                        .text = "Name of the CPU model; on arm64 of its cores, each part once." },
        { "cpuFamily", FIELD_NUMBER, 0, HOST(family), .max = UINT32_MAX, .text = "CPU family." },
        { "cpuModel", FIELD_NUMBER, 0, HOST(model), .max = UINT32_MAX, .text = "CPU model number." },
        { "cpuStepping", FIELD_NUMBER, 0, HOST(stepping), .max = UINT32_MAX, .text = "CPU stepping." },
        { "cpuMidr", FIELD_REGISTER, FIELD_LATER, HOST(midr), .when = is_arm64,
                        .text = "arm64: MIDR_EL1 of the first CPU." },
        { "cpuImplementer", FIELD_NUMBER, FIELD_LATER, HOST(implementer), .max = UINT8_MAX, .when = is_arm64,
                        .text = "arm64: implementer, MIDR_EL1[31:24]." },
        { "cpuVariant", FIELD_NUMBER, FIELD_LATER, HOST(variant), .max = 15, .when = is_arm64,
                        .text = "arm64: variant, MIDR_EL1[23:20]." },
        { "cpuPart", FIELD_NUMBER, FIELD_LATER, HOST(part), .max = 4095, .when = is_arm64,
                        .text = "arm64: part number, MIDR_EL1[15:4]." },
        { "cpuRevision", FIELD_NUMBER, FIELD_LATER, HOST(revision), .max = 15, .when = is_arm64,
                        .text = "arm64: revision, MIDR_EL1[3:0]." },
        { "cpuKinds", FIELD_NUMBER, FIELD_LATER, HOST(cpu_kinds), .max = UINT32_MAX, .when = is_arm64,
                        .text = "arm64: how many different parts the CPUs are." },
        { "pageSize", FIELD_NUMBER, FIELD_LATER, HOST(page_size), .max = UINT32_MAX, .when = is_arm64,
                        .text = "arm64: page size of the kernel, in bytes." },
        { "gicVersion", FIELD_NUMBER, FIELD_LATER, HOST(gic_version), .max = GIC_VERSION_MAX,
                        .when = is_arm64,
                        .text = "arm64: version of the interrupt controller (GIC): 2, or 3 for GICv3 and GICv4." },
        { "cpus", FIELD_NUMBER, FIELD_EMITS, HOST(cpus), .max = UINT32_MAX,
                        .text = "Number of logical CPUs online." },
        { "unsafeInterruptsType1", FIELD_STATE, FIELD_LATER, HOST(unsafe_type1),
                        .text = "vfio_iommu_type1.allow_unsafe_interrupts: applies to devices that a VMM opens by their group." },
        { "unsafeInterruptsIommufd", FIELD_STATE, FIELD_LATER, HOST(unsafe_iommufd),
                        .text = "iommufd.allow_unsafe_interrupts: applies to devices that a VMM opens through /dev/iommu." },
        { "dmaEntryLimit", FIELD_NUMBER, FIELD_LATER, HOST(dma_entry_limit), .max = UINT32_MAX,
                        .text = "vfio_iommu_type1.dma_entry_limit: maximum number of mappings of one VFIO container." },
};
const FieldTable host_table = { FIELD_TABLE(host_fields), .check = check_host };

/* ── widths ────────────────────────────────────────────────────────────────────────────────────────────── */

#define WIDTH(key, member, more, sentence)                                                                 \
        {                                                                                                  \
                key, FIELD_NUMBER, FIELD_EMITS | FIELD_FILE | (more), FIELD_MEMBER(ProfileWidths, member), \
                                .max = BITS_MAX, .text = sentence                                          \
        }

static const Field width_fields[] = {
        WIDTH("cpuPhysicalBits", cpu_physical_bits, 0,
                        "Physical address bits of the CPU: CPUID 0x80000008, on arm64 ID_AA64MMFR0_EL1.PARange."),
        WIDTH("hostPhysicalBits", host_physical_bits, 0,
                        "Physical address bits that the kernel can use: cpuPhysicalBits less those of memory encryption."),
        WIDTH("guestPhysicalBits", guest_physical_bits, FIELD_OF_KVM,
                        "Maximum MAXPHYADDR that KVM supports for guests (QEMU phys-bits); on arm64 KVM's IPA limit."),
        WIDTH("guestMappableBits", guest_mappable_bits, FIELD_OF_KVM,
                        "Address bits that EPT, NPT or stage 2 can map for a guest (QEMU guest-phys-bits)."),
        WIDTH("iovaBits", iova_bits, 0,
                        "I/O virtual address bits: the smallest of the IOMMU units that own PCI devices."),
        WIDTH("linearBits", linear_bits, 0, "Virtual address bits of the CPU."),
        WIDTH("safeGuestBits", safe_guest_bits, FIELD_OF_KVM,
                        "Smaller of guestPhysicalBits and guestMappableBits, before holes."),
        WIDTH("safeGuestBitsWithDevices", safe_guest_bits_with_devices, FIELD_OF_KVM,
                        "Smaller of safeGuestBits and iovaBits: for a guest with assigned devices."),
        { "cpuinfoMinBits", FIELD_NUMBER, 0, FIELD_MEMBER(ProfileWidths, cpuinfo_min_bits), .max = BITS_MAX,
                        .text = "Smallest physical width of any CPU in /proc/cpuinfo." },
        { "cpuinfoMaxBits", FIELD_NUMBER, 0, FIELD_MEMBER(ProfileWidths, cpuinfo_max_bits), .max = BITS_MAX,
                        .text = "Largest physical width of any CPU in /proc/cpuinfo." },
};

/* Whether a derived width is at most each of its inputs, all known. What is not known is not too wide. */
static bool within(const Fact *fact, const Fact *a, const Fact *b) {
        return !fact_known(fact) ||
                        (fact_known(a) && fact_known(b) && fact->value <= a->value &&
                                        fact->value <= b->value);
}

/* Documents come from other hosts; models and exports use these two as they are. */
static int check_widths(const JsonValue *value, void *object, const void *before) {
        const ProfileWidths *widths = object;

        if (!within(&widths->safe_guest_bits, &widths->guest_physical_bits, &widths->guest_mappable_bits))
                return json_value_fail(
                                value, "safeGuestBits exceeds guestPhysicalBits or guestMappableBits");
        if (!within(&widths->safe_guest_bits_with_devices, &widths->safe_guest_bits, &widths->iova_bits))
                return json_value_fail(value, "safeGuestBitsWithDevices exceeds safeGuestBits or iovaBits");
        return 0;
}

const FieldTable widths_table = { FIELD_TABLE(width_fields), .check = check_widths };

/* ── paging ────────────────────────────────────────────────────────────────────────────────────────────── */

#define PAGING(member) FIELD_MEMBER(ProfilePaging, member)

static const Field virtualisation_fields[] = {
        { "capable", FIELD_STATE, 0, PAGING(virtualisation_capable),
                        .text = "Whether CPUID reports VMX or SVM; on arm64 whether there is EL2." },
        { "enabled", FIELD_STATE, 0, PAGING(virtualisation_enabled),
                        .text = "Whether firmware left it enabled." },
};
static const FieldTable virtualisation_table = { FIELD_TABLE(virtualisation_fields) };

static const Field la57_fields[] = {
        { "capable", FIELD_STATE, FIELD_EMITS, PAGING(la57_capable),
                        .text = "Whether the CPU supports five-level paging." },
        { "enabled", FIELD_STATE, FIELD_EMITS, PAGING(la57_enabled), .text = "Whether the kernel uses it." },
};
static const FieldTable la57_table = { FIELD_TABLE(la57_fields) };

static const Field second_level_fields[] = {
        { "kind", FIELD_WORD, FIELD_EMITS, PAGING(second_level), .words = &second_level_words,
                        .text = "Kind of second-level page tables." },
        { "capable", FIELD_STATE, 0, PAGING(second_level_capable),
                        .text = "Whether the CPU supports them." },
        { "enabled", FIELD_STATE, FIELD_EMITS, PAGING(second_level_enabled),
                        .text = "Whether KVM uses them." },
        { "levels", FIELD_NUMBER, 0, PAGING(second_level_levels), .max = BITS_MAX,
                        .text = "Maximum number of levels." },
        { "page2M", FIELD_STATE, 0, PAGING(second_level_page_2m),
                        .text = "Whether 2 MiB pages are supported." },
        { "page1G", FIELD_STATE, 0, PAGING(second_level_page_1g),
                        .text = "Whether 1 GiB pages are supported." },
        { "accessedDirty", FIELD_STATE, 0, PAGING(second_level_accessed_dirty),
                        .text = "Whether accessed and dirty bits are supported." },
};
static const FieldTable second_level_table = { FIELD_TABLE(second_level_fields) };

static bool has_stage_2(const void *object) {
        return ((const ProfilePaging *) object)->second_level == SECOND_LEVEL_STAGE2;
}

static const Field kvm_fields[] = {
        { "loaded", FIELD_STATE, 0, PAGING(kvm_loaded), .text = "Whether KVM runs." },
        { "mode", FIELD_WORD, FIELD_LATER, PAGING(kvm_mode), .words = &kvm_mode_words, .when = has_stage_2,
                        .text = "arm64: how KVM uses EL2: with the kernel there (vhe), without (nvhe), apart from it (protected); none: it does not run." },
        { "backend", FIELD_TEXT, FIELD_EMITS, PAGING(kvm_backend),
                        .text = "Vendor's module of KVM: kvm_intel, kvm_amd, kvm_pvm." },
        { "guestPhysBitsOffered", FIELD_STATE, 0, PAGING(kvm_guest_phys_bits_offered),
                        .text = "Whether KVM reports the mappable width (CPUID 0x80000008 EAX[23:16])." },
        { "smallerMaxphyaddr", FIELD_STATE, 0, PAGING(smaller_maxphyaddr),
                        .text = "Whether KVM supports a guest MAXPHYADDR below the host's." },
};
static const FieldTable kvm_table = { FIELD_TABLE(kvm_fields) };

static const Field paging_fields[] = {
        { "virtualisation", FIELD_OBJECT, 0, .table = &virtualisation_table, .text = "VMX, SVM or EL2." },
        { "la57", FIELD_OBJECT, 0, .table = &la57_table, .text = "Five-level paging." },
        { "hostLevels", FIELD_NUMBER, 0, PAGING(host_levels), .max = BITS_MAX,
                        .text = "Levels of the page tables that the kernel uses." },
        { "page1G", FIELD_STATE, FIELD_LATER, PAGING(page_1g),
                        .text = "Whether the CPU has 1 GiB pages (CPUID 0x80000001 EDX[26]), which KVM offers to guests." },
        { "secondLevel", FIELD_OBJECT, 0, .table = &second_level_table,
                        .text = "Second-level page tables, which map a guest's memory." },
        { "kvm", FIELD_OBJECT, 0, .table = &kvm_table, .text = "KVM." },
};
const FieldTable paging_table = { FIELD_TABLE(paging_fields) };

/* ── encryption ────────────────────────────────────────────────────────────────────────────────────────── */

#define ENCRYPTION(member) FIELD_MEMBER(ProfileEncryption, member)
#define CAPABLE_ENABLED(name, what)                                             \
        static const Field name##_fields[] = {                                  \
                { "capable", FIELD_STATE, 0, ENCRYPTION(name##_capable),        \
                                .text = "Whether the CPU supports " what "." }, \
                { "enabled", FIELD_STATE, 0, ENCRYPTION(name##_enabled),        \
                                .text = "Whether " what " is enabled." },       \
        };                                                                      \
        static const FieldTable name##_table = { FIELD_TABLE(name##_fields) }

CAPABLE_ENABLED(sme, "Secure Memory Encryption");
CAPABLE_ENABLED(sev, "Secure Encrypted Virtualization");
CAPABLE_ENABLED(sev_es, "SEV Encrypted State");
CAPABLE_ENABLED(sev_snp, "SEV Secure Nested Paging");
CAPABLE_ENABLED(tme, "Total Memory Encryption");

static const Field mktme_fields[] = {
        { "keyIdBits", FIELD_NUMBER, 0, ENCRYPTION(mktme_keyid_bits), .max = BITS_MAX,
                        .text = "Physical address bits that hold a key's number." },
};
static const FieldTable mktme_table = { FIELD_TABLE(mktme_fields) };

static const Field tdx_fields[] = {
        { "keyIdBits", FIELD_NUMBER, 0, ENCRYPTION(tdx_keyid_bits), .max = BITS_MAX,
                        .text = "Of the bits that hold a key's number, those of TDX." },
        { "enabled", FIELD_STATE, 0, ENCRYPTION(tdx_enabled),
                        .text = "Whether Trust Domain Extensions are enabled." },
};
static const FieldTable tdx_table = { FIELD_TABLE(tdx_fields) };

static const Field encryption_fields[] = {
        { "sme", FIELD_OBJECT, 0, .table = &sme_table, .text = "AMD Secure Memory Encryption." },
        { "sev", FIELD_OBJECT, 0, .table = &sev_table, .text = "AMD Secure Encrypted Virtualization." },
        { "sevEs", FIELD_OBJECT, 0, .table = &sev_es_table, .text = "AMD SEV Encrypted State." },
        { "sevSnp", FIELD_OBJECT, 0, .table = &sev_snp_table, .text = "AMD SEV Secure Nested Paging." },
        { "tme", FIELD_OBJECT, 0, .table = &tme_table, .text = "Intel Total Memory Encryption." },
        { "mktme", FIELD_OBJECT, 0, .table = &mktme_table,
                        .text = "Intel Multi-Key Total Memory Encryption." },
        { "tdx", FIELD_OBJECT, 0, .table = &tdx_table, .text = "Intel Trust Domain Extensions." },
        { "cBit", FIELD_NUMBER, 0, ENCRYPTION(c_bit), .max = BITS_MAX,
                        .text = "Number of the page table bit that marks an encrypted page." },
        { "paReduction", FIELD_NUMBER, 0, ENCRYPTION(pa_reduction), .max = BITS_MAX,
                        .text = "Physical address bits that encryption takes when it is enabled." },
        { "bitsTaken", FIELD_NUMBER, FIELD_EMITS, ENCRYPTION(bits_taken), .max = BITS_MAX,
                        .text = "Physical address bits that encryption takes now." },
};
const FieldTable encryption_table = { FIELD_TABLE(encryption_fields) };
