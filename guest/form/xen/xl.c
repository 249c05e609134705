/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/form/xen/xl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/firmware/firmware.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"

#define MEMORY_DEFAULT (UINT64_C(32) << 20) /* of libxl, if neither memory= nor maxmem= is given */

/* ── the machine ───────────────────────────────────────────────────────────────────────────────────────── */

/* xl compares with strncmp(word, value, strlen(value)): "h" is hvm, "p" is pv. */
static bool starts_word(const char *word, const char *value) {
        return strncmp(value, word, strlen(value)) == 0;
}

static int find_type(Xl *xl, const char *text, MachineKind *ret) {
        static const struct {
                const char *word;
                MachineKind machine;
        } types[] = { { "hvm", MACHINE_XEN_HVM }, { "pv", MACHINE_XEN_PV }, { "pvh", MACHINE_XEN_PVH } };

        for (size_t i = 0; i < ELEMENTS(types); i++)
                if (starts_word(types[i].word, text)) {
                        *ret = types[i].machine;
                        return 0;
                }
        return vm_fail(&xl->vm, "type: expected hvm, pvh or pv, not '%.60s'", text);
}

static int read_builder(Xl *xl, bool typed, MachineKind *machine) {
        const char *text;
        MachineKind builder = MACHINE_XEN_PV;
        int r = xl_string(xl, "builder", &text);

        if (r < 0 || !text)
                return r;
        if (starts_word("hvm", text))
                builder = MACHINE_XEN_HVM;
        else if (!starts_word("generic", text))
                return vm_fail(&xl->vm, "builder: expected hvm or generic, not '%.60s'", text);
        if (typed && *machine != builder)
                return vm_refuse(&xl->vm, "builder",
                                "xl: Contradicting \"builder\" and \"type\" options specified.");
        *machine = builder;
        return 0;
}

static int read_type(Xl *xl) {
        Guest *guest = xl->vm.guest;
        MachineKind machine = MACHINE_XEN_PV;
        const char *type;
        int r = xl_string(xl, "type", &type);

        if (r >= 0 && type)
                r = find_type(xl, type, &machine);
        if (r >= 0)
                r = read_builder(xl, type, &machine);
        if (r < 0)
                return r;
        guest->machine = machine;
        xl->hvm = machine == MACHINE_XEN_HVM;
        if (type || xl_find(xl, "builder"))
                return 0;
        return vm_bounded(&xl->vm, guest_assume(guest, "type", "pv, the default of xl without type="));
}

static int read_name(Xl *xl) {
        const char *name;
        int r = xl_string(xl, "name", &name);

        if (r < 0)
                return r;
        if (!name)
                return vm_bounded(&xl->vm,
                                guest_assume(xl->vm.guest, "name",
                                                "not given: xl starts no guest without name="));
        text_printable(bytes_of(name), xl->vm.guest->name, sizeof(xl->vm.guest->name));
        guest_system_from_text(&xl->vm.guest->system, "the name", name);
        return 0;
}

/* ── memory and CPUs ───────────────────────────────────────────────────────────────────────────────────── */

/* HVM_MAX_VCPUS of Xen's hvm_info_table.h */
#define VCPUS_MAX 128

/* vnuma=[ [ "pnode=0", "size=1024", "vcpus=0-1" ], ... ]: the sizes add up to maxmem. */
static int read_nodes(Xl *xl, uint64_t *ret_total) {
        const XlValue *list;
        int r = xl_list(xl, "vnuma", &list);

        *ret_total = 0;
        for (size_t i = 0; r >= 0 && list && i < list->n; i++)
                for (size_t k = 0; list->items[i].is_list && k < list->items[i].n; k++) {
                        const char *text = xl_item(xl, &list->items[i], k);
                        uint64_t size;

                        if (!text || strncmp(text, "size", 4) != 0)
                                continue;
                        text += 4 + strspn(text + 4, " =");
                        if (!text_u64(bytes_of(text), 10, &size) || size > GUEST_LOCKED_UNLIMITED >> 20)
                                return vm_fail(&xl->vm, "vnuma: size: expected a number of MiB, not '%.60s'",
                                                text);
                        *ret_total += size << 20;
                }
        if (r >= 0 && list && list->n > 0 && xl->vm.guest->machine == MACHINE_XEN_PV)
                return vm_refuse(&xl->vm, "vnuma", "libxl: PV vNUMA is not yet supported");
        return r;
}

