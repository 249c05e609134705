/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Elements of a domain. */

#include <libxml/tree.h>

#include "guest/form/qemu/qemu.h"

#define VM_ATTRIBUTE_MAX 256
#define VM_DOMAIN_BUSES 256

typedef struct VmDomain {
        Vm *vm;
        uint64_t memory;              /* <memory>: boot RAM plus all modules */
        uint64_t modules;             /* <memory model=…> */
        uint64_t cells;               /* <numa> */
        bool buses[VM_DOMAIN_BUSES];  /* have a controller */
        char switch_bus[VM_NAME_MAX]; /* of the last switch without address */
} VmDomain;

/* How an element is read. NULL: no effect on addresses. */
typedef struct VmElement {
        const char *name;
        int (*read)(VmDomain *domain, const xmlNode *node);
} VmElement;

/* Reads all children by the table. Unlisted children are noted as not understood. */
int vm_element_children(VmDomain *domain, const xmlNode *parent, const VmElement *elements, size_t n);

/* The first or next child of that name, or NULL. */
const xmlNode *vm_element_child(const xmlNode *parent, const char *name);
const xmlNode *vm_element_next(const xmlNode *node);

/* Truncate long values. Return "" if missing; the first also returns false. Strip blanks around text. */
bool vm_element_attribute(const xmlNode *node, const char *name, char ret[VM_ATTRIBUTE_MAX]);
void vm_element_text(const xmlNode *node, char ret[VM_ATTRIBUTE_MAX]);

/* As libvirt writes it; ULONG_MAX if missing. */
unsigned long vm_element_number(const xmlNode *node, const char *name);

/* Reads a size in its unit. Errors have the element's line. */
int vm_element_size(Vm *vm, const xmlNode *node, uint64_t *ret);
int vm_element_size_attribute(Vm *vm, const xmlNode *node, const char *name, uint64_t *ret);

/* Adds the equivalent QEMU device with up to two properties. A NULL value omits one. */
int vm_element_device(Vm *vm, const char *driver, const char *id, const char *key, const char *value,
                const char *key2, const char *value2);

/* The name in <alias>, or "". */
void vm_element_alias(const xmlNode *node, char ret[VM_ATTRIBUTE_MAX]);

/* The name that libvirt gives a bus, and whether <address> is a PCI address. */
void vm_element_bus(unsigned long bus, char ret[VM_NAME_MAX]);
bool vm_element_on_pci(const xmlNode *node);

void vm_element_line(Vm *vm, const xmlNode *node);

int vm_domain_os(VmDomain *domain, const xmlNode *node);
int vm_domain_cpu(VmDomain *domain, const xmlNode *node);
bool vm_domain_is_express(const Vm *vm);                             /* the machine has PCI Express */
int vm_domain_ports(VmDomain *domain, const xmlNode *devices);       /* call before devices */
int vm_domain_added_ports(VmDomain *domain, const xmlNode *devices); /* call after devices */
int vm_domain_hostdev(VmDomain *domain, const xmlNode *node);
int vm_domain_interface(VmDomain *domain, const xmlNode *node);
int vm_domain_disk(VmDomain *domain, const xmlNode *node);
int vm_domain_devices(VmDomain *domain, const xmlNode *node);
int vm_domain_protection(VmDomain *domain, const xmlNode *node);
int vm_domain_smm(VmDomain *domain, const xmlNode *node);
int vm_domain_virt_features(VmDomain *domain, const xmlNode *node); /* <features>, or NULL */
int vm_domain_vcpu(VmDomain *domain, const xmlNode *node);
int vm_domain_sysinfo(VmDomain *domain, const xmlNode *node);
int vm_domain_form(Vm *vm, const xmlNode *root);
int vm_domain_xen(VmDomain *domain, const xmlNode *root); /* type='xen', instead of all others */
int vm_domain_qemu(Vm *vm, const xmlNode *root);          /* reads the qemu namespace */
