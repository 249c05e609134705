/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "profile/architecture.h"
#include "profile/findings/findings.h"

/* What firmware says of units: hosts have one of these tables. */
typedef struct FirmwareUnits {
        const char *table;
        size_t n;
} FirmwareUnits;

static FirmwareUnits firmware_units(const FirmwareTables *firmware) {
        if (firmware->iort_reason == REASON_NONE && firmware->iort.n_units > 0)
                return (FirmwareUnits){ "ACPI IORT", firmware->iort.n_units };
        if (firmware->device_tree_reason == REASON_NONE && firmware->device_tree.n_units > 0)
                return (FirmwareUnits){ "The device tree", firmware->device_tree.n_units };
        if (firmware->ivrs_reason == REASON_NONE && firmware->ivrs.n_units > 0)
                return (FirmwareUnits){ "ACPI IVRS", firmware->ivrs.n_units };
        if (firmware->dmar_reason == REASON_NONE && firmware->dmar.n_units > 0)
                return (FirmwareUnits){ "ACPI DMAR", firmware->dmar.n_units };
        return (FirmwareUnits){};
}

static bool kernel_drives_none(const Profile *profile) {
        return profile->n_iommus == 0 && profile->iommus_reason == REASON_NONE;
}

static void firmware_only_remedy(const Profile *profile, Finding *f) {
        const Cmdline *cmdline = &profile->host.cmdline;
        bool known = profile->host.cmdline_reason == REASON_NONE;

        if (profile_is_arm64(profile)) /* iommu=off does nothing there */
                finding_remedy(f,
                                "Look for 'arm-smmu' in the kernel log: the driver rejected the units, or "
                                "the kernel was built without it (CONFIG_ARM_SMMU_V3, CONFIG_ARM_SMMU).");
        else if (known && cmdline->iommu_off)
                finding_remedy(f, "Remove iommu=off from the kernel command line.");
        else if (profile->firmware.ivrs_reason == REASON_NONE)
                finding_remedy(f,
                                known && cmdline->amd_iommu_off
                                                ? "Remove amd_iommu=off from the kernel command line."
                                                : "Look for 'AMD-Vi' in the kernel log: the driver rejected "
                                                  "the unit.");
        else
                finding_remedy(f,
                                known && cmdline->intel_iommu_off
                                                ? "Remove intel_iommu=off from the kernel command line."
                                                : "Add intel_iommu=on to the kernel command line.");
}

static void find_iommu_missing(const Profile *profile, FindingList *list) {
        const FirmwareTables *firmware = &profile->firmware;
        FirmwareUnits units = firmware_units(firmware);

        /* Xen drives the units of dom0 (xen-iommu-off), and guests have none (virtualised-host). */
        if (!kernel_drives_none(profile) || profile->xen.role != XEN_ROLE_NONE)
                return;
        if (units.n > 0) {
                Finding *f = finding_add(list, FINDING_IOMMU_FIRMWARE_ONLY, SEVERITY_WARNING, "host");
                finding_summary(f,
                                "Firmware describes IOMMU units, but the kernel uses none: no device can be "
                                "assigned");
                finding_detail(f, "%s lists %zu unit(s); /sys/class/iommu is empty.", units.table, units.n);
                firmware_only_remedy(profile, f);
                return;
        }

        bool unread = firmware->dmar_reason == REASON_PERMISSION ||
                        firmware->ivrs_reason == REASON_PERMISSION ||
                        (firmware->iort_reason == REASON_PERMISSION && profile_is_arm64(profile));
        Finding *f = finding_add(list, FINDING_IOMMU_ABSENT, SEVERITY_WARNING, "host");
        finding_summary(f, "The kernel uses no IOMMU: no device can be assigned to a guest");
        if (unread)
                finding_detail(f,
                                "/sys/class/iommu is empty. The cause may be in the ACPI tables, which only "
                                "root can read.");
        else
                finding_detail(f, "/sys/class/iommu is empty, and firmware describes no unit.");
        if (*profile->host.virtualised && strcmp(profile->host.virtualised, "none") != 0)
                finding_remedy(f, "To assign devices, give this virtual machine a virtual IOMMU.");
        else if (profile_is_x86(profile))
                finding_remedy(f, "Enable VT-d or AMD-Vi (IOMMU) in firmware setup.");
        else if (profile_is_arm64(profile))
                finding_remedy(f, "%s",
                                firmware->device_tree_reason == REASON_NONE
                                                ? "None with this device tree: no SMMU for PCI devices was found in it."
                                                : "Enable the SMMU in firmware setup.");
        else
                finding_remedy(f, "Enable the IOMMU as the documentation of the platform describes.");
}

