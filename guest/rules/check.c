/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/rules/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/firmware/firmware.h"
#include "guest/remedy/remedy.h"
#include "guest/rules/run.h"
#include "guest/vmm/qemu/qemu.h"
#include "probe/cleanup.h"
#include "probe/grow.h"
#include "profile/architecture.h"
#include "profile/device-lookup.h"
#include "profile/kernel-policy.h"

static void release(CheckFinding *finding) {
        free(finding->subject);
        free(finding->summary);
        free(finding->numbers);
        free(finding->remedy);
        free(finding->libvirt);
        free(finding->qemu);
        free(finding->proxmox);
        *finding = (CheckFinding){};
}

static int copy_text(char **text) {
        if (*text)
                *text = strdup(*text);
        return *text ? 0 : -ENOMEM;
}

int check_add_copy(CheckFinding **findings, size_t *n, const CheckFinding *finding) {
        CheckFinding *grown = grow(*findings, *n, sizeof(*grown)), copy = *finding;
        char **texts[] = { &copy.subject, &copy.summary, &copy.numbers, &copy.remedy, &copy.libvirt,
                &copy.qemu, &copy.proxmox };
        int r = 0;

        if (!grown)
                return -ENOMEM;
        *findings = grown;
        for (size_t i = 0; i < ELEMENTS(texts); i++)
                r = copy_text(texts[i]) < 0 ? -ENOMEM : r;
        if (r < 0) {
                release(&copy);
                return r;
        }
        grown[(*n)++] = copy;
        return 0;
}

static void alternative_done(CheckAlternative *alternative) {
        for (size_t i = 0; i < alternative->n; i++)
                release(&alternative->findings[i]);
        free(alternative->findings);
        free(alternative->missing);
}

void check_done(Check *check) {
        layout_done(&check->layout);
        for (size_t i = 0; i < check->n; i++)
                release(&check->findings[i]);
        for (size_t i = 0; i < check->n_alternatives; i++)
                alternative_done(&check->alternatives[i]);
        free(check->alternatives);
        free(check->findings);
        free(check->missing);
        free(check->assumed);
        change_forms_done(&check->plan.forms);
        *check = (Check){};
}

/* If /dev/kvm was not accessible, the kernel release decides, if known. */
static Tristate tells_guest_bits(const Profile *profile) {
        const Fact *offered = &profile->paging.kvm_guest_phys_bits_offered,
                   *second_level = &profile->paging.second_level_enabled;

        if (fact_known(offered))
                return tristate(offered->value);
        if (fact_known(second_level) && !second_level->value)
                return TRISTATE_NO;
        return kernel_goes(profile->host.kernel, KERNEL_KVM_TELLS_GUEST_BITS);
}

void check_layout_host(const Profile *profile, LayoutHost *ret) {
        const ProfilePaging *paging = &profile->paging;
        const ProfileEncryption *encryption = &profile->encryption;
        const Fact *raw = &profile->widths.cpu_physical_bits,
                   *mappable = &profile->widths.guest_mappable_bits,
                   *ipa = &profile->widths.guest_physical_bits;
        LayoutHost host = { .vendor = profile->host.vendor };

        if (fact_known(raw) && raw->value <= 64)
                host.cpu_physical_bits = (uint8_t) raw->value;
        if (fact_known(mappable) && mappable->value <= 64)
                host.guest_mappable_bits = (uint8_t) mappable->value;
        host.tells_guest_bits = tells_guest_bits(profile);
        if (fact_known(&paging->la57_capable))
                host.la57 = tristate(paging->la57_capable.value);
        if (fact_known(&paging->page_1g))
                host.pdpe1gb = tristate(paging->page_1g.value);
        if (fact_known(&encryption->sme_capable))
                host.sme = tristate(encryption->sme_capable.value);
        if (fact_known(&encryption->pa_reduction) && encryption->pa_reduction.value < 64)
                host.sme_reduction = (uint8_t) encryption->pa_reduction.value;
        host.is_arm64 = strcmp(profile->host.architecture, "aarch64") == 0;
        if (host.is_arm64 && fact_known(ipa) && ipa->value <= 64)
                host.ipa_bits = (uint8_t) ipa->value;
        host.xen = profile->xen.role == XEN_ROLE_CONTROL ? &profile->xen : NULL;
        *ret = host;
}

void check_missing_inputs(CheckRun *run, bool version, bool vmm) {
        const Guest *guest = run->guest;
        const GuestFirmware *firmware = &guest->firmware;

        if (run->layout->unknown != REASON_NONE)
                check_missing(run, "%s", *run->layout->missing ? run->layout->missing : "the layout");
        if (firmware->kind == FIRMWARE_UNKNOWN)
                check_missing(run, "the firmware");
        else if (version && firmware->kind != FIRMWARE_NONE && firmware->kind != FIRMWARE_AAVMF &&
                        !vmm_of(guest)->loader &&
                        (firmware->version.major == 0 || firmware->version_guessed))
                check_missing(run, VERSION_MISSING);
        if (vmm && vmm_version_open(guest))
                check_missing(run, VMM_MISSING, vmm_of(guest)->name);
        for (size_t i = 0; i < guest->n_ignored; i++) {
                /* An unknown image is one missing input, not two. */
                if (firmware->kind == FIRMWARE_UNKNOWN && strcmp(guest->ignored[i].what, "firmware") == 0)
                        continue;
                check_missing(run, "what %s means", guest->ignored[i].what);
        }
}

