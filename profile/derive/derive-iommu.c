/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/derive/derive-steps.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile/derive/derive-unit.h"
#include "profile/derive/facts-architecture.h"

static IommuKind kind_of(const IommuFact *fact) {
        if (fact->virtio)
                return IOMMU_VIRTIO;
        if (strncmp(fact->name, "smmu3.", 6) == 0)
                return IOMMU_ARM_SMMU_V3;
        if (strncmp(fact->name, "smmu.", 5) == 0)
                return IOMMU_ARM_SMMU;
        return IOMMU_OTHER;
}

/* virtio-iommu has its input range in its configuration space; the kernel logs it. */
static Fact virtio_bits(const IommuFact *fact) {
        if (fact->log_bits.reason == REASON_NONE)
                return fact_measured(fact->log_bits.value, "kernel log: virtio_iommu %s: input address",
                                fact->virtio_name);
        return fact_unknown(fact->log_bits.reason, "kernel log: virtio_iommu %s: input address",
                        fact->virtio_name);
}

static void derive_other(const Facts *facts, const IommuFact *fact, ProfileIommu *ret) {
        ret->kind = kind_of(fact);
        ret->second_stage_bits = ret->first_stage_bits =
                        unit_not_applicable("the driver publishes no width in sysfs");
        ret->bits = fact->virtio ? virtio_bits(fact) : ret->second_stage_bits;
        ret->interrupt_remapping_capable = ret->caching_mode =
                        unit_not_applicable("the driver publishes no registers");
        if (ret->kind == IOMMU_ARM_SMMU_V3)
                derive_smmu_v3(&facts->host.identity, fact, ret);
        else if (ret->kind == IOMMU_ARM_SMMU)
                derive_smmu(fact, ret);
}

static void blank_registers(ProfileIommu *ret) {
        Fact none = unit_not_applicable("not a register of this kind of unit");

        ret->address = ret->version_major = ret->version_minor = none;
        ret->cap = ret->ecap = ret->capability = ret->efr = ret->efr2 = none;
        ret->features = ret->oas = ret->bits_at_least = none;
}

static bool parse_address(const char *name, PciAddress *ret) {
        return pci_address_parse((Bytes){ .data = (const uint8_t *) name, .n = strlen(name) }, ret);
}

/* Known only if a device of each segment behind the unit tells. */
static Fact isolation_of(const IommuFacts *facts, const IommuFact *fact) {
        PciAddress address;

        if (fact->devices_reason != REASON_NONE)
                return fact_unknown(fact->devices_reason, "/sys/class/iommu/%.60s/devices", fact->name);
        for (size_t i = 0; i < fact->devices.n; i++)
                if (parse_address(fact->devices.names[i], &address) &&
                                !iommu_facts_isolate(facts, address.domain))
                        return fact_unknown(REASON_ABSENT,
                                        "/sys/kernel/irq/*/chip_name: no device of PCI segment %04" PRIx32
                                        " uses the ITS",
                                        address.domain);
        return fact_measured(1, "/sys/kernel/irq/*/chip_name %.32s", facts->interrupt_chip);
}

/* VFIO wants the same of arm64 as of x86: that no device can raise another's interrupts. */
static void derive_interrupt_remapping(
                const IommuFacts *facts, bool arm64, const IommuFact *fact, ProfileIommu *ret) {
        if (facts->interrupt_remapping == TRISTATE_UNKNOWN)
                ret->interrupt_remapping_enabled = fact_unknown(
                                facts->interrupt_remapping_reason, "/sys/kernel/irq/*/chip_name");
        else if (arm64 && facts->interrupt_remapping == TRISTATE_YES)
                ret->interrupt_remapping_enabled = isolation_of(facts, fact);
        else if (arm64)
                ret->interrupt_remapping_enabled =
                                fact_measured(0, "/sys/kernel/irq/*/chip_name %.32s", facts->interrupt_chip);
        else
                ret->interrupt_remapping_enabled = fact_measured(facts->interrupt_remapping == TRISTATE_YES,
                                "/sys/kernel/irq/*/chip_name %s",
                                facts->interrupt_remapping == TRISTATE_YES ? "starts with IR-"
                                                                           : "does not start with IR-");
}

/* Matches VT-d units to DRHDs by register base, not by the number in the name. */
static int firmware_unit(const Profile *profile, const ProfileIommu *iommu) {
        const Dmar *dmar = &profile->firmware.dmar;

        if (iommu->kind == IOMMU_INTEL_VTD && fact_known(&iommu->address) &&
                        profile->firmware.dmar_reason == REASON_NONE)
                for (size_t i = 0; i < dmar->n_units; i++)
                        if (dmar->units[i].base == iommu->address.value)
                                return (int) i;
        return -1;
}

static void count_devices(const IommuFact *fact, ProfileIommu *ret) {
        PciAddress address;

        ret->devices_reason = fact->devices_reason;
        ret->n_devices = (uint32_t) fact->devices.n;
        for (size_t i = 0; i < fact->devices.n; i++)
                ret->n_pci_devices += parse_address(fact->devices.names[i], &address);
}

int derive_iommus(const Facts *facts, Profile *profile) {
        const IommuFacts *iommus = &facts->iommu;

        profile->iommus_reason = iommus->reason;
        if (iommus->n == 0)
                return 0;
        profile->iommus = calloc(iommus->n, sizeof(ProfileIommu));
        if (!profile->iommus)
                return -ENOMEM;
        for (size_t i = 0; i < iommus->n; i++) {
                const IommuFact *fact = &iommus->iommus[i];
                ProfileIommu *iommu = &profile->iommus[profile->n_iommus++];

                snprintf(iommu->name, sizeof(iommu->name), "%s", fact->name);
                blank_registers(iommu);
                if (fact->attributes == IOMMU_SYSFS_INTEL)
                        derive_vtd(facts, fact, iommu);
                else if (fact->attributes == IOMMU_SYSFS_AMD)
                        derive_amdvi(facts, &profile->firmware, fact, iommu);
                else
                        derive_other(facts, fact, iommu);
                derive_interrupt_remapping(iommus, facts_are_arm64(facts), fact, iommu);
                count_devices(fact, iommu);
                iommu->firmware_unit = firmware_unit(profile, iommu);
        }
        derive_smmu_v3_at_least(&facts->host.identity, profile);
        return 0;
}
