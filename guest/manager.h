/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The settings of a guest as its manager has them, so that a remedy can show the setting itself with the change in it. */

#include <stdint.h>

#include "probe/words.h"

struct json_t;

typedef enum Manager {
        MANAGER_NONE = 0,     /* hawd's own JSON */
        MANAGER_COMMAND_LINE, /* the VMM's options, typed by hand or by a script */
        MANAGER_LIBVIRT,
        MANAGER_PROXMOX,
        _MANAGER_MAX,
} Manager;

WORDS_DECLARE(Manager, manager);

#define GUEST_FORM_NODES_MAX 256 /* XML elements in one of `elements` */
#define GUEST_FORM_DEPTH_MAX 8
#define GUEST_FORM_LIST_MAX 64 /* of `elements` and of `options` */
#define GUEST_FORM_TEXT_MAX 4096

typedef struct GuestForm {
        Manager manager;
        uint32_t id;             /* of a Proxmox guest; 0: not known */
        struct json_t *elements; /* owned: XML elements, each [name, {attribute: value}, child or text...]; NULL: none */
        struct json_t *options; /* owned: [name without dashes, value]; of libvirt those of <qemu:commandline>; NULL: none */
} GuestForm;

void guest_form_done(GuestForm *form);

/* Takes over the element. -E2BIG beyond the bounds, -ENOMEM. */
int guest_form_add_element(GuestForm *form, struct json_t *element);
/* One that exceeds the bounds, or is no UTF-8, is left out. -ENOMEM. */
int guest_form_add_option(GuestForm *form, const char *name, const char *value);

/* Whether all strings, the depth and the number of elements are within the bounds. */
int guest_form_check_element(const struct json_t *element);
int guest_form_check_option(const struct json_t *option);