static int read_size(Xl *xl, const char *name, uint64_t *ret) {
        int r = xl_mebibytes(xl, name, ret);

        return r >= 0 && *ret == 0 && xl_find(xl, name) ? vm_fail(&xl->vm, "%s: expected more than 0", name)
                                                        : r;
}

/* xl gives the guest maxmem= at most, and maxmem= is memory= if it is not given. */
static int read_memory(Xl *xl) {
        GuestMemory *memory = &xl->vm.guest->memory;
        uint64_t ram, max, nodes;
        int r = read_size(xl, "memory", &ram);

        if (r >= 0)
                r = read_size(xl, "maxmem", &max);
        if (r >= 0)
                r = read_nodes(xl, &nodes);
        if (r < 0)
                return r;
        if (max == 0)
                max = nodes;
        else if (nodes > 0 && nodes != max)
                r = vm_refuse(&xl->vm, "vnuma",
                                "xl: the sizes of all virtual nodes together are not maxmem");
        if (r >= 0 && ram == 0 && max == 0)
                r = vm_bounded(&xl->vm, guest_assume(xl->vm.guest, "memory", "32 MiB, libxl's default"));
        if (r < 0)
                return r;
        memory->ram = ram > 0 ? ram : max > 0 ? max : MEMORY_DEFAULT;
        if (max > 0 && memory->ram > max) {
                memory->ram = max;
                return vm_bounded(&xl->vm,
                                guest_assume(xl->vm.guest, "memory", "maxmem=, which is less than memory="));
        }
        memory->max = max > memory->ram ? max : 0;
        if (memory->max && nodes > 0)
                return vm_refuse(&xl->vm, "vnuma", "libxl: Cannot enable PoD and vNUMA at the same time");
        return 0;
}

/* altp2m= has words and numbers, altp2mhvm= is a boolean for HVM only. */
static int read_alternate(Xl *xl, bool *ret) {
        Tristate old = TRISTATE_UNKNOWN;
        const char *text;
        int r = xl_string(xl, "altp2m", &text);

        if (r >= 0 && xl->hvm)
                r = xl_toggle(xl, "altp2mhvm", &old);
        *ret = old == TRISTATE_YES ||
                        (r >= 0 && text && strcmp(text, "disabled") != 0 && strcmp(text, "0") != 0);
        return r;
}

static int check_alternate(Xl *xl) {
        const Guest *guest = xl->vm.guest;
        bool alternate;
        int r = read_alternate(xl, &alternate);

        if (r < 0 || !alternate || guest->machine == MACHINE_XEN_PV)
                return r;
        if (guest->memory.max)
                return vm_refuse(&xl->vm, "altp2m", "libxl: Cannot enable PoD and ALTP2M at the same time");
        if (guest->xen.nested == TRISTATE_YES)
                return vm_refuse(
                                &xl->vm, "altp2m", "libxl: nestedhvm and altp2mhvm cannot be used together");
        return 0;
}

int xl_vcpus(Vm *vm, const char *what, uint64_t n) {
        if (vm->guest->machine == MACHINE_XEN_PV || n <= VCPUS_MAX)
                return 0;
        return vm_refuse(vm, what, "Xen: an HVM or PVH guest has at most 128 vCPUs");
}

static int read_cpus(Xl *xl) {
        GuestXen *xen = &xl->vm.guest->xen;
        long cpus = 1, max = 0;
        bool set, set_max;
        int r = xl_long(xl, "vcpus", &cpus, &set);

        if (r >= 0)
                r = xl_long(xl, "maxvcpus", &max, &set_max);
        if (r >= 0 && set_max && max != 0 && set && max < cpus)
                r = vm_refuse(&xl->vm, "maxvcpus", "xl: maxvcpus < vcpus");
        if (r >= 0 && cpus > 0 && max >= 0)
                r = xl_vcpus(&xl->vm, max ? "maxvcpus" : "vcpus", (uint64_t) (max ? max : cpus));
        if (r >= 0)
                r = xl_toggle(xl, "hap", &xen->hap);
        if (r >= 0)
                r = xl_toggle(xl, "nestedhvm", &xen->nested);
        return r < 0 ? r : check_alternate(xl);
}

