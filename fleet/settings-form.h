/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The settings as texts: what is pasted, and a whole guest with it for hawd's readers. And what these read. */

#include <stdio.h>

#include "fleet/settings.h"

typedef struct SettingForm {
        SettingFor consumer;
        const char *name, *needs, *note; /* as in Setting */
        bool only_devices;               /* for guests with assigned devices */
        bool wide;        /* the CPU's width stays above what devices reach: only firmware keeps to that */
        bool host_wide;   /* the CPU has the width of each host: the same, but no migration */
        bool fallback;    /* shown only where it is offered */
        uint8_t min_bits; /* 0: any */
        bool only_ovmf;   /* without effect on SeaBIOS */
        GuestVersion vmm, ovmf; /* at least; all zero: any */
        void (*paste)(const SettingsRequest *request, FILE *file);
        /* As the consumer makes it of the setting. */
        void (*guest)(const SettingsRequest *request, bool ovmf, FILE *file);
} SettingForm;

extern const SettingForm setting_forms[];
extern const size_t n_setting_forms;

/* Distinct guests of all settings. */
struct SettingGuest {
        Guest guest;
        char *key;        /* owned */
        uint8_t expected; /* the width of its CPU; 0: the host's */
        /* Of the class that is being checked: */
        Verdict verdict;
        uint8_t bits; /* the width of its CPU there; 0 unknown */
};

bool setting_form_applies(const SettingForm *form, const SettingsRequest *request);
