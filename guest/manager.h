/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A guest's settings as its manager stores them, so that a remedy can show the changed setting itself. */

#include <stdint.h>

#include "probe/words.h"

struct json_t;

typedef enum Manager {
        MANAGER_NONE = 0,     /* hawd's own JSON */
        MANAGER_COMMAND_LINE, /* the VMM's options, from a user or script */
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
        uint32_t id;             /* Proxmox guest ID; 0: unknown */
        struct json_t *elements; /* owned: XML elements, each [name, {attribute: value}, child or text...];
                                  * NULL: none */
        struct json_t *options;  /* owned: [name without dashes, value]; libvirt: from <qemu:commandline>;
                                 * NULL: none */
} GuestForm;

void guest_form_done(GuestForm *form);

/* Takes ownership. -E2BIG beyond the bounds, -ENOMEM. */
int guest_form_add_element(GuestForm *form, struct json_t *element);
/* Ignores an option beyond the bounds or not in UTF-8. -ENOMEM. */
int guest_form_add_option(GuestForm *form, const char *name, const char *value);

/* Checks the length of strings, the depth and the number of elements. */
int guest_form_check_element(const struct json_t *element);
int guest_form_check_option(const struct json_t *option);