/* ── firmware and kernel ───────────────────────────────────────────────────────────────────────────────── */

static bool set_bios(GuestFirmware *firmware, const char *word) {
        static const struct {
                const char *word;
                FirmwareKind kind;
        } words[] = { { "rombios", FIRMWARE_ROMBIOS }, { "seabios", FIRMWARE_SEABIOS },
                { "ovmf", FIRMWARE_OVMF }, { "unknown", FIRMWARE_UNKNOWN } };

        /* libxl compares without case. */
        for (size_t i = 0; i < ELEMENTS(words); i++)
                if (strcasecmp(word, words[i].word) == 0) {
                        firmware->kind = words[i].kind;
                        return true;
                }
        return false;
}

static int set_loader(Xl *xl, const char *path) {
        const char *last = strrchr(path, '/');

        if (strcmp(last ? last + 1 : path, "hvmloader") == 0)
                return 0;
        return vm_ignore(&xl->vm, "firmware_override",
                        "%.80s: not Xen's hvmloader; hawd does not know what it does", path);
}

static int read_firmware(Xl *xl) {
        GuestFirmware *firmware = &xl->vm.guest->firmware;
        const char *path, *text;
        int r = xl_string(xl, "firmware_override", &text);

        if (r >= 0 && text)
                r = set_loader(xl, text);
        if (r >= 0)
                r = xl_string(xl, "bios_path_override", &path);
        if (r >= 0 && path)
                guest_firmware_set_path(firmware, path);
        if (r >= 0)
                r = xl_string(xl, "bios", &text);
        if (r >= 0 && text && !set_bios(firmware, text))
                return vm_fail(&xl->vm, "bios: expected seabios, ovmf or rombios, not '%.60s'", text);
        if (r >= 0)
                r = xl_string(xl, "firmware", &text);
        if (r < 0 || !text || set_bios(firmware, text))
                return r;
        if (starts_word("uefi", text))
                firmware->kind = FIRMWARE_OVMF;
        else if (!starts_word("bios", text))
                r = set_loader(xl, text);
        return r;
}

/* A kernel of PV and PVH, or the firmware that starts one. */
static int read_kernel(Xl *xl) {
        const bool kernel = xl_find(xl, "kernel"), bootloader = xl_find(xl, "bootloader"),
                   command = xl_find(xl, "ramdisk") || xl_find(xl, "cmdline") || xl_find(xl, "root") ||
                        xl_find(xl, "extra");
        const char *text;
        int r = xl_string(xl, "firmware", &text);

        if (r < 0)
                return r;
        if (xl->hvm)
                return command && !kernel
                                ? vm_refuse(&xl->vm, "ramdisk",
                                                  "libxl: direct boot parameters specified but kernel "
                                                  "missing")
                                : 0;
        xl->vm.guest->firmware.kind = FIRMWARE_NONE;
        if (text && kernel)
                return vm_refuse(&xl->vm, "firmware", "xl: both kernel and firmware specified");
        if (text && !starts_word("pvgrub32", text) && !starts_word("pvgrub64", text))
                return vm_refuse(
                                &xl->vm, "firmware", "xl: only pvgrub{32|64} supported as firmware options");
        if (!text && !kernel && !bootloader)
                return vm_refuse(&xl->vm, "kernel",
                                "not given: libxl starts no such guest without kernel= or bootloader=");
        return 0;
}

/* ── HVM ───────────────────────────────────────────────────────────────────────────────────────────────── */

