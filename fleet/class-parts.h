/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Parts of a class's text, for its writer and its reader. */

#include "profile/profile.h"

#define CLASS_FORM "hawd-class/1"

/* A fact of Profile that belongs to the class. */
typedef struct ClassFact {
        size_t offset;
        bool assumed; /* whether it is assumed, too */
} ClassFact;

#define CLASS_FACTS 22
extern const ClassFact class_facts[CLASS_FACTS];

static inline Fact *class_fact(const Profile *profile, const ClassFact *fact) {
        return (Fact *) ((char *) profile + fact->offset);
}

/* The parts that are printed as words of their own, and what separates them. */
#define CLASS_LINE '\n'
#define CLASS_WORD ' '

/* By ReservedType; no hexadecimal digits. */
#define CLASS_REGION_LETTERS "ODXRM"

/* The limit of groups that are narrower than their unit is from the device tree, not the ACPI IORT. */
#define CLASS_LIMIT_IN_TREE "device-tree"

/* iommufd opens groups whose MSIs are not isolated. */
#define CLASS_UNSAFE_IOMMUFD "unsafe-iommufd"

/* Of a unit, as far as rules read it: VT-d's SAGAW and MGAW, AMD-Vi's HATS. */
#define CLASS_VTD_CAP_BITS UINT64_C(0x3f1f00)
#define CLASS_AMDVI_EFR_BITS UINT64_C(0xc00)
