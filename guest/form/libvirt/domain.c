/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/libvirt/domain.h"

#include <errno.h>
#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <stdio.h>
#include <string.h>

#include "guest/form/libvirt/element.h"
#include "guest/size.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"

static int read_name(VmDomain *domain, const xmlNode *node) {
        char text[VM_ATTRIBUTE_MAX];

        vm_element_text(node, text);
        text_printable(bytes_of(text), domain->vm->guest->name, sizeof(domain->vm->guest->name));
        return 0;
}

static const xmlNode *foreign_child(const xmlNode *parent, const char *name) {
        const xmlNode *node = parent ? parent->children : NULL;

        while (node &&
                        (node->type != XML_ELEMENT_NODE || !node->ns ||
                                        strcmp((const char *) node->name, name) != 0))
                node = node->next;
        return node;
}

/* libosinfo's id, from virt-manager and virt-install. */
static int read_metadata(VmDomain *domain, const xmlNode *node) {
        const xmlNode *os = foreign_child(foreign_child(node, "libosinfo"), "os");
        char id[VM_ATTRIBUTE_MAX];

        if (os && vm_element_attribute(os, "id", id))
                guest_system_from_text(&domain->vm->guest->system, "libosinfo id", id);
        return 0;
}

/* Hyper-V features indicate a Windows guest. */
static int read_features(VmDomain *domain, const xmlNode *node) {
        if (vm_element_child(node, "hyperv"))
                guest_system_set(&domain->vm->guest->system, SYSTEM_WINDOWS, TRISTATE_UNKNOWN,
                                "<features><hyperv>");
        return vm_domain_smm(domain, node);
}

static int read_memory(VmDomain *domain, const xmlNode *node) {
        return vm_element_size(domain->vm, node, &domain->memory);
}

static int read_max(VmDomain *domain, const xmlNode *node) {
        GuestMemory *memory = &domain->vm->guest->memory;
        char slots[VM_ATTRIBUTE_MAX];
        uint64_t number;
        int r;

        r = vm_element_size(domain->vm, node, &memory->max);
        if (r < 0)
                return r;
        /* virtio-mem and virtio-pmem use none. */
        if (!vm_element_attribute(node, "slots", slots))
                return 0;
        r = vm_number(domain->vm, "<maxMemory slots>", slots, 256, &number);
        if (r >= 0)
                memory->slots = (uint32_t) number;
        return r;
}

/* libvirt sets the VMM's locked-memory limit to <hard_limit> (qemuDomainGetMemLockLimitBytes()). Values
 * beyond all memory mean no limit. */
static int read_tuning(VmDomain *domain, const xmlNode *node) {
        const xmlNode *limit = vm_element_child(node, "hard_limit");
        uint64_t *ret = &domain->vm->guest->memory.locked_limit;
        char number[VM_ATTRIBUTE_MAX], unit[VM_ATTRIBUTE_MAX];
        bool given;

        if (!limit)
                return 0;
        vm_element_text(limit, number);
        given = vm_element_attribute(limit, "unit", unit);
        if (guest_size_from_libvirt(number, given ? unit : NULL, "KiB", ret) != -ERANGE)
                return vm_element_size(domain->vm, limit, ret);
        *ret = GUEST_LOCKED_UNLIMITED;
        return 0;
}

static const VmElement elements[] = {
        { "name", read_name },
        { "memory", read_memory },
        { "maxMemory", read_max },
        { "os" }, /* read first: device places depend on the machine */
        { "cpu", vm_domain_cpu },
        { "devices", vm_domain_devices },
        { "launchSecurity", vm_domain_protection },
        { "sysinfo", vm_domain_sysinfo },
        { "blkiotune" },
        { "clock" },
        { "cputune" },
        { "currentMemory" },
        { "defaultiothread" },
        { "description" },
        { "features", read_features },
        { "genid" },
        { "idmap" },
        { "iommufd" },
        { "iothreadids" },
        { "iothreads" },
        { "memoryBacking" },
        { "memtune", read_tuning },
        { "metadata", read_metadata },
        { "numatune" },
        { "on_crash" },
        { "on_lockfailure" },
        { "on_poweroff" },
        { "on_reboot" },
        { "perf" },
        { "pm" },
        { "resource" },
        { "seclabel" },
        { "throttlegroups" },
        { "title" },
        { "uuid" },
        { "vcpu", vm_domain_vcpu },
        { "vcpus" },
};

static int read_type(VmDomain *domain, const xmlNode *root) {
        char type[VM_ATTRIBUTE_MAX];

        vm_element_attribute(root, "type", type);
        if (strcmp(type, "kvm") != 0 && strcmp(type, "qemu") != 0 && strcmp(type, "hvf") != 0)
                return vm_fail(domain->vm, "<domain type='%.40s'>: expected kvm, qemu or xen", type);
        return vm_accelerator(domain->vm, strcmp(type, "qemu") == 0 ? "tcg" : type, ACCELERATOR_BY_DOMAIN);
}

/* ── document ──────────────────────────────────────────────────────────────────────────────────────────── */

