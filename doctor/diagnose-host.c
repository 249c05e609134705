/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <sys/stat.h>

#include "doctor/diagnose-parts.h"
#include "probe/cleanup.h"

static const char AS_ROOT[] = "Run 'hawctl doctor' as root.";

/* A cause is a problem only if something is unknown by it. */
static bool is_incomplete(const Profile *profile) {
        const ProfileWidths *widths = &profile->widths;

        return diagnosis_refused(profile, "") || !fact_known(&widths->cpu_physical_bits) ||
                        !fact_known(&widths->host_physical_bits) ||
                        !fact_known(&widths->guest_physical_bits) ||
                        !fact_known(&widths->guest_mappable_bits) ||
                        /* Without an IOMMU it is unknown on the host as well: iommu-absent says so. */
                        (!fact_known(&widths->iova_bits) && widths->iova_bits.reason != REASON_ABSENT);
}

static DiagnosisEntry *could_not_look(
                Diagnosis *diagnosis, const char *id, const char *path, Reason reason) {
        DiagnosisEntry *entry = diagnosis_add(diagnosis, id, DIAGNOSIS_UNKNOWN, path);

        diagnosis_found(entry, "Cannot read %s (%s)", path, reason_to_string(reason));
        if (reason == REASON_PERMISSION)
                diagnosis_remedy(entry, "%s", AS_ROOT);
        else if (reason != REASON_ABSENT)
                diagnosis_remedy(entry, "Report it to hawd, with this file.");
        return entry;
}

/* ── file systems and containers ───────────────────────────────────────────────────────────────────────── */

static void diagnose_mount(const char *path, Reason reason, const char *id, Diagnosis *diagnosis) {
        DiagnosisEntry *entry = diagnosis_add(diagnosis, id, DIAGNOSIS_PROBLEM, path);

        if (reason == REASON_NONE) {
                entry->state = DIAGNOSIS_OK;
                diagnosis_found(entry, "%s can be read", path);
                return;
        }
        diagnosis_found(entry, "Cannot read %s (%s)", path, reason_to_string(reason));
        if (reason == REASON_ABSENT)
                diagnosis_remedy(entry,
                                "Mount it: 'mount -t %s %s /%s' as root. In a chroot or a container, run "
                                "hawctl on the host.",
                                id, id, strcmp(id, "sysfs") == 0 ? "sys" : "proc");
        else
                diagnosis_remedy(entry, "Run hawctl as root, or outside of the sandbox that hides it.");
}

static void diagnose_container(const HostSurroundings *host, bool incomplete, Diagnosis *diagnosis) {
        DiagnosisEntry *entry;

        if (host->container == TRISTATE_UNKNOWN) {
                entry = could_not_look(diagnosis, "container", "/proc/self/ns/pid", host->container_reason);
                if (!*entry->remedy)
                        diagnosis_remedy(entry,
                                        host->live ? "Mount /proc." : "None: a capture does not have it.");
                return;
        }
        entry = diagnosis_add(diagnosis, "container", DIAGNOSIS_OK,
                        *host->container_sign ? host->container_sign : "/proc/self/ns/pid");
        if (host->container == TRISTATE_NO) {
                diagnosis_found(entry, "This is no container");
                return;
        }
        diagnosis_found(entry, "This is a container (%s)", host->container_sign);
        if (!incomplete)
                return;
        entry->state = DIAGNOSIS_PROBLEM;
        diagnosis_remedy(entry,
                        "Run hawctl on the host. Else give the container /dev/kvm, the host's /sys, and its "
                        "/run/dbus to ask the host's service.");
}

/* ── what the kernel hides ─────────────────────────────────────────────────────────────────────────────── */

