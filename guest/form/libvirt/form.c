/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Keeps the elements that a remedy may change, without comments and blanks. */

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "guest/form/libvirt/element.h"
#include "profile/document/json-fact.h"

/* What exceeds a limit of guest_form_add_element() is cut here right behind it: that drops all of the element. */
#define DEPTH (GUEST_FORM_DEPTH_MAX + 1)
#define CHILDREN (2 * GUEST_FORM_NODES_MAX)

/* null, which no element has, if it is too long; NULL if out of memory. */
static json_t *text_json(const xmlChar *text) {
        if (!text)
                return NULL;
        return strlen((const char *) text) > GUEST_FORM_TEXT_MAX ? json_null()
                                                                 : json_string((const char *) text);
}

/* NULL if out of memory, as below: nothing of an element may be missing. */
static json_t *attributes_json(const xmlNode *node) {
        json_t *object = json_object();
        bool ok = object;

        for (const xmlAttr *attribute = node->properties;
                        attribute && ok && json_object_size(object) <= GUEST_FORM_LIST_MAX;
                        attribute = attribute->next) {
                xmlChar *value = attribute->ns ? NULL : xmlGetNoNsProp(node, attribute->name);

                if (!attribute->ns)
                        ok = json_object_set_new(object, (const char *) attribute->name, text_json(value)) ==
                                        0;
                xmlFree(value);
        }
        return json_finish(object, ok);
}

static bool is_blank(const char *text) {
        return text[strspn(text, " \t\r\n")] == 0;
}

static json_t *node_json(const xmlNode *node, unsigned depth, unsigned *nodes) {
        json_t *array = json_array();
        bool ok = json_array_append_new(array, json_string((const char *) node->name)) == 0 &&
                        json_array_append_new(array, attributes_json(node)) == 0;

        ++*nodes;
        for (const xmlNode *child = node->children;
                        child && depth < DEPTH && *nodes <= GUEST_FORM_NODES_MAX && ok;
                        child = child->next) {
                if (json_array_size(array) > CHILDREN)
                        return json_finish(array, json_array_append_new(array, json_null()) == 0);
                if (child->type == XML_ELEMENT_NODE && !child->ns)
                        ok = json_array_append_new(array, node_json(child, depth + 1, nodes)) == 0;
                else if ((child->type == XML_TEXT_NODE || child->type == XML_CDATA_SECTION_NODE) &&
                                child->content && !is_blank((const char *) child->content))
                        ok = json_array_append_new(array, text_json(child->content)) == 0;
        }
        return json_finish(array, ok);
}

static int keep(Vm *vm, const xmlNode *node) {
        unsigned nodes = 0;

        return node ? guest_form_add_element(&vm->guest->form, node_json(node, 1, &nodes)) : 0;
}

static bool is_host_bridge(const xmlNode *controller) {
        char model[VM_ATTRIBUTE_MAX], type[VM_ATTRIBUTE_MAX], index[VM_ATTRIBUTE_MAX];

        vm_element_attribute(controller, "model", model);
        vm_element_attribute(controller, "type", type);
        vm_element_attribute(controller, "index", index);
        return strcmp(type, "pci") == 0 &&
                        (strcmp(model, "pci-root") == 0 || strcmp(model, "pcie-root") == 0 ||
                                        (!*model && strcmp(index, "0") == 0));
}

static int keep_devices(Vm *vm, const xmlNode *devices) {
        const xmlNode *controller = vm_element_child(devices, "controller");
        int r;

        while (controller && !is_host_bridge(controller))
                controller = vm_element_next(controller);
        r = keep(vm, controller);
        return r < 0 ? r : keep(vm, vm_element_child(devices, "iommu"));
}

static int keep_sysinfo(Vm *vm, const xmlNode *root) {
        char type[VM_ATTRIBUTE_MAX];

        for (const xmlNode *node = vm_element_child(root, "sysinfo"); node; node = vm_element_next(node)) {
                vm_element_attribute(node, "type", type);
                if (strcmp(type, "fwcfg") == 0)
                        return keep(vm, node);
        }
        return 0;
}

int vm_domain_form(Vm *vm, const xmlNode *root) {
        static const char *const names[] = { "memory", "maxMemory", "cpu", "launchSecurity" };
        GuestForm *form = &vm->guest->form;
        int r = keep(vm, vm_element_child(vm_element_child(root, "os"), "type"));

        form->manager = MANAGER_LIBVIRT;
        for (size_t i = 0; r >= 0 && i < sizeof(names) / sizeof(names[0]); i++)
                r = keep(vm, vm_element_child(root, names[i]));
        if (r >= 0)
                r = keep_devices(vm, vm_element_child(root, "devices"));
        if (r >= 0)
                r = keep_sysinfo(vm, root);
        if (r != -E2BIG)
                return r;
        /* Remedies rely on complete elements. Without them, they show the changed part only. */
        json_decref(form->elements);
        form->elements = NULL;
        return 0;
}
