/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include "doctor/diagnose-parts.h"

#define SERVICE "org.hawd.AddressWidth1"

/* ── the bus ───────────────────────────────────────────────────────────────────────────────────────────── */

static void diagnose_bus(const ServiceFacts *service, const CallerFacts *caller, Diagnosis *diagnosis) {
        bool open = service->bus_reason == REASON_NONE;
        DiagnosisEntry *entry = diagnosis_add(
                        diagnosis, "bus", open ? DIAGNOSIS_OK : DIAGNOSIS_PROBLEM, service->bus);

        if (open) {
                diagnosis_found(entry, "The %s can be reached", service->bus);
                return;
        }
        diagnosis_found(entry, "The %s cannot be reached: %s", service->bus, service->bus_error);
        if (service->bus_reason == REASON_ABSENT)
                diagnosis_remedy(entry,
                                "Start dbus.service (package dbus). In a container or a chroot without it, run "
                                "hawctl on the host, or mount the host's /run/dbus there; 'hawctl --local' reads "
                                "the host without a bus.");
        else if (service->bus_reason == REASON_PERMISSION)
                diagnosis_remedy(entry,
                                "Run hawctl as another user than %s: the socket of the bus is closed to this one.",
                                caller->user);
        else
                diagnosis_remedy(entry, "See 'systemctl status dbus'.");
}

static void diagnose_systemd(const UnitFact *unit, Diagnosis *diagnosis) {
        DiagnosisEntry *entry;

        if (!unit->no_answer)
                return;
        entry = diagnosis_add(
                        diagnosis, "systemd", DIAGNOSIS_PROBLEM, "org.freedesktop.systemd1 on the bus");
        diagnosis_found(entry, "systemd does not answer on the bus: %s", unit->error);
        diagnosis_remedy(entry,
                        "Run 'journalctl -b _PID=1' as root to see why, and 'systemctl daemon-reexec' to start "
                        "it again.");
}

/* ── the service ───────────────────────────────────────────────────────────────────────────────────────── */

static const char REINSTALL[] =
                "Install hawd again, then run 'systemctl daemon-reload' and 'systemctl reload "
                "dbus' as root.";

static bool is(const char *word, const char *other) {
        return strcmp(word, other) == 0;
}

/* States of the unit that explain why it is not there, whatever the bus said. False: none. */
static bool blame_unit(const UnitFact *unit, const char *name, DiagnosisEntry *entry) {
        if (unit->reason != REASON_NONE)
                return false;
        if (is(unit->load, "masked")) {
                diagnosis_found(entry, "%s is masked", name);
                diagnosis_remedy(entry, "Run 'systemctl unmask %s' as root.", name);
        } else if (is(unit->active, "failed")) {
                diagnosis_found(entry, "%s has failed (%s)", name,
                                *unit->result ? unit->result : "no result");
                diagnosis_remedy(entry,
                                "Run 'journalctl -b -u %s' as root to see why. When that is mended, run "
                                "'systemctl restart %s'.",
                                name, name);
        } else if (!is(unit->load, "loaded") && !is(unit->load, "not-found")) {
                diagnosis_found(entry, "systemd cannot load %s (%s)", name, unit->load);
                diagnosis_remedy(entry, "See 'systemctl status %s'; install hawd again.", name);
        } else
                return false;
        return true;
}

static void no_name(const ServiceFacts *service, const UnitFact *unit, DiagnosisEntry *entry) {
        if (unit->reason != REASON_NONE) {
                diagnosis_found(entry, "hawd is not installed or not running: nobody on the %s is " SERVICE,
                                service->bus);
                diagnosis_remedy(entry, "%s",
                                unit->no_answer ? "See systemd, above: it starts hawd."
                                                : "Install hawd, and start it.");
        } else if (is(unit->load, "not-found")) {
                diagnosis_found(entry, "hawd is not installed: there is no hawd.service");
                diagnosis_remedy(entry,
                                "Install hawd, then run 'systemctl daemon-reload' and 'systemctl reload dbus' "
                                "as root. Until then hawctl reads the host itself, and more as root.");
        } else {
                diagnosis_found(entry, "hawd.service is installed, but the bus does not start it");
                diagnosis_remedy(entry,
                                "Run 'systemctl reload dbus' and 'systemctl enable --now hawd' as root.");
        }
}