static void diagnose_lockdown(const HostSurroundings *host, const Profile *profile, Diagnosis *diagnosis) {
        static const char path[] = "/sys/kernel/security/lockdown";
        const WordFact *mode = &host->lockdown;
        bool refused = diagnosis_refused(profile, "/dev/cpu/0/msr") ||
                        diagnosis_refused(profile, "PCI config space beyond the header");
        DiagnosisEntry *entry;

        if (mode->reason != REASON_NONE) {
                entry = could_not_look(diagnosis, "lockdown", path, mode->reason);
                if (mode->reason == REASON_ABSENT)
                        diagnosis_remedy(entry,
                                        host->live ? "Run 'mount -t securityfs securityfs /sys/kernel/security' as root. If it "
                                                     "is mounted, this kernel has no lockdown."
                                                   : "None: a capture does not have it.");
                return;
        }
        entry = diagnosis_add(diagnosis, "lockdown", DIAGNOSIS_OK, path);
        if (strcmp(mode->word, "none") == 0) {
                diagnosis_found(entry, "The kernel is not locked down");
                return;
        }
        diagnosis_found(entry, "The kernel is locked down (%s)%s", mode->word,
                        refused ? ", and registers cannot be read" : "; what hawd reads is not concerned");
        if (!refused)
                return;
        entry->state = DIAGNOSIS_PROBLEM;
        diagnosis_remedy(entry,
                        "If root cannot read them either, disable Secure Boot, or start the kernel with "
                        "lockdown=none, and read the host once.");
}

/* A unit whose lines the kernel has logged at boot, and whose log has them no longer. */
static const ProfileIommu *lost_unit(const Profile *profile) {
        static const char log[] = "kernel log: ";

        for (size_t i = 0; i < profile->n_iommus; i++) {
                const Fact *facts[] = { &profile->iommus[i].bits, &profile->iommus[i].oas };

                for (size_t j = 0; j < ELEMENTS(facts); j++)
                        if (!fact_known(facts[j]) && facts[j]->reason == REASON_ABSENT &&
                                        strncmp(facts[j]->source, log, sizeof(log) - 1) == 0)
                                return &profile->iommus[i];
        }
        return NULL;
}

static void explain_lost(const ProfileIommu *iommu, DiagnosisEntry *entry) {
        diagnosis_found(entry, "The kernel's log has no line about %s: the first ones are overwritten",
                        iommu->name);
        diagnosis_remedy(entry,
                        "Restart the host with hawd.service enabled, which keeps these lines, or with a journal that "
                        "keeps the log since boot.");
}

static void diagnose_log(const HostSurroundings *host, const Profile *profile, Diagnosis *diagnosis) {
        static const char path[] = "/proc/sys/kernel/dmesg_restrict";
        const WordFact *restricted = &host->log_restricted;
        bool refused = diagnosis_refused(profile, "/dev/kmsg");
        DiagnosisEntry *entry;

        if (!refused && lost_unit(profile)) {
                explain_lost(lost_unit(profile),
                                diagnosis_add(diagnosis, "kernel-log", DIAGNOSIS_PROBLEM, "/dev/kmsg"));
                return;
        }
        if (restricted->reason != REASON_NONE) {
                entry = could_not_look(diagnosis, "kernel-log", path, restricted->reason);
                if (!*entry->remedy)
                        diagnosis_remedy(entry,
                                        host->live ? "Mount /proc." : "None: a capture does not have it.");
                return;
        }
        entry = diagnosis_add(diagnosis, "kernel-log", refused ? DIAGNOSIS_PROBLEM : DIAGNOSIS_OK, path);
        if (!refused) {
                diagnosis_found(entry, "Nothing is unknown because of the kernel's log");
                return;
        }
        diagnosis_found(entry, "The kernel's log cannot be read (dmesg_restrict %s)", restricted->word);
        diagnosis_remedy(entry, "Run hawctl as root, or let hawd-collect-log.service run.");
}

/* ── KVM ───────────────────────────────────────────────────────────────────────────────────────────────── */

/* A user gets into a group; a mode for root alone is udev's. */
static void remedy_of_node(const NodeFact *node, const CallerFacts *caller, DiagnosisEntry *entry) {
        const RootStatus *status = &node->status;

        if (node->reason != REASON_NONE)
                diagnosis_remedy(entry, "Run hawctl as root.");
        else if (status->mode & S_IWGRP)
                diagnosis_remedy(entry,
                                "Run 'usermod -a -G kvm %s' as root and log in again (its group is number %u), or run "
                                "hawctl as root.",
                                caller->user, status->gid);
        else
                diagnosis_remedy(entry,
                                "Run hawctl as root: /dev/kvm has mode %04o, where udev's rules give it group kvm and "
                                "mode 0660.",
                                status->mode & 07777);
}

