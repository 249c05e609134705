/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A change in the elements of a libvirt domain. */

#include <errno.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/machine.h"
#include "guest/remedy/remedy.h"
#include "guest/size.h"
#include "guest/vmm/vmm.h"
#include "guest/xml-element.h"

static json_t *find(const json_t *elements, const char *name) {
        for (size_t i = 0; i < json_array_size(elements); i++)
                if (strcmp(xml_element_name(json_array_get(elements, i)), name) == 0)
                        return json_array_get(elements, i);
        return NULL;
}

static json_t *add_changed(ChangeRun *run, json_t *element) {
        if (json_array_append(run->changed_elements, element) < 0)
                run->error = -ENOMEM;
        return element;
}

/* A stored top-level element; a new one if the domain has none. */
static json_t *open_element(ChangeRun *run, const char *name) {
        json_t *element = find(run->changed_elements, name);

        if (element)
                return element;
        element = find(run->elements, name);
        if (element)
                return add_changed(run, element);
        element = xml_element_new(name);
        if (json_array_append_new(run->changed_elements, element) < 0) {
                run->error = -ENOMEM;
                return NULL;
        }
        return element;
}

/* Its child; alone if the domain is unknown, so that it is not taken for the whole. */
static json_t *open_child(ChangeRun *run, const char *parent, const char *name) {
        if (run->elements)
                return xml_element_open(open_element(run, parent), name);
        if (run->before.form.manager == MANAGER_LIBVIRT)
                change_note(run, "<%s> belongs in <%s>", name, parent);
        return open_element(run, name);
}

static void set_width(ChangeRun *run) {
        json_t *width = open_child(run, "cpu", "maxphysaddr");
        const GuestCpu *cpu = &run->now.cpu;

        if (cpu->width_mode != WIDTH_HOST) {
                xml_element_unset(width, "limit");
                xml_element_set(width, "mode", "emulate");
                xml_element_set(width, "bits", "%u", cpu->phys_bits);
                return;
        }
        xml_element_unset(width, "bits");
        xml_element_unset(width, "limit");
        xml_element_set(width, "mode", "passthrough");
        if (!cpu->limit)
                return;
        xml_element_set(width, "limit", "%u", cpu->limit);
        if (run->before.form.manager == MANAGER_LIBVIRT)
                change_note(run, "limit= requires libvirt 9.3 or later; older releases ignore it");
}

/* ── memory ────────────────────────────────────────────────────────────────────────────────────────────── */

static void set_size(json_t *element, uint64_t bytes) {
        xml_element_set(element, "unit", "KiB");
        xml_element_set_text(element, "%" PRIu64, bytes >> 10);
}

static uint64_t cell_size(const json_t *cell) {
        const char *number = xml_element_get(cell, "memory");
        uint64_t bytes = 0;

        if (!number || guest_size_from_libvirt(number, xml_element_get(cell, "unit"), "KiB", &bytes) < 0)
                return 0;
        return bytes;
}

/* With NUMA cells, their sizes count: the largest shrinks. False: none is large enough. */
static bool shrink_cells(ChangeRun *run, uint64_t excess) {
        json_t *numa = xml_element_child(find(run->elements, "cpu"), "numa"), *largest = NULL;

        if (!numa)
                return true;
        for (size_t i = 2; i < json_array_size(numa); i++) {
                json_t *cell = json_array_get(numa, i);

                if (json_is_array(cell) && (!largest || cell_size(cell) > cell_size(largest)))
                        largest = cell;
        }
        if (!largest || cell_size(largest) <= excess)
                return false;
        open_element(run, "cpu");
        xml_element_set(largest, "memory", "%" PRIu64, (cell_size(largest) - excess) >> 10);
        xml_element_set(largest, "unit", "KiB");
        return true;
}

static void set_ram(ChangeRun *run) {
        const GuestMemory *memory = &run->now.memory;

        if (!shrink_cells(run, run->before.memory.ram - memory->ram)) {
                run->no_libvirt = true;
                change_note(run, "reduce the memory of several NUMA cells: no single cell is large enough");
        }
        set_size(open_element(run, "memory"), memory->ram + guest_plugged(memory));
}