static void not_started(const ServiceFacts *service, const UnitFact *unit, DiagnosisEntry *entry) {
        diagnosis_found(entry, "The bus cannot start hawd: %s", service->error);
        if (unit->reason != REASON_NONE)
                diagnosis_remedy(entry, "See the log of the bus and of hawd.");
        else if (is(unit->load, "not-found"))
                diagnosis_remedy(entry, "%s", REINSTALL);
        else if (!is(unit->enabled, "enabled"))
                diagnosis_remedy(entry, "Run 'systemctl enable --now hawd' as root: hawd.service is %s.",
                                *unit->enabled ? unit->enabled : "not enabled");
        else
                diagnosis_remedy(entry, "See 'systemctl status hawd' and 'journalctl -b -u hawd'.");
}

static void explain_outcome(const Surroundings *surroundings, DiagnosisEntry *entry) {
        const ServiceFacts *service = &surroundings->service;
        const UnitFact *unit = &service->units[UNIT_SERVICE];
        const CallerFacts *caller = &surroundings->caller;

        switch (service->outcome) {
        case CALL_REFUSED:
                diagnosis_found(entry, "The bus does not let user %s (%u) call " SERVICE, caller->user,
                                caller->uid);
                diagnosis_remedy(entry,
                                "Check that /usr/share/dbus-1/system.d/" SERVICE
                                ".conf is there and that no file "
                                "in /etc/dbus-1/system.d overrides it, then run 'systemctl reload dbus' as root.");
                return;
        case CALL_NO_NAME:
                no_name(service, unit, entry);
                return;
        case CALL_NOT_STARTED:
                not_started(service, unit, entry);
                return;
        case CALL_NO_ANSWER:
                diagnosis_found(entry, "hawd does not answer: %s", service->error);
                diagnosis_remedy(entry,
                                "Run 'journalctl -b -u hawd' as root to see why; 'systemctl restart hawd' starts it "
                                "again.");
                return;
        case CALL_LIMITED:
                diagnosis_found(entry, "hawd answers, but user %s has called it too often", caller->user);
                diagnosis_remedy(entry, "Wait some seconds; hawd(8) has the limits.");
                return;
        default:
                diagnosis_found(entry, "hawd answers with an error: %s", service->error);
                diagnosis_remedy(entry, "See 'systemctl status hawd' and 'journalctl -b -u hawd'.");
        }
}

static void diagnose_version(const ServiceFacts *service, Diagnosis *diagnosis) {
        bool known = *service->version != 0, same = is(service->version, HAWD_VERSION);
        DiagnosisEntry *entry = diagnosis_add(diagnosis, "version",
                        same                    ? DIAGNOSIS_OK
                                        : known ? DIAGNOSIS_PROBLEM
                                                : DIAGNOSIS_UNKNOWN,
                        "the property Version of " SERVICE);

        if (same) {
                diagnosis_found(entry, "hawd and hawctl have the same version, " HAWD_VERSION);
                return;
        }
        if (known)
                diagnosis_found(entry, "hawd has version %s, hawctl " HAWD_VERSION, service->version);
        else
                diagnosis_found(entry, "hawd does not tell its version");
        diagnosis_remedy(entry,
                        "Install the same version of both, then run 'systemctl restart hawd' as root: after an "
                        "update the old one may still run.");
}

void diagnose_service(const Surroundings *surroundings, Diagnosis *diagnosis) {
        const ServiceFacts *service = &surroundings->service;
        bool answered = service->outcome == CALL_ANSWERED;
        DiagnosisEntry *entry;

        if (!service->asked)
                return;
        diagnose_bus(service, &surroundings->caller, diagnosis);
        if (service->bus_reason != REASON_NONE)
                return;
        diagnose_systemd(&service->units[UNIT_SERVICE], diagnosis);
        entry = diagnosis_add(diagnosis, "service", answered ? DIAGNOSIS_OK : DIAGNOSIS_PROBLEM,
                        SERVICE " on the bus; hawd.service");
        if (answered) {
                diagnosis_found(entry, "hawd answers");
                diagnose_version(service, diagnosis);
        } else if (service->outcome == CALL_REFUSED ||
                        !blame_unit(&service->units[UNIT_SERVICE], unit_name(UNIT_SERVICE), entry))
                explain_outcome(surroundings, entry);
}

/* ── the collector ─────────────────────────────────────────────────────────────────────────────────────── */

