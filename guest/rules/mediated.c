/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Mediated devices (R12), and NVIDIA's virtual functions that are vGPUs: whether the host has them, and
 * their BARs.
 *
 * R3, R4, R6 and R9 do not apply to a mediated device. It has no IOMMU domain: its group is emulated. With
 * such groups alone VFIO has no aperture and no reserved regions, and does not pin memory when it is mapped
 * (drivers/vfio/vfio_iommu_type1.c: vfio_iommu_type1_attach_group(), vfio_iommu_iova_dma_valid(),
 * vfio_dma_do_map()). The device's driver pins the pages it uses. Other devices have their own limits. */

#include <stdio.h>
#include <string.h>

#include "guest/rules/run.h"

#include "profile/device-lookup.h"

static const ProfileMediated *mediated_host(const Profile *profile, const GuestDevice *device) {
        return *device->uuid ? device_lookup_mediated(profile, device->uuid) : NULL;
}

void mediated_fill(GuestDevice *device, const Profile *profile) {
        const ProfileMediated *host = mediated_host(profile, device);

        for (unsigned i = 0; host && i < host->n_bars && device->n_bars < GUEST_BARS_MAX; i++)
                device->bars[device->n_bars++] = (GuestBar){
                        .index = host->bars[i].index,
                        .size = check_bar_size(&host->bars[i]),
                        .is_64bit = host->bars[i].is_64bit,
                        .prefetchable = host->bars[i].prefetchable,
                };
}

static void missing_bars(CheckRun *run, const GuestDevice *device, const ProfileMediated *host) {
        const char *name = *device->uuid ? device->uuid : device->name;

        if (device->n_bars > 0)
                return;
        if (host && host->bars_reason != REASON_NONE && host->bars_reason != REASON_ABSENT)
                check_missing(run, "BARs of mediated device %.36s (%s)", name,
                                reason_to_string(host->bars_reason));
        else if (host && *host->type)
                check_missing(run, "BARs of mediated device %.36s (%.32s)", name, host->type);
        else
                check_missing(run, "BARs of mediated device %.36s", name);
}

static void put_absent(CheckRun *run, const GuestDevice *device) {
        CheckFinding *f;

        /* qm does so before starting QEMU. */
        if (run->guest->form.manager == MANAGER_PROXMOX) {
                missing_bars(run, device, NULL);
                return;
        }
        f = check_find(run, RULE_ASSIGNMENT, VERDICT_UNSAFE, device->name, "not found on this host");
        check_numbers(run, f, "/sys/bus/mdev/devices does not contain it");
        check_advice(run, f,
                        "create it before the guest starts: mdevctl start --uuid %s (mdevctl list "
                        "--defined), or "
                        "virsh nodedev-start",
                        device->uuid);
}

static void check_mediated(CheckRun *run, const GuestDevice *device) {
        const Profile *profile = run->profile;
        const ProfileMediated *host = mediated_host(profile, device);
        CheckFinding *f;

        if (!host && *device->uuid && profile->mediated_reason != REASON_NONE) {
                check_missing(run, "mediated devices of the host (%s)",
                                reason_to_string(profile->mediated_reason));
                return;
        }
        if (!host && *device->uuid) {
                put_absent(run, device);
                return;
        }
        if (host && *host->api && strcmp(host->api, "vfio-pci") != 0) {
                f = check_find(run, RULE_ASSIGNMENT, VERDICT_UNSAFE, device->name,
                                "cannot be assigned: not a PCI device");
                check_numbers(run, f, "the device API of mediated device %s is %s, not vfio-pci",
                                device->uuid, host->api);
                return;
        }
        missing_bars(run, device, host);
}

static void check_vgpu(CheckRun *run, const GuestDevice *device) {
        const ProfileDevice *host = check_device(run, device);

        if (host && host->vgpu_type && device->n_bars == 0)
                check_missing(run, "BARs of %.48s (vGPU type %" PRIu32 ")", device->name, host->vgpu_type);
}

static bool asked_before(const Guest *guest, size_t i) {
        for (size_t j = 0; j < i; j++)
                if (strcmp(guest->devices[i].uuid, guest->devices[j].uuid) == 0)
                        return true;
        return false;
}

static void rule_mediated(CheckRun *run) {
        for (size_t i = 0; i < run->guest->n_devices; i++) {
                const GuestDevice *device = &run->guest->devices[i];

                if (!device->mediated) {
                        check_vgpu(run, device);
                        continue;
                }
                if (*device->uuid && asked_before(run->guest, i))
                        check_numbers(run,
                                        check_find(run, RULE_ASSIGNMENT, VERDICT_UNSAFE, device->name,
                                                        "assigned twice; the VMM rejects the second"),
                                        "both are mediated device %s", device->uuid);
                else
                        check_mediated(run, device);
        }
}

const CheckRule rules_mediated[] = { rule_mediated, NULL };
