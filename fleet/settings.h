/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Settings that give a guest one address width, ready to paste into the configuration of libvirt, QEMU, Nova, Proxmox VE
 * and KubeVirt. Each is read back by hawd's own readers and checked on every class of hosts that is to hold the width: it
 * is offered only if it is unsafe on none. Pure: the reader of libvirt domains is the caller's. */

#include "guest/form/text/form.h"
#include "guest/rules/check.h"
#include "profile/document/field.h"

#define SETTINGS_MAX 16
#define SETTINGS_BITS_MIN 32
#define SETTINGS_BITS_MAX 52

typedef enum SettingFor {
        SETTING_LIBVIRT = 0,
        SETTING_QEMU,
        SETTING_NOVA,
        SETTING_PROXMOX,
        SETTING_KUBEVIRT,
        _SETTING_FOR_MAX,
} SettingFor;

WORDS_DECLARE(SettingFor, setting_for);

/* What speaks against a setting on a host. */
typedef struct SettingProblem {
        uint64_t n_hosts; /* that have a problem of this kind; 0: the texts are NULL */
        char *text;       /* of the first: the finding's summary and numbers; owned */
        char *host;       /* its example host; owned; "" unknown */
} SettingProblem;

typedef struct Setting {
        SettingFor consumer;
        const char *name;  /* what it sets: "CPU model", "flavor" */
        const char *needs; /* "libvirt 9.3"; "" nothing */
        const char *note;  /* what to know about it, one or two sentences; "" nothing */
        bool fallback;     /* for where others are not offered: not shown if it is not offered itself */
        char *text;        /* to paste: lines, no newline at the end; owned */
        uint64_t n_hosts;  /* checked */
        SettingProblem unsafe, warning;
        size_t n, guests[2]; /* indices into Settings.guests: with OVMF, with SeaBIOS */
} Setting;

typedef struct SettingsRequest {
        uint8_t bits;     /* the width, SETTINGS_BITS_MIN to SETTINGS_BITS_MAX */
        bool devices;     /* for guests with assigned devices, which reach `bits` */
        bool few;         /* only the first of libvirt and of QEMU, in a sixth of the time */
        uint8_t cpu_bits; /* with devices: the width without them, if it is above `bits`; else 0 */
        VmDomainReader *domain;
} SettingsRequest;

typedef struct SettingGuest SettingGuest;

typedef struct Settings {
        uint8_t bits, cpu_bits;
        bool devices;
        size_t n;
        Setting items[SETTINGS_MAX];
        size_t n_guests;
        SettingGuest *guests; /* owned; distinct guests, see settings.c */
} Settings;

void settings_done(Settings *settings);

/* Makes the settings and reads each back. -EINVAL with the error filled: a width outside the bounds, or a reader's error;
 * -ENOMEM; or the error of `domain`. */
int settings_make(const SettingsRequest *request, Settings *ret, VmError *reterr);

/* Checks all on one class. `host`: name of an example; NULL unknown. -ENOMEM. */
int settings_check(Settings *settings, const Profile *profile, const char *host, uint64_t n_hosts);

/* Whether it was checked and is unsafe on no host. */
bool setting_offered(const Setting *setting);

extern const FieldTable settings_table; /* Settings */
