/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/libvirt/element.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/size.h"
#include "probe/decode/text.h"

void vm_element_line(Vm *vm, const xmlNode *node) {
        long line = xmlGetLineNo((xmlNode *) node);

        vm->line = line > 0 ? (unsigned) line : 0;
}

/* Ignores elements of other namespaces; <qemu:commandline> is read separately. */
static bool is_element(const xmlNode *node) {
        return node->type == XML_ELEMENT_NODE && !node->ns;
}

static bool is_named(const xmlNode *node, const char *name) {
        return is_element(node) && strcmp((const char *) node->name, name) == 0;
}

const xmlNode *vm_element_child(const xmlNode *parent, const char *name) {
        for (const xmlNode *node = parent ? parent->children : NULL; node; node = node->next)
                if (is_named(node, name))
                        return node;
        return NULL;
}

const xmlNode *vm_element_next(const xmlNode *node) {
        const char *name = (const char *) node->name;

        for (node = node->next; node; node = node->next)
                if (is_named(node, name))
                        return node;
        return NULL;
}

static void copy(xmlChar *text, char ret[VM_ATTRIBUTE_MAX]) {
        Bytes trimmed = { .data = text, .n = text ? strlen((const char *) text) : 0 };

        while (trimmed.n > 0 && strchr(" \t\r\n", *trimmed.data))
                trimmed = bytes_part(trimmed, 1, trimmed.n);
        while (trimmed.n > 0 && strchr(" \t\r\n", trimmed.data[trimmed.n - 1]))
                trimmed.n--;
        if (trimmed.n >= VM_ATTRIBUTE_MAX)
                trimmed.n = VM_ATTRIBUTE_MAX - 1;
        if (trimmed.n > 0)
                memcpy(ret, trimmed.data, trimmed.n);
        ret[trimmed.n] = 0;
        xmlFree(text);
}

bool vm_element_attribute(const xmlNode *node, const char *name, char ret[VM_ATTRIBUTE_MAX]) {
        xmlChar *text = node ? xmlGetNoNsProp(node, (const xmlChar *) name) : NULL;
        bool there = text != NULL;

        copy(text, ret);
        return there;
}

void vm_element_text(const xmlNode *node, char ret[VM_ATTRIBUTE_MAX]) {
        copy(node ? xmlNodeGetContent(node) : NULL, ret);
}

static int scaled(Vm *vm, const xmlNode *node, const char *what, const char *number, uint64_t *ret) {
        char unit[VM_ATTRIBUTE_MAX];
        bool given = vm_element_attribute(node, "unit", unit);
        int r = guest_size_from_libvirt(number, given ? unit : NULL, "KiB", ret);

        vm_element_line(vm, node);
        if (r == -ERANGE)
                return vm_fail(vm, "%s: %s %s is larger than 4 PiB, the maximum on x86", what, number,
                                given ? unit : "KiB");
        if (r < 0)
                return vm_fail(vm,
                                "%s: expected a size such as unit='GiB' and 4, not '%.60s' with unit "
                                "'%.20s'",
                                what, number, given ? unit : "KiB");
        /* libvirt uses whole KiB, rounded up. */
        *ret = (*ret + 1023) & ~UINT64_C(1023);
        return 0;
}

int vm_element_size(Vm *vm, const xmlNode *node, uint64_t *ret) {
        char number[VM_ATTRIBUTE_MAX], what[80];

        vm_element_text(node, number);
        snprintf(what, sizeof(what), "<%.60s>", (const char *) node->name);
        return scaled(vm, node, what, number, ret);
}

int vm_element_size_attribute(Vm *vm, const xmlNode *node, const char *name, uint64_t *ret) {
        char number[VM_ATTRIBUTE_MAX];

        if (!vm_element_attribute(node, name, number))
                return 0;
        return scaled(vm, node, name, number, ret);
}

int vm_element_children(VmDomain *domain, const xmlNode *parent, const VmElement *elements, size_t n) {
        for (const xmlNode *node = parent->children; node; node = node->next) {
                char what[96];
                size_t i = 0;
                int r = 0;

                if (!is_element(node))
                        continue;
                vm_element_line(domain->vm, node);
                while (i < n && strcmp(elements[i].name, (const char *) node->name) != 0)
                        i++;
                if (i < n && elements[i].read)
                        r = elements[i].read(domain, node);
                else if (i == n) {
                        snprintf(what, sizeof(what), "<%.60s>", (const char *) node->name);
                        r = vm_ignore(domain->vm, what, "not understood");
                }
                if (r < 0)
                        return r;
        }
        return 0;
}

int vm_element_device(Vm *vm, const char *driver, const char *id, const char *key, const char *value,
                const char *key2, const char *value2) {
        _cleanup_(key_values_done) KeyValues values = {};
        int r = key_values_add(&values, "driver", driver);

        if (r >= 0 && *id)
                r = key_values_add(&values, "id", id);
        if (r >= 0 && value)
                r = key_values_add(&values, key, value);
        if (r >= 0 && value2)
                r = key_values_add(&values, key2, value2);
        return r < 0 ? r : vm_device(vm, &values);
}

void vm_element_alias(const xmlNode *node, char ret[VM_ATTRIBUTE_MAX]) {
        vm_element_attribute(vm_element_child(node, "alias"), "name", ret);
}

void vm_element_bus(unsigned long bus, char ret[VM_NAME_MAX]) {
        snprintf(ret, VM_NAME_MAX, "pci.%lu", bus);
}

bool vm_element_on_pci(const xmlNode *node) {
        char type[VM_ATTRIBUTE_MAX];

        return vm_element_attribute(vm_element_child(node, "address"), "type", type) &&
                        strcmp(type, "pci") == 0;
}

unsigned long vm_element_number(const xmlNode *node, const char *name) {
        char text[VM_ATTRIBUTE_MAX];

        return vm_element_attribute(node, name, text) ? strtoul(text, NULL, 0) : ULONG_MAX;
}
