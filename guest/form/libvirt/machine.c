/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* <os>, <cpu>, <launchSecurity> and <sysinfo>. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guest/firmware/firmware.h"
#include "guest/form/libvirt/element.h"
#include "guest/machine.h"
#include "guest/size.h"
#include "probe/cleanup.h"

/* ── <os> ──────────────────────────────────────────────────────────────────────────────────────────────── */

static int read_type(Vm *vm, const xmlNode *node) {
        static const char *const architectures[] = { "x86_64", "i686", "aarch64" };
        char arch[VM_ATTRIBUTE_MAX], machine[VM_ATTRIBUTE_MAX];
        int r = 0;

        vm_element_line(vm, node);
        if (vm_element_attribute(node, "arch", arch) && !VM_ONE_OF(arch, architectures))
                return vm_fail(vm, "<type arch='%.40s'>: expected x86_64, i686 or aarch64", arch);
        if (strcmp(arch, "i686") == 0)
                guest_system_set(&vm->guest->system, SYSTEM_UNKNOWN, TRISTATE_NO, "<type arch='i686'>");
        if (strcmp(arch, "aarch64") == 0)
                r = guest_set_machine(vm->guest, "virt");
        if (vm_element_attribute(node, "machine", machine))
                r = guest_set_machine(vm->guest, machine);
        vm->qemu->arm64 = r >= 0 && vm->guest->architecture == ARCHITECTURE_ARM64;
        if (strcmp(arch, "aarch64") == 0 && !vm->qemu->arm64)
                return vm_fail(vm, "<type machine='%.60s'>: expected virt or one of its versions", machine);
        if (r == -EINVAL || (vm->qemu->arm64 && *arch && strcmp(arch, "aarch64") != 0))
                return vm_fail(vm,
                                "<type machine='%.60s'>: expected pc, q35, microvm or one of their versions",
                                machine);
        return vm_bounded(vm, r);
}

static int read_loader(Vm *vm, const xmlNode *os) {
        GuestFirmware *firmware = &vm->guest->firmware;
        const xmlNode *loader = vm_element_child(os, "loader");
        char kind[VM_ATTRIBUTE_MAX], path[VM_ATTRIBUTE_MAX], text[VM_ATTRIBUTE_MAX];
        bool secure;

        vm_element_attribute(os, "firmware", kind);
        vm_element_text(loader, path);
        if (*path)
                guest_firmware_set_path(firmware, path);
        secure = vm_element_attribute(loader, "secure", text) && strcmp(text, "yes") == 0;
        if (secure && !vm->qemu->arm64)
                firmware->smm = TRISTATE_YES;
        /* With secure boot, libvirt chooses an image that has SMM. */
        for (const xmlNode *feature = vm_element_child(vm_element_child(os, "firmware"), "feature"); feature;
                        feature = vm_element_next(feature)) {
                vm_element_attribute(feature, "name", text);
                if (strcmp(text, "secure-boot") == 0 && vm_element_attribute(feature, "enabled", text) &&
                                strcmp(text, "yes") == 0 && !vm->qemu->arm64)
                        firmware->smm = TRISTATE_YES;
        }
        /* The domain's setting overrides the image's name. */
        if (strcmp(kind, "efi") == 0)
                firmware->kind = FIRMWARE_OVMF;
        else if (strcmp(kind, "bios") == 0)
                firmware->kind = FIRMWARE_SEABIOS;
        /* libvirt 11.3; with firmware='efi' it finds no image. */
        return secure && vm->qemu->arm64
                        ? vm_refuse(vm, "<loader secure='yes'>",
                                          "Secure boot is supported with q35 machine types only")
                        : 0;
}

int vm_domain_os(VmDomain *domain, const xmlNode *node) {
        const xmlNode *type = vm_element_child(node, "type");
        int r;

        if (!type)
                return vm_fail(domain->vm, "<os>: expected <type machine='...'>");
        r = read_type(domain->vm, type);
        return r < 0 ? r : read_loader(domain->vm, node);
}

/* ── <cpu> ─────────────────────────────────────────────────────────────────────────────────────────────── */

/* libvirt computes it from the host. */
static int set_host_model(Vm *vm, const char *what) {
        int r = vm_cpu_model(vm, "host-model");

        return r < 0 || !vm->qemu->arm64
                        ? r
                        : vm_ignore(vm, what,
                                          "libvirt may reject it on aarch64, which was not tried: use "
                                          "mode='host-passthrough'");
}

