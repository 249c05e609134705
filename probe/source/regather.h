/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reads again only what changed: one device and its group, or one source. */

#include "probe/source/facts.h"

/* Above this number, reading everything costs no more than finding each device. */
#define CHANGES_DEVICES_MAX 256

typedef struct Changes {
        bool everything;
        bool host, cpu, kvm, memory, groups, mediated;
        size_t n_devices;
        PciAddress devices[CHANGES_DEVICES_MAX]; /* added, removed, or driver changed */
} Changes;

static inline bool changes_any(const Changes *changes) {
        return changes->everything || changes->host || changes->cpu || changes->kvm || changes->memory ||
                        changes->groups || changes->mediated || changes->n_devices > 0;
}

/* Once each; beyond CHANGES_DEVICES_MAX everything must be read. */
void changes_add_device(Changes *changes, const PciAddress *address);

/* Updates the facts. -ENOMEM: the facts are consistent but partly old; everything must be read again. */
int facts_regather(Root *root, const Changes *changes, Facts *facts);
