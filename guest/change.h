/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One changed setting of a guest, the unit of remedies. */

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
        /* Of QEMU's virt */
        CHANGE_SLOTS,           /* a count */
        CHANGE_HIGHMEM,         /* 0 off, 1 on; also the three below */
        CHANGE_HIGHMEM_REDISTS, /* second region of redistributors */
        CHANGE_HIGHMEM_ECAM,
        CHANGE_HIGHMEM_MMIO, /* the 64-bit window */
        CHANGE_COMPACT,      /* 1: regions that are left out take no space */
        CHANGE_MMIO_SIZE,    /* of the 64-bit window; bytes */
        /* Xen */
        CHANGE_HOLE32,       /* mmio_hole=; bytes */
        CHANGE_RDM_BOUNDARY, /* rdm_mem_boundary=; bytes */
        CHANGE_RDM_RELAXED,  /* rdm_policy=relaxed; a bit for each of guest.devices, all set: of all */
        CHANGE_RDM_SHARED,   /* the same, of regions that are other devices', too */
        CHANGE_HAP,          /* 0 off, 1 on */
        CHANGE_PASSTHROUGH,  /* passthrough="enabled"; 1: it was "share_pt" */
        CHANGE_VIDEO_MEMORY, /* bytes */
        CHANGE_DEVICE_MODEL, /* qemu-xen, with the firmware that fits */
        _CHANGE_KIND_MAX,
} ChangeKind;

typedef struct Change {
        ChangeKind kind;
        uint64_t value;
} Change;

/* Changes RAM or maximum memory, for every VMM; see change_apply(). */
bool change_memory(const Change *change, Guest *guest);

/* ── in the form of the guest's manager ────────────────────────────────────────────────────────────────── */

typedef struct ChangeForms {
        char *libvirt;  /* whole elements; "" none */
        char *option;   /* of QEMU or the guest's VMM; one per line, shell-quoted (shell-word.h); "" none */
        char *proxmox;  /* a command; "" none */
        char note[256]; /* notes on these forms; "" none */
} ChangeForms;

typedef struct ChangeRun {
        Guest before, now;           /* shallow copies without and with the current change */
        json_t *elements;            /* a copy of the guest's; NULL: unknown */
        json_t *changed_elements;    /* references into `elements`, or new elements */
        json_t *options;             /* a copy of the guest's */
        json_t *changed_options;     /* references into `options` */
        bool no_libvirt, no_proxmox; /* a change has no such form */
        int error;                   /* -ENOMEM */
        ChangeForms *forms;
} ChangeRun;

/* Adds a clause to the note, once. */
void change_note(ChangeRun *run, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ── options ── */

/* The last option of that name with `part` in its value (NULL: any); NULL: none. Borrowed. */
json_t *change_option_find(const ChangeRun *run, const char *name, const char *part);
/* Same, or a new one with that value. */
json_t *change_option_open(ChangeRun *run, const char *name, const char *part, const char *start);
/* "" for NULL. */
const char *change_option_value(const json_t *option);
bool change_option_has(const json_t *option, const char *implied, const char *key);
/* Sets a key of the option (option-value.h) and shows it. */
void change_option_set(ChangeRun *run, json_t *option, const char *implied, const char *key,
                const char *format, ...) __attribute__((format(printf, 5, 6)));
/* Replaces the value of the option, or of a new one, and shows it. */
void change_option_put(ChangeRun *run, const char *name, const char *format, ...)
                __attribute__((format(printf, 3, 4)));
/* Includes it in the remedy. */
void change_option_show(ChangeRun *run, json_t *option);
