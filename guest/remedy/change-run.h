/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the writers of the forms share. */

#include <jansson.h>

#include "guest/remedy/change-forms.h"

typedef struct ChangeRun {
        Guest before, now;           /* shallow copies, without and with the change at hand */
        json_t *elements;            /* a copy of the guest's, NULL when not known */
        json_t *changed_elements;    /* references to those of `elements`, or new ones */
        json_t *options;             /* a copy of the guest's */
        json_t *changed_options;     /* references to those of `options` */
        bool no_libvirt, no_proxmox; /* a change has no such form */
        ChangeForms *forms;
} ChangeRun;

/* Adds a sentence's part to the note, once. */
void change_note(ChangeRun *run, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The last option of that name with this in its value (NULL: anything); NULL: none. Borrowed. */
json_t *change_option_find(const ChangeRun *run, const char *name, const char *part);
/* Whether <qemu:commandline> sets what the change is about. */
bool change_is_argument(const ChangeRun *run, const Change *change);
void change_option(ChangeRun *run, const Change *change);
void change_element(ChangeRun *run, const Change *change);
/* "qm set ..." for all changes at once. NULL: out of memory. */
char *change_proxmox(ChangeRun *run, const Change *changes, size_t n);
