/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One setting of a guest changed: what remedies are made of. */

#include <jansson.h>

#include "guest/guest.h"

typedef enum ChangeKind {
        CHANGE_WIDTH = 0,  /* bits */
        CHANGE_WIDTH_HOST, /* as the host; bits: a limit, 0 none */
        CHANGE_GUEST_BITS, /* guest-phys-bits */
        CHANGE_MAX_MEMORY, /* bytes; 0: no hot-plug */
        CHANGE_RAM,        /* bytes */
        CHANGE_HOLE64,     /* bytes */
        CHANGE_MACHINE,    /* version, major << 16 | minor */
        CHANGE_VIOMMU_BITS,
        CHANGE_NO_DMA_TRANSLATION,
        CHANGE_MMIO64, /* MiB */
        CHANGE_LARGE_PAGES,
        CHANGE_REDUCED_BITS,
        CHANGE_NO_PEER_TO_PEER,
        _CHANGE_KIND_MAX,
} ChangeKind;

typedef struct Change {
        ChangeKind kind;
        uint64_t value;
} Change;

/* RAM and maximum memory, which every VMM has; as change_apply() (vmm.h). */
bool change_memory(const Change *change, Guest *guest);

/* ── in the form of whoever manages the guest ──────────────────────────────────────────────────────────── */

typedef struct ChangeForms {
        char *libvirt; /* whole elements; "" none */
        char *option; /* of QEMU, or of the VMM that it is, one a line, quoted for a shell (shell-word.h); "" none */
        char *proxmox;  /* a command; "" none */
        char note[256]; /* what has to be known of these forms; "" nothing */
} ChangeForms;

typedef struct ChangeRun {
        Guest before, now;           /* shallow copies, without and with the change at hand */
        json_t *elements;            /* a copy of the guest's, NULL when not known */
        json_t *changed_elements;    /* references to those of `elements`, or new ones */
        json_t *options;             /* a copy of the guest's */
        json_t *changed_options;     /* references to those of `options` */
        bool no_libvirt, no_proxmox; /* a change has no such form */
        int error;                   /* -ENOMEM */
        ChangeForms *forms;
} ChangeRun;

/* Adds a sentence's part to the note, once. */
void change_note(ChangeRun *run, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ── options ── */

/* The last option of that name with this in its value (NULL: anything); NULL: none. Borrowed. */
json_t *change_option_find(const ChangeRun *run, const char *name, const char *part);
/* The same, or a new one that starts with that value. */
json_t *change_option_open(ChangeRun *run, const char *name, const char *part, const char *start);
/* "" of none. */
const char *change_option_value(const json_t *option);
bool change_option_has(const json_t *option, const char *implied, const char *key);
/* Sets a key of it (option-value.h), and shows the option. */
void change_option_set(ChangeRun *run, json_t *option, const char *implied, const char *key,
                const char *format, ...) __attribute__((format(printf, 5, 6)));
/* It is among those that a remedy shows. */
void change_option_show(ChangeRun *run, json_t *option);