static void set_max_memory(ChangeRun *run) {
        const GuestMemory *memory = &run->now.memory;
        json_t *element = open_element(run, "maxMemory");

        if (memory->max > memory->ram) {
                if (memory->slots || !run->elements)
                        xml_element_set(element, "slots", "%" PRIu32, memory->slots);
                set_size(element, memory->max);
                return;
        }
        /* Shows the removal. */
        xml_element_comment(element, "remove <maxMemory>");
}

/* ── machine ───────────────────────────────────────────────────────────────────────────────────────────── */

static void set_hole(ChangeRun *run, uint64_t size) {
        json_t *controller = open_element(run, "controller");

        if (json_array_size(controller) == 2 && json_object_size(json_array_get(controller, 1)) == 0) {
                xml_element_set(controller, "type", "pci");
                xml_element_set(controller, "index", "0");
                xml_element_set(controller, "model",
                                run->now.machine == MACHINE_PC ? "pci-root" : "pcie-root");
        }
        set_size(xml_element_open(controller, "pcihole64"), size);
}

static void set_machine(ChangeRun *run) {
        json_t *type = open_element(run, "type");
        char name[64];

        machine_to_name(run->now.machine, &run->now.machine_version, "", name, sizeof(name));
        xml_element_set(type, "machine", "%s", name);
        xml_element_set_text(type, "hvm");
}

static void set_viommu(ChangeRun *run, const Change *change) {
        json_t *iommu = open_element(run, "iommu"), *driver;

        if (!xml_element_get(iommu, "model"))
                xml_element_set(iommu, "model", "intel");
        driver = xml_element_open(iommu, "driver");
        if (change->kind == CHANGE_VIOMMU_BITS) {
                xml_element_set(driver, "aw_bits", "%" PRIu64, change->value);
                return;
        }
        xml_element_set(driver, "dma_translation", "off");
        if (run->before.form.manager == MANAGER_LIBVIRT)
                change_note(run, "dma_translation= requires libvirt 10.7 or later");
}

static void add_argument(json_t *arguments, const char *value) {
        json_t *argument = xml_element_new("qemu:arg");

        xml_element_set(argument, "value", "%s", value);
        xml_element_append(arguments, argument);
}

/* For a domain without this argument. libvirt accepts several <qemu:commandline>. */
static void add_commandline(ChangeRun *run, const char *option, const char *value) {
        json_t *arguments = xml_element_new("qemu:commandline");

        xml_element_set(arguments, "xmlns:qemu", LIBVIRT_QEMU_NAMESPACE);
        add_argument(arguments, option);
        add_argument(arguments, value);
        if (json_array_append_new(run->changed_elements, arguments) < 0)
                run->error = -ENOMEM;
}

static void set_window(ChangeRun *run) {
        char value[64];

        snprintf(value, sizeof(value), OVMF_WINDOW_FORMAT, run->now.firmware.mmio64_mib);
        add_commandline(run, "-fw_cfg", value);
}

/* QEMU's virt. libvirt has no element for these; QEMU merges a second -machine into the first. */
static const char *switch_of(ChangeKind kind) {
        switch (kind) {
        case CHANGE_HIGHMEM:
                return "highmem";
        case CHANGE_HIGHMEM_REDISTS:
                return "highmem-redists";
        case CHANGE_HIGHMEM_ECAM:
                return "highmem-ecam";
        case CHANGE_HIGHMEM_MMIO:
                return "highmem-mmio";
        case CHANGE_COMPACT:
                return "compact-highmem";
        default:
                return NULL;
        }
}

static void set_switch(ChangeRun *run, const Change *change) {
        char value[64];

        snprintf(value, sizeof(value), "%s=%s", switch_of(change->kind), change->value ? "on" : "off");
        add_commandline(run, "-machine", value);
}

static void set_window_size(ChangeRun *run) {
        set_hole(run, run->now.virt.highmem_mmio_size);
        if (run->before.form.manager == MANAGER_LIBVIRT)
                change_note(run,
                                "<pcihole64> on aarch64 requires libvirt 12.8 or later; before, add -machine "
                                "highmem-mmio-size=%" PRIu64 "G in <qemu:commandline>",
                                run->now.virt.highmem_mmio_size >> 30);
}

