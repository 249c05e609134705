/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The rules, grouped by subject. Each checks a finished profile and adds findings; rules do no I/O and do
 * not depend on each other. */

#include "profile/profile.h"

/* Runs all rules and sorts. -ENOMEM only. */
int profile_find(const Profile *profile, FindingList *ret);

/* Sorts: worst first, then by id and subject. Drops findings without stored text and returns -ENOMEM. */
int finding_list_finish(FindingList *list);

/* Adds a finding; NULL if out of memory (stored in the list). The calls below fill the texts and accept
 * NULL. Unset texts are "". */
Finding *finding_add(FindingList *list, FindingId id, Severity severity, const char *subject, ...)
                __attribute__((format(printf, 4, 5)));
void finding_summary(Finding *finding, const char *format, ...) __attribute__((format(printf, 2, 3)));
void finding_detail(Finding *finding, const char *format, ...) __attribute__((format(printf, 2, 3)));
void finding_remedy(Finding *finding, const char *format, ...) __attribute__((format(printf, 2, 3)));

void find_host(const Profile *profile, FindingList *list);
void find_cpu(const Profile *profile, FindingList *list);
void find_guest_paging(const Profile *profile, FindingList *list);
void find_iommu(const Profile *profile, FindingList *list);
void find_iommu_width(const Profile *profile, FindingList *list);
void find_device_tree(const Profile *profile, FindingList *list);
void find_smmu(const Profile *profile, FindingList *list);
void find_iort(const Profile *profile, FindingList *list);
void find_xen(const Profile *profile, FindingList *list);

void find_firmware(const Profile *profile, FindingList *list);
void find_groups(const Profile *profile, FindingList *list);
void find_holes(const Profile *profile, FindingList *list);
void find_memory(const Profile *profile, FindingList *list);

/* With its summary: firmware names the SMMU with registers at that address, the kernel does not drive it. */
Finding *finding_smmu_not_driven(FindingList *list, uint64_t base);
