/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The objects of a profile, as tables. `hawctl describe` prints profile_table. */

#include "profile/document/field.h"
#include "profile/profile.h"

extern const FieldTable profile_table;     /* Profile */
extern const FieldTable host_table;        /* ProfileHost */
extern const FieldTable widths_table;      /* ProfileWidths */
extern const FieldTable paging_table;      /* ProfilePaging */
extern const FieldTable encryption_table;  /* ProfileEncryption */
extern const FieldTable xen_table;         /* ProfileXen */
extern const FieldTable iommu_table;       /* ProfileIommu */
extern const FieldTable group_table;       /* ProfileGroup */
extern const FieldTable device_table;      /* ProfileDevice */
extern const FieldTable mediated_table;    /* ProfileMediated */
extern const FieldTable iort_table;        /* FirmwareTables: .iort with its faults */
extern const FieldTable device_tree_table; /* FirmwareTables: .device_tree with its faults */
extern const FieldTable range_table;       /* Range */

/* Fails if a range ends before it starts. */
int range_check(const struct JsonValue *value, uint64_t start, uint64_t end);
