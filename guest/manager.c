/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/manager.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "probe/cleanup.h"

static const char *const manager_table[_MANAGER_MAX] = {
        [MANAGER_NONE] = "none",
        [MANAGER_COMMAND_LINE] = "command-line",
        [MANAGER_LIBVIRT] = "libvirt",
        [MANAGER_PROXMOX] = "proxmox",
};
WORDS_DEFINE(Manager, manager);

void guest_form_done(GuestForm *form) {
        json_decref(form->elements);
        json_decref(form->options);
        *form = (GuestForm){};
}

static bool is_text(const json_t *value) {
        size_t n = json_string_length(value);

        return json_is_string(value) && n <= GUEST_FORM_TEXT_MAX && strlen(json_string_value(value)) == n;
}

/* ASCII letters, digits and ".-_:", as in libvirt's names. */
static bool is_name(const char *text) {
        static const char first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_",
                          others[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789.-:";

        return text && *text && strchr(first, *text) && strspn(text, others) == strlen(text) &&
                        strlen(text) < 64;
}

static bool check_attributes(const json_t *attributes) {
        const char *key;
        json_t *value;

        if (!json_is_object(attributes) || json_object_size(attributes) > GUEST_FORM_LIST_MAX)
                return false;
        json_object_foreach((json_t *) attributes, key, value) {
                if (!is_name(key) || !is_text(value))
                        return false;
        }
        return true;
}

static bool check_node(const json_t *element, unsigned depth, unsigned *nodes) {
        const json_t *child;
        size_t i;

        if (depth > GUEST_FORM_DEPTH_MAX || ++*nodes > GUEST_FORM_NODES_MAX || !json_is_array(element) ||
                        !is_name(json_string_value(json_array_get(element, 0))) ||
                        !check_attributes(json_array_get(element, 1)))
                return false;
        json_array_foreach(element, i, child) {
                if (i >= 2 && !is_text(child) && !check_node(child, depth + 1, nodes))
                        return false;
        }
        return true;
}

int guest_form_check_element(const json_t *element) {
        unsigned nodes = 0;

        return check_node(element, 1, &nodes) ? 0 : -EINVAL;
}

int guest_form_check_option(const json_t *option) {
        return json_is_array(option) && json_array_size(option) == 2 &&
                                        is_name(json_string_value(json_array_get(option, 0))) &&
                                        is_text(json_array_get(option, 1))
                        ? 0
                        : -EINVAL;
}

static int add(json_t **list, json_t *value) {
        if (!*list)
                *list = json_array();
        if (*list && json_array_size(*list) >= GUEST_FORM_LIST_MAX) {
                json_decref(value);
                return 0;
        }
        return json_array_append_new(*list, value) < 0 ? -ENOMEM : 0;
}

int guest_form_add_element(GuestForm *form, json_t *element) {
        if (!element)
                return -ENOMEM;
        if (guest_form_check_element(element) < 0) {
                json_decref(element);
                return -E2BIG;
        }
        return add(&form->elements, element);
}

int guest_form_add_option(GuestForm *form, const char *name, const char *value) {
        /* NULL if not UTF-8. */
        json_t *option = json_pack("[s, o]", name, json_string(value));

        if (!option || guest_form_check_option(option) < 0) {
                json_decref(option);
                return 0;
        }
        return add(&form->options, option);
}