static void diagnose_kvm(const Surroundings *surroundings, const Profile *profile, bool by_service,
                Diagnosis *diagnosis) {
        const HostSurroundings *host = &surroundings->host;
        const Fact *loaded = &profile->paging.kvm_loaded;
        DiagnosisEntry *entry;

        /* The finding kvm-absent says why. */
        if (fact_known(loaded) && loaded->value == 0)
                return;
        entry = diagnosis_add(diagnosis, "kvm", DIAGNOSIS_PROBLEM, "/dev/kvm");
        if (diagnosis_refused(profile, "/dev/kvm")) {
                diagnosis_found(entry, "%s%s may not open /dev/kvm", by_service ? "The service" : "User ",
                                by_service ? "" : surroundings->caller.user);
                if (by_service)
                        diagnosis_remedy(entry,
                                        "Check DeviceAllow= in 'systemctl cat hawd', and the mode of /dev/kvm.");
                else
                        remedy_of_node(&host->kvm, &surroundings->caller, entry);
        } else if (!fact_known(loaded)) {
                entry->state = DIAGNOSIS_UNKNOWN;
                diagnosis_found(entry, "Whether KVM runs is unknown (%s): %s",
                                reason_to_string(loaded->reason), loaded->source);
                diagnosis_remedy(entry, "%s", AS_ROOT);
        } else if (host->live && host->kvm.reason == REASON_ABSENT) {
                diagnosis_found(entry, "KVM runs, but /dev/kvm does not exist here");
                diagnosis_remedy(entry,
                                "In a container, pass /dev/kvm to it. Else run 'mknod /dev/kvm c 10 232', or start "
                                "udev, as root.");
        } else {
                entry->state = DIAGNOSIS_OK;
                diagnosis_found(entry, "KVM runs%s%s", *profile->paging.kvm_backend ? ", module " : "",
                                profile->paging.kvm_backend);
        }
}

void diagnose_host(const Surroundings *surroundings, const Profile *profile, bool by_service,
                Diagnosis *diagnosis) {
        const HostSurroundings *host = &surroundings->host;

        diagnose_mount("/sys/class", host->sys_reason, "sysfs", diagnosis);
        if (host->live)
                diagnose_mount("/proc/stat", host->proc_reason, "proc", diagnosis);
        diagnose_container(host, is_incomplete(profile), diagnosis);
        diagnose_lockdown(host, profile, diagnosis);
        diagnose_log(host, profile, diagnosis);
        if (!diagnose_xen(profile, by_service, diagnosis))
                diagnose_kvm(surroundings, profile, by_service, diagnosis);
}

/* ── hawctl's own programs ─────────────────────────────────────────────────────────────────────────────── */

void diagnose_programs(const Surroundings *surroundings, Diagnosis *diagnosis) {
        for (size_t i = 0; i < OWN_PROGRAMS; i++) {
                const ProgramFact *program = &surroundings->programs[i];
                DiagnosisEntry *entry;

                if (program->reason == REASON_NOT_APPLICABLE)
                        continue;
                entry = diagnosis_add(diagnosis, program->name, DIAGNOSIS_PROBLEM, program->name);
                if (program->reason == REASON_ABSENT)
                        diagnosis_found(entry, "%s is not installed: hawctl cannot read %s", program->name,
                                        strcmp(program->name, "hawd-domain") == 0 ? "libvirt domains"
                                                                                  : "captures");
                else if (program->reason != REASON_NONE)
                        diagnosis_found(entry, "%s does not run: %s", program->name, program->error);
                else if (strcmp(program->version, HAWD_VERSION) != 0)
                        diagnosis_found(entry, "%s has version %s, hawctl " HAWD_VERSION, program->name,
                                        *program->version ? program->version : "unknown");
                else {
                        entry->state = DIAGNOSIS_OK;
                        diagnosis_found(entry, "%s has the same version as hawctl", program->name);
                }
                if (entry->state != DIAGNOSIS_OK)
                        diagnosis_remedy(
                                        entry, "Install hawctl again, with the programs that belong to it.");
        }
}
