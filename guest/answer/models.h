/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* CPU models: the widths of their hardware, what QEMU gives them, and which of these widths hosts hold
 * (docs/models.md). Pure. */

#include "profile/document/field.h"
#include "profile/model/cpu-widths.h"
#include "profile/profile.h"

#define MODEL_WIDTH_MAX 64

/* How many hosts can hold guests of each width. */
typedef struct ModelHosts {
        uint64_t n;                            /* of x86 */
        uint64_t arm64;                        /* KVM on these runs none of the models */
        uint64_t guest[MODEL_WIDTH_MAX + 1];   /* by safeGuestBits */
        uint64_t devices[MODEL_WIDTH_MAX + 1]; /* by safeGuestBitsWithDevices */
        uint64_t guest_unknown, devices_unknown;
        uint64_t devices_impossible; /* by assignment_of() */
} ModelHosts;

/* Adds n hosts like this one. */
void model_hosts_add(ModelHosts *hosts, const Profile *profile, uint64_t n);

typedef struct ModelWidth {
        WidthSeen seen;
        uint64_t held, held_with_devices; /* hosts that are known to hold such a guest */
} ModelWidth;

typedef struct Model {
        const char *name;
        CpuVendor vendor;
        bool long_mode;   /* without it, the width cannot be set */
        ModelWidth qemu;  /* QEMU's default */
        uint8_t qemu_old; /* of QEMU before 8.2, if it differs; else 0 */
        size_t n_cpus;
        struct ModelCpu {
                uint16_t family;
                uint8_t model;
        } cpus[CPU_NAMED_MAX];
        size_t n_widths;
        ModelWidth widths[CPU_NAMED_MAX * CPU_SEEN_WIDTHS_MAX]; /* of hardware, by bits */
} Model;

typedef struct Models {
        ModelHosts hosts;
        uint8_t bits, bits_with_devices; /* that every host holds; 0: unknown, or there is no host */
        size_t n;
        Model *models; /* by name; owned */
} Models;

/* All models; -ENOMEM. */
int models_make(const ModelHosts *hosts, Models *ret);
void models_done(Models *models);

/* By the name of the model or one of its versions; NULL: unknown. */
const Model *models_find(const Models *models, const char *name);

struct json_t;

/* hawd-models/1. */
extern const FieldTable models_table;

/* A new reference; NULL: out of memory. */
struct json_t *models_json(const Models *models);
