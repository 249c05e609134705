/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/answer/models.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/cpu-model.h"
#include "guest/layout/space.h"
#include "guest/vmm/vmm.h"
#include "probe/cleanup.h"
#include "profile/architecture.h"
#include "profile/assignment.h"

/* ── hosts ─────────────────────────────────────────────────────────────────────────────────────────────── */

static void add_width(const Fact *bits, uint64_t n, uint64_t *widths, uint64_t *unknown) {
        if (!fact_known(bits))
                *unknown += n;
        else
                widths[bits->value < MODEL_WIDTH_MAX ? bits->value : MODEL_WIDTH_MAX] += n;
}

void model_hosts_add(ModelHosts *hosts, const Profile *profile, uint64_t n) {
        const ProfileWidths *widths = &profile->widths;
        const Assignment assignment = assignment_of(profile);

        if (profile_is_arm64(profile)) {
                hosts->arm64 += n;
                return;
        }
        hosts->n += n;
        add_width(&widths->safe_guest_bits, n, hosts->guest, &hosts->guest_unknown);
        if (assignment.possible == TRISTATE_NO)
                hosts->devices_impossible += n;
        else if (assignment.possible == TRISTATE_UNKNOWN)
                hosts->devices_unknown += n;
        else
                add_width(&widths->safe_guest_bits_with_devices, n, hosts->devices, &hosts->devices_unknown);
}

static uint64_t held(const uint64_t *widths, unsigned bits) {
        uint64_t n = 0;

        for (unsigned i = bits; i <= MODEL_WIDTH_MAX; i++)
                n += widths[i];
        return n;
}

static uint8_t lowest(const uint64_t *widths) {
        for (unsigned i = 0; i <= MODEL_WIDTH_MAX; i++)
                if (widths[i] > 0)
                        return (uint8_t) i;
        return 0;
}

/* ── models ────────────────────────────────────────────────────────────────────────────────────────────── */

/* As for a guest of that QEMU whose description has the model and no width. */
static uint8_t default_bits(const char *name, GuestVersion version) {
        const LayoutHost host = {};
        Layout layout = {};
        Guest guest = { .vmm = VMM_QEMU, .vmm_version = version, .machine = MACHINE_Q35, .kvm = true };
        Space space = { .guest = &guest, .host = &host, .layout = &layout };

        snprintf(guest.cpu.model, sizeof(guest.cpu.model), "%s", name);
        cpu_features(&space);
        vmm_of(&guest)->width(&space);
        return layout.phys_bits;
}

static ModelWidth width_of(const ModelHosts *hosts, const WidthSeen *seen) {
        return (ModelWidth){
                .seen = *seen,
                .held = held(hosts->guest, seen->bits),
                .held_with_devices = held(hosts->devices, seen->bits),
        };
}

static void model_make(const ModelHosts *hosts, const GuestCpuModel *guest, Model *ret) {
        const CpuNamed *named = cpu_named(guest->name);
        WidthSeen given = { .bits = default_bits(guest->name, (GuestVersion){}) };
        uint8_t old = default_bits(guest->name, (GuestVersion){ 8, 1, 0 });
        CpuWidths widths = {};

        *ret = (Model){
                .name = guest->name,
                .vendor = guest->vendor,
                .long_mode = guest->long_mode == TRISTATE_YES,
                .qemu_old = old != given.bits ? old : 0,
        };
        if (named)
                cpu_named_widths(named, &widths);
        for (size_t i = 0; named && i < named->n; i++)
                ret->cpus[ret->n_cpus++] = (struct ModelCpu){ named->cpus[i].family, named->cpus[i].model };
        for (size_t i = 0; i < widths.n; i++) {
                ret->widths[ret->n_widths++] = width_of(hosts, &widths.widths[i]);
                if (widths.widths[i].bits == given.bits)
                        given = widths.widths[i];
        }
        ret->qemu = width_of(hosts, &given);
}

int models_make(const ModelHosts *hosts, Models *ret) {
        size_t n;
        const GuestCpuModel *all = guest_cpu_models(&n);
        Models models = { .hosts = *hosts };

        models.models = calloc(n, sizeof(*models.models));
        if (!models.models)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++)
                if (!guest_cpu_model_is_host(all[i].name))
                        model_make(hosts, &all[i], &models.models[models.n++]);
        if (hosts->guest_unknown == 0)
                models.bits = lowest(hosts->guest);
        if (hosts->devices_unknown == 0)
                models.bits_with_devices = lowest(hosts->devices);
        *ret = models;
        return 0;
}

void models_done(Models *models) {
        free(models->models);
        *models = (Models){};
}

const Model *models_find(const Models *models, const char *name) {
        const GuestCpuModel *of = guest_cpu_model_find(name);

        for (size_t i = 0; of && i < models->n; i++)
                if (models->models[i].name == of->name)
                        return &models->models[i];
        return NULL;
}