/* Sizes that xl does not accept are left to the layout, which knows a remedy. */
static int read_hole(Xl *xl) {
        long number;
        bool set;
        char text[64];
        int r = xl_long(xl, "mmio_hole", &number, &set);

        if (r < 0 || !set)
                return r;
        if (number <= 0 || number > INT32_MAX) {
                snprintf(text, sizeof(text), "xl: invalid value %ld for \"mmio_hole\"", number);
                return vm_refuse(&xl->vm, "mmio_hole", text);
        }
        xl->vm.guest->xen.mmio_hole = (uint64_t) number << 20;
        return 0;
}

static int read_display(Xl *xl) {
        static const char *const words[] = { "stdvga", "cirrus", "none", "qxl" };
        GuestXen *xen = &xl->vm.guest->xen;
        Tristate standard = TRISTATE_UNKNOWN;
        const char *text;
        int r = xl_string(xl, "vga", &text);

        if (r >= 0 && text && !VM_ONE_OF(text, words))
                return vm_fail(&xl->vm, "vga: expected stdvga, cirrus, qxl or none, not '%.60s'", text);
        if (r >= 0 && !text)
                r = xl_toggle(xl, "stdvga", &standard);
        if (r < 0)
                return r;
        if (!text && standard != TRISTATE_UNKNOWN)
                text = standard == TRISTATE_YES ? "stdvga" : "cirrus";
        snprintf(xen->vga, sizeof(xen->vga), "%s", text ? text : "");
        xen->no_vga = text && strcmp(text, "none") == 0;
        return xl_mebibytes(xl, "videoram", &xen->video_memory);
}

static int read_model(Xl *xl) {
        GuestXen *xen = &xl->vm.guest->xen;
        Tristate platform = TRISTATE_UNKNOWN, stub = TRISTATE_UNKNOWN;
        const char *text;
        int r = xl_string(xl, "device_model_version", &text);

        if (r >= 0 && text && strcmp(text, "qemu-xen") != 0 && strcmp(text, "qemu-xen-traditional") != 0)
                return vm_fail(&xl->vm,
                                "device_model_version: expected qemu-xen or qemu-xen-traditional, not '%.60s'",
                                text);
        if (r >= 0)
                r = xl_toggle(xl, "device_model_stubdomain_override", &stub);
        xen->traditional = text ? strcmp(text, "qemu-xen-traditional") == 0 : stub == TRISTATE_YES;
        if (r >= 0)
                r = xl_toggle(xl, "xen_platform_pci", &platform);
        xen->no_platform_device = platform == TRISTATE_NO;
        return r;
}

static int read_hvm(Xl *xl) {
        int r = 0;

        if (!xl->hvm)
                return 0;
        r = read_firmware(xl);
        if (r >= 0)
                r = read_hole(xl);
        if (r >= 0)
                r = read_display(xl);
        return r < 0 ? r : read_model(xl);
}

/* ── the whole ─────────────────────────────────────────────────────────────────────────────────────────── */

static int read_config(Xl *xl) {
        static int (*const parts[])(Xl *) = { read_type, read_name, read_memory, read_cpus, read_hvm,
                read_kernel, xl_assigned, xl_emulated, xl_settings_note };
        int r = 0;

        for (size_t i = 0; i < ELEMENTS(parts) && r >= 0; i++) {
                xl->vm.line = 0;
                r = parts[i](xl);
        }
        return r;
}

int xl_read(const char *text, size_t n, Guest *ret, VmError *reterr) {
        _cleanup_(xl_config_done) XlConfig config = {};
        Guest guest = { .vmm = VMM_XEN, .kvm = true, .form.manager = MANAGER_COMMAND_LINE };
        Xl xl = { .vm = { .guest = &guest, .error = reterr }, .config = &config };
        int r;

        *reterr = (VmError){};
        r = xl_config_parse(text, n, &config, reterr);
        if (r == -EINVAL && config.python)
                return vm_error(reterr, reterr->line,
                                "Python code, as configurations of old Xen had it: xl accepts only NAME = VALUE");
        if (r >= 0)
                r = read_config(&xl);
        if (r < 0) {
                guest_done(&guest);
                return r;
        }
        *ret = guest;
        return 0;
}
