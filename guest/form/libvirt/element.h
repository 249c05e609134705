/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Elements of a domain, and how they are handed round. */

#include <libxml/tree.h>

#include "guest/form/qemu/qemu.h"

#define VM_ATTRIBUTE_MAX 256

typedef struct VmDomain {
        Vm *vm;
        uint64_t memory;              /* <memory>: boot RAM with all modules */
        uint64_t modules;             /* of <memory model=…> */
        uint64_t cells;               /* of <numa> */
        bool buses[256];              /* that a controller makes */
        char switch_bus[VM_NAME_MAX]; /* of the last switch without an address */
} VmDomain;

/* What is done with an element by its name; NULL: it moves nothing. */
typedef struct VmElement {
        const char *name;
        int (*read)(VmDomain *domain, const xmlNode *node);
} VmElement;

/* All children by that table; those that it does not have are noted as not understood. */
int vm_element_children(VmDomain *domain, const xmlNode *parent, const VmElement *elements, size_t n);

/* The first child of that name, and the next; NULL: none. */
const xmlNode *vm_element_child(const xmlNode *parent, const char *name);
const xmlNode *vm_element_next(const xmlNode *node);

/* Both cut what is longer, and both give "" for what is not there; the first tells. Blanks around a text go. */
bool vm_element_attribute(const xmlNode *node, const char *name, char ret[VM_ATTRIBUTE_MAX]);
void vm_element_text(const xmlNode *node, char ret[VM_ATTRIBUTE_MAX]);

/* A size in the unit beside it; the line is the element's. */
int vm_element_size(Vm *vm, const xmlNode *node, uint64_t *ret);
int vm_element_size_attribute(Vm *vm, const xmlNode *node, const char *name, uint64_t *ret);

/* As QEMU's device of that driver, with up to two properties; a NULL value leaves one out. */
int vm_element_device(Vm *vm, const char *driver, const char *id, const char *key, const char *value,
                const char *key2, const char *value2);

/* What <alias> names it, or "". */
void vm_element_alias(const xmlNode *node, char ret[VM_ATTRIBUTE_MAX]);

/* The name that libvirt gives a bus, and whether <address> is a place on one. */
void vm_element_bus(unsigned long bus, char ret[VM_NAME_MAX]);
bool vm_element_on_pci(const xmlNode *node);

void vm_element_line(Vm *vm, const xmlNode *node);

int vm_domain_os(VmDomain *domain, const xmlNode *node);
int vm_domain_cpu(VmDomain *domain, const xmlNode *node);
int vm_domain_ports(VmDomain *domain, const xmlNode *devices);       /* before the devices, */
int vm_domain_added_ports(VmDomain *domain, const xmlNode *devices); /* and behind them */
int vm_domain_hostdev(VmDomain *domain, const xmlNode *node);
int vm_domain_interface(VmDomain *domain, const xmlNode *node);
int vm_domain_disk(VmDomain *domain, const xmlNode *node);
int vm_domain_devices(VmDomain *domain, const xmlNode *node);
int vm_domain_protection(VmDomain *domain, const xmlNode *node);
int vm_domain_smm(VmDomain *domain, const xmlNode *node);
int vm_domain_sysinfo(VmDomain *domain, const xmlNode *node);
int vm_domain_form(Vm *vm, const xmlNode *root);
int vm_domain_qemu(Vm *vm, const xmlNode *root); /* of the name space of its own */