static int read_model(VmDomain *domain, const xmlNode *node) {
        static const struct {
                const char *mode, *model;
        } modes[] = {
                { "host-passthrough", "host" },
                { "maximum", "max" },
        };
        const xmlNode *model = vm_element_child(node, "model");
        char mode[VM_ATTRIBUTE_MAX], text[VM_ATTRIBUTE_MAX];
        int r;

        vm_element_attribute(node, "mode", mode);
        for (size_t i = 0; i < ELEMENTS(modes); i++)
                if (strcmp(mode, modes[i].mode) == 0)
                        return vm_cpu_model(domain->vm, modes[i].model);
        if (strcmp(mode, "host-model") == 0)
                return set_host_model(domain->vm, "<cpu mode='host-model'>");
        if (*mode && strcmp(mode, "custom") != 0)
                return vm_fail(domain->vm,
                                "<cpu mode='%.40s'>: expected custom, host-model, host-passthrough or maximum",
                                mode);
        /* match=minimum: libvirt uses the host's model; without KVM on aarch64 the given one (11.3). */
        if (vm_element_attribute(node, "match", text) && strcmp(text, "minimum") == 0 &&
                        (!domain->vm->qemu->arm64 || strcmp(domain->vm->qemu->accelerator.name, "kvm") == 0))
                return set_host_model(domain->vm, "<cpu match='minimum'>");
        vm_element_text(model, text);
        if (!*text)
                return 0;
        vm_element_line(domain->vm, model);
        r = vm_cpu_model(domain->vm, text);
        if (r >= 0 && vm_element_attribute(model, "vendor_id", text))
                r = vm_cpu_property(domain->vm, "vendor", text);
        return r;
}

static int read_width(VmDomain *domain, const xmlNode *node) {
        char mode[VM_ATTRIBUTE_MAX], number[VM_ATTRIBUTE_MAX];
        int r;

        if (domain->vm->qemu->arm64)
                return vm_refuse(domain->vm, "<maxphysaddr>",
                                "CPU maximum physical address bits specification is not supported for "
                                "'aarch64' architecture");
        vm_element_attribute(node, "mode", mode);
        if (strcmp(mode, "emulate") == 0) {
                /* Without bits, libvirt passes host-phys-bits=off for any model. */
                if (!vm_element_attribute(node, "bits", number))
                        return vm_cpu_property(domain->vm, "host-phys-bits", "off");
                return vm_cpu_property(domain->vm, "phys-bits", number);
        }
        if (strcmp(mode, "passthrough") != 0)
                return vm_fail(domain->vm, "<maxphysaddr mode='%.40s'>: expected passthrough or emulate",
                                mode);
        r = vm_cpu_property(domain->vm, "host-phys-bits", "on");
        if (r >= 0 && vm_element_attribute(node, "limit", number))
                r = vm_cpu_property(domain->vm, "host-phys-bits-limit", number);
        return r;
}

static int read_feature(VmDomain *domain, const xmlNode *node) {
        char name[VM_ATTRIBUTE_MAX], policy[VM_ATTRIBUTE_MAX];
        bool off;

        vm_element_attribute(node, "name", name);
        vm_element_attribute(node, "policy", policy);
        off = strcmp(policy, "disable") == 0 || strcmp(policy, "forbid") == 0;
        return vm_cpu_property(domain->vm, name, off ? "off" : "on");
}

static int read_numa(VmDomain *domain, const xmlNode *node) {
        const uint64_t mib = UINT64_C(1) << 20;

        for (const xmlNode *cell = vm_element_child(node, "cell"); cell; cell = vm_element_next(cell)) {
                uint64_t size = 0;
                int r;

                r = vm_element_size_attribute(domain->vm, cell, "memory", &size);
                if (r < 0)
                        return r;
                domain->cells += (size + mib - 1) & ~(mib - 1);
                if (domain->cells > GUEST_SIZE_MAX)
                        return vm_fail(domain->vm, "<numa>: larger than 4 PiB, the maximum on x86");
        }
        return 0;
}

int vm_domain_cpu(VmDomain *domain, const xmlNode *node) {
        static const VmElement elements[] = {
                { "maxphysaddr", read_width },
                { "feature", read_feature },
                { "numa", read_numa },
                { "model" },
                { "vendor" },
                { "topology" },
                { "cache" },
                { "microcode" },
                { "signature" },
                { "counter" },
                { "pages" },
        };
        int r;

        r = read_model(domain, node);
        return r < 0 ? r : vm_element_children(domain, node, elements, ELEMENTS(elements));
}

/* libvirt writes acpi=off where the element is missing. */
int vm_domain_virt_features(VmDomain *domain, const xmlNode *node) {
        const xmlNode *gic = vm_element_child(node, "gic");
        GuestVirt *virt = &domain->vm->guest->virt;
        char version[VM_ATTRIBUTE_MAX];
        bool known;

        if (!domain->vm->qemu->arm64)
                return 0;
        virt->acpi = tristate(vm_element_child(node, "acpi") != NULL);
        if (!gic || !vm_element_attribute(gic, "version", version))
                return 0;
        vm_element_line(domain->vm, gic);
        return vm_virt_property(domain->vm, "gic-version", version, &known);
}

