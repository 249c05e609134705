/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The steps of profile_derive(), in order. Each fills one part from the facts and earlier parts. */

#include "profile/derive/derive.h"

/* A feature bit with its leaf's flag: without the leaf the bit is unknown. */
static inline Tristate cpuid_state(bool leaf_known, bool value) {
        return leaf_known ? tristate(value) : TRISTATE_UNKNOWN;
}

void derive_host(const Facts *facts, ProfileHost *ret);
void derive_encryption(const Facts *facts, ProfileEncryption *ret);
void derive_paging(const Facts *facts, ProfilePaging *ret);
void derive_kvm(const Facts *facts, ProfilePaging *ret); /* by derive_paging() */

/* After cpu and host: the guest's widths need them. */
void derive_cpu_widths(const Facts *facts, const ProfileEncryption *encryption, ProfileWidths *ret);
void derive_guest_widths(const Facts *facts, const ProfilePaging *paging, ProfileWidths *ret);
void derive_iova_width(const Profile *profile, ProfileWidths *ret);
void derive_safe_widths(bool arm64, ProfileWidths *widths);

/* What arm64 has otherwise, by the functions above. */
void derive_arm_cpu(const Facts *facts, ProfileHost *ret);
void derive_arm_paging(const Facts *facts, ProfilePaging *ret);
void derive_arm_cpu_widths(const Facts *facts, ProfileWidths *ret);
void derive_arm_guest_widths(const Facts *facts, ProfileWidths *ret);
/* KVM's limit of guest-physical addresses, in bits. */
Fact derive_ipa_limit(const Facts *facts);

int derive_iommus(const Facts *facts, Profile *profile);
int derive_devices(const Facts *facts, Profile *profile);
int derive_mediated(const Facts *facts, Profile *profile); /* after the devices */
int derive_groups(const Facts *facts, Profile *profile);
void derive_group_reasons(const Facts *facts, Profile *profile); /* after the groups */
/* Takes away the memory that firmware reserves for devices without a group yet: it may be among their regions. */
int derive_waiting_usable(const Profile *profile, RangeSet *usable);
int derive_reserved(Profile *profile);
int derive_memory(const Facts *facts, ProfileMemory *ret);
void derive_refused(const Facts *facts, Profile *profile);

/* The module that runs guests: "kvm_intel", "kvm_amd", another name; "" none or unknown. */
const char *derive_kvm_backend(const Facts *facts);
