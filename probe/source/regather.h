/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reading again only what changed: one device and its group, or one source. */

#include "probe/source/facts.h"

/* More than so many devices at once, and reading everything is no dearer than finding each. */
#define CHANGES_DEVICES_MAX 256

typedef struct Changes {
        bool everything;
        bool host, cpu, kvm, memory, groups, mediated;
        size_t n_devices;
        PciAddress devices[CHANGES_DEVICES_MAX]; /* came, went, or got another driver */
} Changes;

static inline bool changes_any(const Changes *changes) {
        return changes->everything || changes->host || changes->cpu || changes->kvm || changes->memory ||
                        changes->groups || changes->mediated || changes->n_devices > 0;
}

/* Once each; beyond CHANGES_DEVICES_MAX everything is to be read. */
void changes_add_device(Changes *changes, const PciAddress *address);

/* Brings the facts up to date. -ENOMEM: the facts hold together and are partly old; everything is to be read. */
int facts_regather(Root *root, const Changes *changes, Facts *facts);
