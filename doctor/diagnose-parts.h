/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Only for the files of doctor/. */

#include "doctor/diagnosis.h"

/* Adds an entry; text is made printable. When the list is full, which no set of facts makes it, it is lost. */
DiagnosisEntry *diagnosis_add(
                Diagnosis *diagnosis, const char *id, DiagnosisState state, const char *looked);
void diagnosis_found(DiagnosisEntry *entry, const char *format, ...) __attribute__((format(printf, 2, 3)));
void diagnosis_remedy(DiagnosisEntry *entry, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Whether the finding profile-incomplete names the path. */
bool diagnosis_refused(const Profile *profile, const char *path);

void diagnose_service(const Surroundings *surroundings, Diagnosis *diagnosis);
void diagnose_collector(const Surroundings *surroundings, const Profile *profile, bool by_service,
                Diagnosis *diagnosis);
void diagnose_host(const Surroundings *surroundings, const Profile *profile, bool by_service,
                Diagnosis *diagnosis);
/* In dom0 and in PV domains, where KVM does not run. False: elsewhere. */
bool diagnose_xen(const Profile *profile, bool by_service, Diagnosis *diagnosis);
void diagnose_programs(const Surroundings *surroundings, Diagnosis *diagnosis);
void diagnose_profile(const Profile *profile, Diagnosis *diagnosis);