static int by_verdict(const void *a, const void *b) {
        const CheckFinding *x = a, *y = b;

        if (x->verdict != y->verdict)
                return x->verdict > y->verdict ? -1 : 1;
        return x->rule != y->rule ? (x->rule < y->rule ? -1 : 1) : strcmp(x->subject, y->subject);
}

/* Fills in missing texts and the verdict; sorts. */
int check_finish(CheckRun *run) {
        Check *check = run->check;

        release(&run->unseen);
        for (size_t i = 0; i < check->n && run->error >= 0; i++) {
                CheckFinding *f = &check->findings[i];
                char **texts[] = { &f->subject, &f->summary, &f->numbers, &f->remedy, &f->libvirt, &f->qemu,
                        &f->proxmox };

                for (size_t j = 0; j < ELEMENTS(texts); j++) {
                        if (!*texts[j])
                                *texts[j] = strdup("");
                        if (!*texts[j])
                                run->error = -ENOMEM;
                }
                if (f->verdict > check->verdict)
                        check->verdict = f->verdict;
        }
        if (run->error < 0) {
                check_done(check);
                return run->error;
        }
        if (check->n_missing > 0 && check->verdict < VERDICT_UNKNOWN)
                check->verdict = VERDICT_UNKNOWN;
        if (check->n > 0)
                qsort(check->findings, check->n, sizeof(*check->findings), by_verdict);
        return 0;
}

/* As read for a host of the other architecture, it says nothing of the guest here. */
static bool is_another_here(const Guest *guest, const Profile *profile) {
        if (!guest->by_host)
                return false;
        return guest->read_for == ARCHITECTURE_ARM64 ? profile_is_x86(profile) : profile_is_arm64(profile);
}

int check_rules(const Guest *guest, const Profile *profile, const ProfileDevice *const *places, Check *ret) {
        static const CheckRule *const files[] = { rules_start, rules_virt, rules_virt_host, rules_width,
                rules_reach, rules_assumed_width, rules_device, rules_iommufd, rules_locked, rules_window,
                rules_viommu, rules_confidential, rules_compatibility, rules_overlap, rules_mediated,
                rules_hypervisor };
        Check check = {};
        CheckRun run = { .guest = guest,
                .profile = profile,
                .places = places,
                .layout = &check.layout,
                .check = &check };
        LayoutHost host;
        int r;

        check_layout_host(profile, &host);
        run.device_seen = calloc(guest->n_devices + 1, sizeof(*run.device_seen));
        run.group_seen = calloc(profile->n_groups + 1, sizeof(*run.group_seen));
        run.host_seen = calloc(profile->n_devices + 1, sizeof(*run.host_seen));
        run.error = run.device_seen && run.group_seen && run.host_seen
                        ? layout_derive(guest, &host, &check.layout)
                        : -ENOMEM;
        if (run.error >= 0 && is_another_here(guest, profile))
                check_missing(&run, "the guest's architecture, which its description leaves to the host");
        else if (run.error >= 0) {
                check_missing_inputs(&run, true, true);
                reach_collect(&run);
                for (size_t i = 0; i < ELEMENTS(files); i++)
                        for (const CheckRule *rule = files[i]; *rule; rule++)
                                (*rule)(&run);
        }
        reach_release(&run);
        free(run.device_seen);
        free(run.group_seen);
        free(run.host_seen);
        r = check_finish(&run);
        *ret = check;
        return r;
}

static uint64_t power_of_two(uint64_t bytes) {
        return bytes <= 1 ? bytes : UINT64_C(1) << (64 - __builtin_clzll(bytes - 1));
}

uint64_t check_bar_size(const ProfileBar *bar) {
        return power_of_two(bar->end - bar->start + 1);
}

/* Port BARs are in another space, the VMM provides its own ROM copy, and VF BARs belong to the VFs. */
static void fill_bars(GuestDevice *device, const ProfileDevice *host) {
        for (unsigned i = 0; i < host->n_bars && device->n_bars < GUEST_BARS_MAX; i++) {
                const ProfileBar *bar = &host->bars[i];
                uint64_t size = bar->end - bar->start + 1;

                if (bar->io || bar->index > 5 || size == 0 || size > UINT64_C(1) << 63)
                        continue;
                device->bars[device->n_bars++] = (GuestBar){ .index = bar->index,
                        .size = check_bar_size(bar),
                        .is_64bit = bar->is_64bit,
                        .prefetchable = bar->prefetchable };
        }
}

void check_fill(Guest *guest, const Profile *profile) {
        if (vmm_of(guest)->fill_from_host)
                vmm_of(guest)->fill_from_host(guest, profile);
        if (guest->cpu.vendor_is_host)
                guest->cpu.vendor = profile->host.vendor;
        for (size_t i = 0; i < guest->n_devices; i++) {
                GuestDevice *device = &guest->devices[i];
                const ProfileDevice *host = device->assigned && device->has_address && device->n_bars == 0
                                ? device_lookup(profile, &device->address)
                                : NULL;

                if (device->mediated && device->n_bars == 0)
                        mediated_fill(device, profile);
                if (host && !host->vgpu_type)
                        fill_bars(device, host);
        }
}