static bool serves_none(const ProfileIommu *iommu) {
        return iommu->devices_reason == REASON_NONE && iommu->n_devices == 0;
}

/* A unit in use without devices or groups, such as a virtio-iommu whose devices firmware does not list. */
static void find_unit_without_devices(const Profile *profile, FindingList *list) {
        if (profile->n_iommus == 0 || profile->n_groups > 0 ||
                        (profile->groups_reason != REASON_NONE && profile->groups_reason != REASON_ABSENT))
                return;
        for (size_t i = 0; i < profile->n_iommus; i++)
                if (!serves_none(&profile->iommus[i]))
                        return;
        for (size_t i = 0; i < profile->n_iommus; i++) {
                const char *name = profile->iommus[i].name;
                Finding *f = finding_add(list, FINDING_IOMMU_WITHOUT_DEVICES, SEVERITY_WARNING, "%s", name);

                finding_summary(f, "%s has no device behind it: no device can be assigned to a guest", name);
                finding_detail(f,
                                "The kernel uses the unit, but /sys/class/iommu/%s/devices is empty and "
                                "there is no IOMMU group.",
                                name);
                finding_remedy(f, "%s",
                                profile->iommus[i].kind == IOMMU_VIRTIO
                                                ? "Connect the devices to the unit in the configuration of "
                                                  "this virtual machine: QEMU's virtio-iommu serves only "
                                                  "the devices on its own PCI root bus."
                                                : "Update the firmware: its tables name no device of this "
                                                  "unit.");
        }
}

/* The VMM decides which parameter applies: QEMU with an iommufd object opens devices by /dev/iommu. */
#define UNSAFE_PARAMETERS \
        "vfio_iommu_type1.allow_unsafe_interrupts=1 (for a VMM that uses iommufd: iommufd.allow_unsafe_interrupts=1)"

static const char *remapping_remedy(const Profile *profile, bool capable, bool allowed) {
        if (capable)
                return "Remove intremap=off or nointremap from the kernel command line and enable x2APIC/VT-d in "
                       "firmware setup. " UNSAFE_PARAMETERS
                       " allows the assignment anyway, but a guest can then raise any interrupt of the host.";
        if (allowed && profile_is_arm64(profile))
                return "Assign devices to trusted guests only. vfio_iommu_type1.allow_unsafe_interrupts=0 forbids it.";
        return UNSAFE_PARAMETERS
                        " allows the assignment anyway, but a guest can then raise any interrupt of the host.";
}

/* Xen assigns all the same, and marks the guest as able to send any MSI. */
static void find_remapping_off_in_xen(const ProfileIommu *iommu, bool capable, FindingList *list) {
        Finding *f = finding_add(list, FINDING_INTERRUPT_REMAPPING_OFF, SEVERITY_WARNING, "%s", iommu->name);

        finding_summary(f,
                        "Interrupts are not remapped: a guest with a device behind %s can raise any interrupt of the "
                        "host",
                        iommu->name);
        finding_detail(f, "%s: off. %s.", iommu->interrupt_remapping_enabled.source,
                        capable ? "The unit supports interrupt remapping"
                                : "The unit does not report that it supports interrupt remapping");
        finding_remedy(f,
                        "Remove iommu=no-intremap from Xen's command line (GRUB_CMDLINE_XEN in /etc/default/grub), "
                        "and enable x2APIC/VT-d in firmware setup. Until then, assign devices to trusted guests "
                        "only.");
}