/* <vcpu current='4'>8</vcpu> is -smp 4,maxcpus=8. */
int vm_domain_vcpu(VmDomain *domain, const xmlNode *node) {
        char text[VM_ATTRIBUTE_MAX];
        int r;

        if (!domain->vm->qemu->arm64)
                return 0;
        vm_element_text(node, text);
        r = vm_smp_part(domain->vm, "<vcpu>", "maxcpus", text);
        if (r >= 0 && vm_element_attribute(node, "current", text))
                r = vm_smp_part(domain->vm, "<vcpu current>", "cpus", text);
        return r;
}

int vm_domain_smm(VmDomain *domain, const xmlNode *node) {
        char state[VM_ATTRIBUTE_MAX];
        const xmlNode *smm = vm_element_child(node, "smm");

        if (smm && domain->vm->qemu->arm64)
                return vm_element_attribute(smm, "state", state)
                                ? vm_refuse(domain->vm, "<smm>",
                                                  "libvirt adds smm= to -machine, which virt does not have")
                                : 0;
        if (smm)
                domain->vm->guest->smm = tristate(
                                !vm_element_attribute(smm, "state", state) || strcmp(state, "off") != 0);
        return 0;
}

/* ── <launchSecurity> ──────────────────────────────────────────────────────────────────────────────────── */

static int add_text(KeyValues *values, const char *key, const xmlNode *node, const char *otherwise) {
        char text[VM_ATTRIBUTE_MAX];

        vm_element_text(node, text);
        if (!*text && !otherwise)
                return 0;
        return key_values_add(values, key, *text ? text : otherwise);
}

int vm_domain_protection(VmDomain *domain, const xmlNode *node) {
        static const struct {
                const char *type, *object;
        } types[] = {
                { "sev", "sev-guest" },
                { "sev-snp", "sev-snp-guest" },
                { "tdx", "tdx-guest" },
        };
        _cleanup_(key_values_done) KeyValues values = {};
        char type[VM_ATTRIBUTE_MAX];
        const char *reduced;
        size_t i = 0;
        int r;

        vm_element_attribute(node, "type", type);
        while (i < ELEMENTS(types) && strcmp(type, types[i].type) != 0)
                i++;
        if (i == ELEMENTS(types))
                return vm_ignore(domain->vm, "<launchSecurity>", "type='%.40s' is not understood", type);
        /* libvirt uses QEMU's value, which is always 1. */
        reduced = strcmp(type, "tdx") == 0 ? NULL : "1";
        r = key_values_add(&values, "qom-type", types[i].object);
        if (r >= 0)
                r = key_values_add(&values, "id", "lsec0");
        if (r >= 0)
                r = add_text(&values, "reduced-phys-bits", vm_element_child(node, "reducedPhysBits"),
                                reduced);
        if (r >= 0)
                r = add_text(&values, "cbitpos", vm_element_child(node, "cbitpos"), NULL);
        if (r >= 0)
                r = add_text(&values, "policy", vm_element_child(node, "policy"), NULL);
        if (r < 0)
                return r;
        snprintf(domain->vm->qemu->protection, sizeof(domain->vm->qemu->protection), "lsec0");
        return vm_object(domain->vm, &values);
}

/* ── <sysinfo> ─────────────────────────────────────────────────────────────────────────────────────────── */

/* libvirt passes these as -fw_cfg. */
static int read_entry(VmDomain *domain, const xmlNode *entry) {
        _cleanup_(key_values_done) KeyValues values = {};
        char name[VM_ATTRIBUTE_MAX], file[VM_ATTRIBUTE_MAX], text[VM_ATTRIBUTE_MAX];
        int r;

        vm_element_line(domain->vm, entry);
        vm_element_attribute(entry, "name", name);
        vm_element_text(entry, text);
        r = key_values_add(&values, "name", name);
        if (r >= 0 && vm_element_attribute(entry, "file", file))
                r = key_values_add(&values, "file", file);
        else if (r >= 0)
                r = key_values_add(&values, "string", text);
        return r < 0 ? r : vm_fw_cfg(domain->vm, &values);
}

int vm_domain_sysinfo(VmDomain *domain, const xmlNode *node) {
        char type[VM_ATTRIBUTE_MAX];
        int r = 0;

        vm_element_attribute(node, "type", type);
        if (strcmp(type, "fwcfg") != 0)
                return 0;
        for (const xmlNode *entry = vm_element_child(node, "entry"); entry && r >= 0;
                        entry = vm_element_next(entry))
                r = read_entry(domain, entry);
        return r;
}
