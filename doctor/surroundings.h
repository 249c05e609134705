/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What lies between a user and the profile of this host: the bus, the service, its collector, and what the
 * kernel or a container hides. Facts only; diagnosis.h says what follows from them. */

#include <stdbool.h>
#include <stdint.h>

#include "probe/fact.h"
#include "probe/root/root.h"

/* ── the service, as the bus and systemd see it ────────────────────────────────────────────────────────── */

typedef enum UnitName {
        UNIT_SERVICE,
        UNIT_COLLECT,
        UNIT_COLLECT_LOG,
        UNIT_COLLECT_XEN,
        UNIT_COLLECT_CHANGES,
        _UNIT_MAX,
} UnitName;

/* "hawd.service", … */
const char *unit_name(UnitName unit);

/* Words are systemd's (systemd.unit(5)), "" if it has none. All text is printable. */
typedef struct UnitFact {
        Reason reason;    /* of asking systemd */
        bool no_answer;   /* systemd does not answer */
        char error[160];  /* its message */
        char load[24];    /* "loaded", "not-found", "masked", … */
        char active[24];  /* "active", "inactive", "failed", … */
        char enabled[24]; /* "enabled", "disabled", … */
        char result[24];  /* of the last run: "success", "exit-code", … */
        bool has_started; /* since the manager started */
        bool not_needed;  /* its conditions are not met on this host (ConditionArchitecture=, …) */
} UnitFact;

/* How a call of the service ended. */
typedef enum CallOutcome {
        CALL_NOT_MADE = 0,
        CALL_ANSWERED,
        CALL_NO_NAME,     /* nobody has the name, and the bus cannot start it */
        CALL_REFUSED,     /* the policy of the bus */
        CALL_NOT_STARTED, /* the bus or systemd could not start it */
        CALL_NO_ANSWER,   /* within the time limit of the bus */
        CALL_LIMITED,     /* too many calls */
        CALL_FAILED,      /* any other error */
} CallOutcome;

typedef struct ServiceFacts {
        bool asked;        /* false: the profile is read without the service; all else is meaningless */
        char bus[128];     /* "system bus", or the address */
        Reason bus_reason; /* of connecting */
        char bus_error[160];
        CallOutcome outcome;
        char error[200];  /* of the call */
        char version[64]; /* of the service; "" unknown */
        UnitFact units[_UNIT_MAX];
} ServiceFacts;

/* ── the host ──────────────────────────────────────────────────────────────────────────────────────────── */

typedef struct WordFact {
        Reason reason;
        char word[64]; /* printable */
} WordFact;

typedef struct NodeFact {
        Reason reason;
        RootStatus status;
} NodeFact;

typedef struct HostSurroundings {
        bool live;          /* this host, not a tree */
        Reason sys_reason;  /* of listing sys/class */
        Reason proc_reason; /* of reading proc/stat */
        Tristate container;
        Reason container_reason; /* if unknown */
        char container_sign[96]; /* the file that tells, and its word */
        WordFact lockdown;       /* the current mode: "none", "integrity", "confidentiality" */
        WordFact log_restricted; /* proc/sys/kernel/dmesg_restrict: "0", "1" */
        NodeFact kvm;            /* dev/kvm */
        int64_t booted;          /* seconds since the epoch; 0 unknown */
        NodeFact collected;      /* what every run of the collector replaces */
} HostSurroundings;

/* Reads the host's. */
void surroundings_read(Root *root, HostSurroundings *ret);

/* ── hawctl's own programs, and who runs it ────────────────────────────────────────────────────────────── */

#define OWN_PROGRAMS 2

typedef struct ProgramFact {
        const char *name; /* static */
        Reason reason;    /* of running it; NOT_APPLICABLE: it was not run */
        char error[96];
        char version[64]; /* its answer to --version, printable */
} ProgramFact;

typedef struct CallerFacts {
        uint32_t uid;
        char user[48]; /* name, or the number */
} CallerFacts;

typedef struct Surroundings {
        CallerFacts caller;
        ServiceFacts service;
        HostSurroundings host;
        ProgramFact programs[OWN_PROGRAMS];
} Surroundings;