static void find_interrupt_remapping(const Profile *profile, FindingList *list) {
        const Fact *type1 = &profile->host.unsafe_type1;
        bool allowed = fact_known(type1) && type1->value;

        for (size_t i = 0; i < profile->n_iommus; i++) {
                const ProfileIommu *iommu = &profile->iommus[i];
                const Fact *enabled = &iommu->interrupt_remapping_enabled;
                bool capable = fact_known(&iommu->interrupt_remapping_capable) &&
                                iommu->interrupt_remapping_capable.value;

                if (!fact_known(enabled) || enabled->value || serves_none(iommu))
                        continue;
                if (profile->xen.role == XEN_ROLE_CONTROL) {
                        find_remapping_off_in_xen(iommu, capable, list);
                        continue;
                }
                Finding *f = finding_add(
                                list, FINDING_INTERRUPT_REMAPPING_OFF, SEVERITY_WARNING, "%s", iommu->name);
                finding_summary(f,
                                allowed ? "%s: a guest with a device behind %s can raise any interrupt of the host"
                                        : "%s: devices behind %s cannot be assigned",
                                profile_is_arm64(profile) ? "MSIs are not isolated"
                                                          : "Interrupts are not remapped",
                                iommu->name);
                finding_detail(f, "%s. %s.%s", enabled->source,
                                profile_is_arm64(profile)
                                                ? "This interrupt controller does not isolate MSIs, "
                                                  "as an ITS does"
                                                : capable ? "The unit supports interrupt remapping"
                                                          : "The unit does not support interrupt remapping",
                                allowed ? " vfio_iommu_type1.allow_unsafe_interrupts=1 allows the "
                                          "assignment anyway; a VMM that uses iommufd needs "
                                          "iommufd.allow_unsafe_interrupts=1."
                                        : "");
                finding_remedy(f, "%s", remapping_remedy(profile, capable, allowed));
        }
}

/* What could not be read is in profile-incomplete. */
static bool lacks_msi(const Profile *profile, const ProfileIommu *iommu) {
        const Fact *enabled = &iommu->interrupt_remapping_enabled, *type1 = &profile->host.unsafe_type1;

        return !fact_known(enabled) &&
                        (enabled->reason == REASON_ABSENT || enabled->reason == REASON_AMBIGUOUS) &&
                        iommu->n_pci_devices > 0 && !(fact_known(type1) && type1->value);
}

static void find_msi_isolation_unknown(const Profile *profile, FindingList *list) {
        for (size_t i = 0; profile_is_arm64(profile) && i < profile->n_iommus; i++) {
                const ProfileIommu *iommu = &profile->iommus[i];
                bool absent = iommu->interrupt_remapping_enabled.reason == REASON_ABSENT;

                if (!lacks_msi(profile, iommu))
                        continue;
                Finding *f = finding_add(
                                list, FINDING_MSI_ISOLATION_UNKNOWN, SEVERITY_WARNING, "%s", iommu->name);
                finding_summary(f, "It is unknown whether devices behind %s can be assigned: %s",
                                iommu->name,
                                absent ? "none uses an MSI" : "MSIs have an unknown controller");
                finding_detail(f,
                                "VFIO requires that the interrupt controller isolates MSIs, as an ITS does. Only "
                                "an MSI in use tells which controller devices have (%s).",
                                iommu->interrupt_remapping_enabled.source);
                finding_remedy(f, "%s",
                                absent ? "Bind a device of the same PCI segment to its own driver, so that it "
                                         "uses MSIs, and read again: 'hawctl status --local'."
                                       : "Assign a device and look whether VFIO accepts it: if not, the kernel "
                                         "log has 'No interrupt remapping support'.");
        }
}

static void find_caching_mode(const Profile *profile, FindingList *list) {
        for (size_t i = 0; i < profile->n_iommus; i++) {
                const ProfileIommu *iommu = &profile->iommus[i];

                if (!fact_known(&iommu->caching_mode) || !iommu->caching_mode.value)
                        continue;
                Finding *f = finding_add(list, FINDING_IOMMU_CACHING_MODE, SEVERITY_INFO, "%s", iommu->name);
                finding_summary(f, "%s reports caching mode: it is an emulated IOMMU", iommu->name);
                finding_detail(f, "%s. Hardware units do not set it. Each mapping traps to the hypervisor.",
                                iommu->caching_mode.source);
                finding_remedy(f, "None. The hypervisor sets its width (QEMU: aw-bits).");
        }
}

void find_iommu(const Profile *profile, FindingList *list) {
        find_iommu_missing(profile, list);
        find_unit_without_devices(profile, list);
        find_interrupt_remapping(profile, list);
        find_msi_isolation_unknown(profile, list);
        find_caching_mode(profile, list);
}