/* libvirt's <memory> includes modules, unless NUMA cells set the boot memory. QEMU gets whole MiB. */
static int set_boot_memory(VmDomain *domain, const xmlNode *root) {
        const uint64_t mib = UINT64_C(1) << 20;
        GuestMemory *memory = &domain->vm->guest->memory;

        vm_element_line(domain->vm, root);
        if (domain->cells == 0 && domain->memory <= domain->modules)
                return vm_fail(domain->vm,
                                domain->memory == 0 ? "<memory>: missing"
                                                    : "<memory>: expected more than the size of the memory "
                                                      "modules");
        memory->ram = domain->cells > 0 ? domain->cells
                                        : (domain->memory - domain->modules + mib - 1) & ~(mib - 1);
        memory->numa = domain->cells > 0;
        memory->numa_size = domain->cells;
        memory->max = (memory->max + mib - 1) & ~(mib - 1);
        return 0;
}

static int read_domain(Vm *vm, const xmlNode *root) {
        const xmlNode *os = vm_element_child(root, "os");
        VmDomain domain = { .vm = vm };
        char type[VM_ATTRIBUTE_MAX];
        int r;

        vm->qemu->domain = true;

        vm_element_line(vm, root);
        if (strcmp((const char *) root->name, "domain") != 0)
                return vm_fail(vm, "<%.60s>: expected <domain>", (const char *) root->name);
        vm_element_attribute(root, "type", type);
        if (strcmp(type, "xen") == 0)
                return vm_domain_xen(&domain, root);
        r = read_type(&domain, root);
        if (r >= 0 && !os)
                r = vm_fail(vm, "<os>: missing");
        if (r >= 0) {
                vm_element_line(vm, os);
                r = vm_domain_os(&domain, os);
        }
        if (r >= 0)
                r = vm_domain_virt_features(&domain, vm_element_child(root, "features"));
        if (r >= 0)
                r = vm_element_children(&domain, root, elements, ELEMENTS(elements));
        if (r >= 0)
                r = set_boot_memory(&domain, root);
        if (r >= 0)
                r = vm_domain_qemu(vm, root);
        if (r >= 0)
                r = vm_domain_form(vm, root);
        vm->line = 0;
        return r < 0 ? r : vm_finish(vm);
}

/* ── building the tree from untrusted text ─────────────────────────────────────────────────────────────── */

typedef struct Builder {
        Vm *vm;
        size_t parts;
} Builder;

static void stop(xmlParserCtxt *parser, const char *why) {
        Vm *vm = ((Builder *) parser->_private)->vm;

        vm->line = parser->input && parser->input->line > 0 ? (unsigned) parser->input->line : 0;
        vm_fail(vm, "%s", why);
        xmlStopParser(parser);
}

/* Entities could fetch files or expand without limit. */
static void refuse_document_type(
                void *data, const xmlChar *name, const xmlChar *external, const xmlChar *system) {
        stop(data, "expected no document type: a domain has no entities");
}

#define TEXT(x) #x
#define NUMBER(x) TEXT(x)

/* Limits the memory, which can be 50 times the text. */
static void add_element(void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *space,
                int n_spaces, const xmlChar **spaces, int n_attributes, int n_defaulted,
                const xmlChar **attributes) {
        xmlParserCtxt *parser = data;
        Builder *builder = parser->_private;

        builder->parts += 1 + (size_t) n_spaces + (size_t) n_attributes;
        if (builder->parts > VM_DOMAIN_PARTS_MAX)
                stop(parser,
                                "more than " NUMBER(
                                                VM_DOMAIN_PARTS_MAX) " elements and attributes, the maximum for a domain");
        else
                xmlSAX2StartElementNs(data, name, prefix, space, n_spaces, spaces, n_attributes, n_defaulted,
                                attributes);
}

/* Comments are dropped; CDATA becomes text. */
static void set_builder(xmlParserCtxt *parser, Builder *builder) {
        parser->_private = builder;
        parser->sax->internalSubset = refuse_document_type;
        parser->sax->startElementNs = add_element;
        parser->sax->comment = NULL;
        parser->sax->processingInstruction = NULL;
        parser->sax->cdataBlock = NULL;
}

static int parser_error(Vm *vm, xmlParserCtxt *parser) {
        const xmlError *error = xmlCtxtGetLastError(parser);

        if (*vm->error->text)
                return -EINVAL;
        if (error && error->code == XML_ERR_NO_MEMORY)
                return -ENOMEM;
        vm->line = error && error->line > 0 ? (unsigned) error->line : 0;
        return vm_fail(vm, "expected XML: %.*s",
                        error && error->message ? (int) strcspn(error->message, "\n") : 0,
                        error && error->message ? error->message : "");
}

int vm_xml_read(const char *text, size_t n, Guest *ret, VmError *reterr) {
        Guest guest = {};
        VmQemu qemu = {};
        Vm vm = { .guest = &guest, .error = reterr, .qemu = &qemu };
        xmlParserCtxt *parser;
        xmlDoc *document = NULL;
        int r = 0;

        *reterr = (VmError){};
        if (n > VM_DOMAIN_MAX)
                return vm_fail(&vm, VM_DOMAIN_TOO_LARGE);
        parser = xmlNewParserCtxt();
        if (!parser)
                return -ENOMEM;
        set_builder(parser, &(Builder){ .vm = &vm });
        document = xmlCtxtReadMemory(parser, text, (int) n, NULL, NULL,
                        XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_BIG_LINES);
        if (!document || *reterr->text)
                r = parser_error(&vm, parser);
        else
                r = read_domain(&vm, xmlDocGetRootElement(document));
        xmlFreeDoc(document);
        xmlFreeParserCtxt(parser);
        vm_qemu_done(&qemu);
        if (r < 0) {
                guest_done(&guest);
                return r;
        }
        *ret = guest;
        return 0;
}
