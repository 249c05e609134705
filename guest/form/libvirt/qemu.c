/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Options that bypass libvirt: <qemu:commandline> and <qemu:override>. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest/form/libvirt/element.h"
#include "guest/form/qemu/cmdline.h"
#include "guest/form/qemu/qemu.h"

#define QEMU_NAMESPACE "http://libvirt.org/schemas/domain/qemu/1.0"

/* ── <qemu:commandline> ────────────────────────────────────────────────────────────────────────────────── */

static bool is_qemu(const xmlNode *node, const char *name) {
        return node->type == XML_ELEMENT_NODE && node->ns &&
                        strcmp((const char *) node->ns->href, QEMU_NAMESPACE) == 0 &&
                        strcmp((const char *) node->name, name) == 0;
}

static int add_argument(VmWord **words, size_t *n, const xmlNode *node) {
        xmlChar *text = xmlGetNoNsProp(node, (const xmlChar *) "value");
        long line = xmlGetLineNo((xmlNode *) node);
        VmWord *grown;

        if (!text)
                return 0;
        grown = reallocarray(*words, *n + 1, sizeof(VmWord));
        if (!grown) {
                xmlFree(text);
                return -ENOMEM;
        }
        *words = grown;
        grown[(*n)++] = (VmWord){ (const char *) text, line > 0 ? (unsigned) line : 0 };
        return 0;
}

/* These options come after libvirt's own. */
static int read_commandline(Vm *vm, const xmlNode *commandline) {
        const bool known = vm->guest->viommu.kind != VIOMMU_NONE;
        VmWord *words = NULL;
        size_t n = 0;
        int r = 0;

        for (const xmlNode *node = commandline->children; node && r >= 0; node = node->next)
                if (is_qemu(node, "arg"))
                        r = add_argument(&words, &n, node);
        if (r >= 0)
                r = vm_options(vm, words, n);
        vm->guest->viommu.past_libvirt = !known && vm->guest->viommu.kind != VIOMMU_NONE;
        for (size_t i = 0; i < n; i++)
                xmlFree((void *) words[i].text);
        free(words);
        return r;
}

/* Properties set on libvirt's devices. Few affect memory; most are identities, ROMs or displays. */
static int read_property(Vm *vm, const char *alias, const xmlNode *property) {
        char name[VM_ATTRIBUTE_MAX];

        vm_element_line(vm, property);
        vm_element_attribute(property, "name", name);
        if (!vm_property_moves(name))
                return 0;
        return vm_ignore(vm, "<qemu:override>", "%.60s of %.60s is not supported", name, alias);
}

static int read_override(Vm *vm, const xmlNode *override) {
        for (const xmlNode *device = override->children; device; device = device->next) {
                char alias[VM_ATTRIBUTE_MAX];

                if (!is_qemu(device, "device"))
                        continue;
                vm_element_attribute(device, "alias", alias);
                for (const xmlNode *side = device->children; side; side = side->next)
                        for (const xmlNode *node = side->children; node; node = node->next) {
                                int r = is_qemu(node, "property") ? read_property(vm, alias, node) : 0;

                                if (r < 0)
                                        return r;
                        }
        }
        return 0;
}

int vm_domain_qemu(Vm *vm, const xmlNode *root) {
        for (const xmlNode *node = root->children; node; node = node->next) {
                int r = 0;

                vm_element_line(vm, node);
                if (is_qemu(node, "commandline"))
                        r = read_commandline(vm, node);
                else if (is_qemu(node, "override"))
                        r = read_override(vm, node);
                if (r < 0)
                        return r;
        }
        return 0;
}