static void diagnose_unit(const UnitFact *unit, UnitName name, Diagnosis *diagnosis) {
        static const char *const ids[_UNIT_MAX] = {
                [UNIT_COLLECT] = "collector",
                [UNIT_COLLECT_LOG] = "collector-log",
                [UNIT_COLLECT_XEN] = "collector-xen",
                [UNIT_COLLECT_CHANGES] = "collector-changes",
        };
        const char *text = unit_name(name);
        DiagnosisEntry *entry = diagnosis_add(diagnosis, ids[name], DIAGNOSIS_PROBLEM, text);

        if (unit->reason != REASON_NONE) {
                entry->state = DIAGNOSIS_UNKNOWN;
                diagnosis_found(entry, "Cannot ask systemd about %s: %s", text, unit->error);
                diagnosis_remedy(entry,
                                unit->reason == REASON_ABSENT ? "None if this bus is not systemd's."
                                                              : "Run 'hawctl doctor' as root.");
        } else if (blame_unit(unit, text, entry))
                return;
        else if (is(unit->load, "not-found")) {
                diagnosis_found(entry, "%s is not installed", text);
                diagnosis_remedy(entry, "%s", REINSTALL);
        } else if (name == UNIT_COLLECT_CHANGES && !is(unit->active, "active")) {
                diagnosis_found(entry,
                                "%s is %s: changes of devices are read without what only root can read",
                                text, *unit->active ? unit->active : "not active");
                diagnosis_remedy(entry, "Run 'systemctl restart hawd' as root.");
        } else if (unit->not_needed) {
                entry->state = DIAGNOSIS_OK;
                diagnosis_found(entry, "%s has nothing to read on this host", text);
        } else if (!unit->has_started) {
                diagnosis_found(entry, "%s has not run since boot", text);
                diagnosis_remedy(entry, "Run 'systemctl reload hawd' as root.");
        } else {
                entry->state = DIAGNOSIS_OK;
                diagnosis_found(entry, "%s %s", text,
                                name == UNIT_COLLECT_CHANGES ? "waits for changes" : "has run");
        }
}

/* The file that each run writes. */
static void diagnose_collected(const HostSurroundings *host, bool complete, Diagnosis *diagnosis) {
        const NodeFact *file = &host->collected;
        DiagnosisEntry *entry =
                        diagnosis_add(diagnosis, "collected", DIAGNOSIS_PROBLEM, "/run/hawd/private");
        const char *again = "Run 'systemctl reload hawd' as root.";

        if (complete && file->reason == REASON_PERMISSION) {
                entry->state = DIAGNOSIS_OK;
                diagnosis_found(entry, "The service reads what the collector has stored");
        } else if (file->reason == REASON_ABSENT) {
                diagnosis_found(entry, "The collector has stored nothing");
                diagnosis_remedy(entry, "%s", again);
        } else if (file->reason != REASON_NONE || host->booted == 0) {
                entry->state = DIAGNOSIS_UNKNOWN;
                diagnosis_found(entry, "Cannot tell when the collector has run: %s (%s)",
                                file->reason != REASON_NONE ? "/run/hawd/private" : "/proc/stat",
                                reason_to_string(file->reason != REASON_NONE ? file->reason
                                                                             : host->proc_reason));
                diagnosis_remedy(entry, "Run 'hawctl doctor' as root.");
        } else if (file->status.modified < host->booted) {
                diagnosis_found(entry, "The files of the collector are older than this boot");
                diagnosis_remedy(entry, "Check that /run is a tmpfs. %s", again);
        } else {
                entry->state = DIAGNOSIS_OK;
                diagnosis_found(entry, "The files of the collector are of this boot");
        }
}

void diagnose_collector(const Surroundings *surroundings, const Profile *profile, bool by_service,
                Diagnosis *diagnosis) {
        const ServiceFacts *service = &surroundings->service;
        const UnitFact *unit = &service->units[UNIT_SERVICE];
        bool installed = service->asked && service->bus_reason == REASON_NONE &&
                        unit->reason == REASON_NONE && !is(unit->load, "not-found");

        /* A service on a bus without systemd has a collector only if somebody runs one: see profile-incomplete. */
        if (installed)
                for (UnitName name = UNIT_COLLECT; name < _UNIT_MAX; name++)
                        diagnose_unit(&service->units[name], name, diagnosis);
        if (installed || surroundings->host.collected.reason == REASON_NONE)
                diagnose_collected(&surroundings->host, by_service && !diagnosis_refused(profile, ""),
                                diagnosis);
}