static void set_large_pages(ChangeRun *run) {
        json_t *cpu = run->elements ? open_element(run, "cpu") : NULL, *feature = NULL;

        for (size_t i = 2; !feature && i < json_array_size(cpu); i++) {
                json_t *child = json_array_get(cpu, i);
                const char *name = xml_element_get(child, "name");

                if (strcmp(xml_element_name(child), "feature") == 0 && name && strcmp(name, "pdpe1gb") == 0)
                        feature = child;
        }
        if (!feature && cpu) {
                xml_element_append(cpu, xml_element_new("feature"));
                feature = json_array_get(cpu, json_array_size(cpu) - 1);
        } else if (!feature)
                feature = open_child(run, "cpu", "feature");
        xml_element_set(feature, "policy", "require");
        xml_element_set(feature, "name", "pdpe1gb");
}

/* <qemu:commandline> settings are changed there. */
bool change_is_argument(const ChangeRun *run, const Change *change) {
        static const struct {
                const char *option, *part;
        } names[_CHANGE_KIND_MAX] = {
                [CHANGE_WIDTH] = { "cpu" },
                [CHANGE_WIDTH_HOST] = { "cpu" },
                [CHANGE_LARGE_PAGES] = { "cpu" },
                [CHANGE_RAM] = { "m" },
                [CHANGE_MAX_MEMORY] = { "m" },
                [CHANGE_HOLE64] = { "global", "pci-hole64-size" },
                [CHANGE_VIOMMU_BITS] = { "device", "intel-iommu" },
                [CHANGE_NO_DMA_TRANSLATION] = { "device", "intel-iommu" },
                [CHANGE_MMIO64] = { "fw_cfg", "X-PciMmio64Mb" },
                [CHANGE_REDUCED_BITS] = { "object", "sev-" },
                [CHANGE_SLOTS] = { "m", "slots" },
                [CHANGE_HIGHMEM] = { "machine" },
                [CHANGE_HIGHMEM_REDISTS] = { "machine" },
                [CHANGE_HIGHMEM_ECAM] = { "machine" },
                [CHANGE_HIGHMEM_MMIO] = { "machine" },
                [CHANGE_COMPACT] = { "machine" },
                [CHANGE_MMIO_SIZE] = { "machine", "highmem-mmio-size" },
        };

        return run->before.form.manager == MANAGER_LIBVIRT && names[change->kind].option &&
                        change_option_find(run, names[change->kind].option, names[change->kind].part);
}

void change_element(ChangeRun *run, const Change *change) {
        if (!vmm_of(&run->before)->libvirt || change_is_argument(run, change))
                return;
        if (vmm_of(&run->before)->element) {
                vmm_of(&run->before)->element(run, change);
                return;
        }
        switch (change->kind) {
        case CHANGE_WIDTH:
        case CHANGE_WIDTH_HOST:
                set_width(run);
                break;
        case CHANGE_MAX_MEMORY:
                set_max_memory(run);
                break;
        case CHANGE_RAM:
                set_ram(run);
                break;
        case CHANGE_HOLE64:
                set_hole(run, run->now.pci_hole64_size);
                break;
        case CHANGE_MMIO_SIZE:
                set_window_size(run);
                break;
        case CHANGE_HIGHMEM:
        case CHANGE_HIGHMEM_REDISTS:
        case CHANGE_HIGHMEM_ECAM:
        case CHANGE_HIGHMEM_MMIO:
        case CHANGE_COMPACT:
                set_switch(run, change);
                break;
        case CHANGE_SLOTS:
                set_max_memory(run);
                break;
        case CHANGE_MACHINE:
                set_machine(run);
                break;
        case CHANGE_VIOMMU_BITS:
        case CHANGE_NO_DMA_TRANSLATION:
                set_viommu(run, change);
                break;
        case CHANGE_MMIO64:
                set_window(run);
                break;
        case CHANGE_LARGE_PAGES:
                set_large_pages(run);
                break;
        case CHANGE_REDUCED_BITS:
                xml_element_set_text(open_child(run, "launchSecurity", "reducedPhysBits"), "%u",
                                run->now.reduced_phys_bits);
                break;
        default:
                run->no_libvirt = true;
        }
}
