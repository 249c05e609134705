/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Changes as one Proxmox VE command: "qm set ID --cpu ... --machine ... --args ...". Setting a property
 * replaces it completely, so its known parts on the command line are repeated. */

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/cpu-model.h"
#include "guest/machine.h"
#include "guest/option-value.h"
#include "guest/remedy/remedy.h"
#include "probe/cleanup.h"
#include "profile/shell-word.h"

#define TEXT_MAX 512

typedef struct Properties {
        char cpu[TEXT_MAX], machine[TEXT_MAX], args[TEXT_MAX], memory[32], hotplug[32];
        bool refused; /* qm does not accept one of the values */
} Properties;

static void append(char text[TEXT_MAX], const char *format, ...) __attribute__((format(printf, 2, 3)));

static void append(char text[TEXT_MAX], const char *format, ...) {
        size_t n = strlen(text);
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(text + n, TEXT_MAX - n, format, arguments);
        va_end(arguments);
}

/* Properties cannot contain a comma or semicolon, and qm accepts only words as values. Other text would be
 * another property, or rejected. */
static bool is_word(const char *text) {
        return *text &&
                        !text[strspn(text,
                                        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-")] &&
                        strlen(text) < 64;
}

static void append_word(Properties *properties, char text[TEXT_MAX], const char *before, const char *word) {
        if (is_word(word))
                append(text, "%s%s", before, word);
        else
                properties->refused = true;
}

static const char *value_of(const json_t *option) {
        const char *value = json_string_value(json_array_get(option, 1));

        return value ? value : "";
}

static bool is_on(const char *cpu, const char *flag) {
        _cleanup_free_ char *value = option_get(cpu, "model", flag);

        return value && (strcmp(value, "on") == 0 || strcmp(value, "true") == 0);
}

/* Its models x86-64-vN are QEMU's qemu64 with flags. */
static const char *cpu_type(const char *cpu, const char *model) {
        if (strcmp(model, "qemu64") != 0)
                return model;
        return is_on(cpu, "avx512f")           ? "x86-64-v4"
                        : is_on(cpu, "avx2")   ? "x86-64-v3"
                        : is_on(cpu, "aes")    ? "x86-64-v2-AES"
                        : is_on(cpu, "popcnt") ? "x86-64-v2"
                                               : model;
}

/* Flags that a guest's configuration may have. */
static void put_flags(char text[TEXT_MAX], const char *cpu, bool own_aes, bool large_pages) {
        static const char *const flags[] = { "aes", "pcid", "spec-ctrl", "ssbd", "ibpb", "virt-ssbd",
                "amd-ssbd", "amd-no-ssb", "md-clear", "pdpe1gb" };
        const char *sign = ",flags=";

        for (size_t i = 0; i < ELEMENTS(flags); i++) {
                bool wanted = large_pages && strcmp(flags[i], "pdpe1gb") == 0;

                if (!wanted && (!is_on(cpu, flags[i]) || (own_aes && i == 0)))
                        continue;
                append(text, "%s+%s", sign, flags[i]);
                sign = ";";
        }
}

/* The current CPU without widths. */
static void start_cpu(const ChangeRun *run, Properties *properties, bool large_pages) {
        const json_t *option = NULL;
        const char *cpu, *type;
        _cleanup_free_ char *model = NULL, *hidden = NULL, *vendor = NULL;

        for (size_t i = 0; i < json_array_size(run->before.form.options); i++) {
                const json_t *its = json_array_get(run->before.form.options, i);

                if (strcmp(json_string_value(json_array_get(its, 0)), "cpu") == 0)
                        option = its;
        }
        cpu = value_of(option);
        model = option_get(cpu, "model", "model");
        hidden = option_get(cpu, "model", "kvm");
        vendor = option_get(cpu, "model", "hv-vendor-id");
        type = cpu_type(cpu, model ? model : GUEST_CPU_MODEL_DEFAULT);
        append_word(properties, properties->cpu, "", type);
        put_flags(properties->cpu, cpu, strncmp(type, "x86-64-v", 8) == 0, large_pages);
        if (hidden && strcmp(hidden, "off") == 0)
                append(properties->cpu, ",hidden=1");
        if (vendor && strcmp(vendor, "proxmox") != 0)
                append_word(properties, properties->cpu, ",hv-vendor-id=", vendor);
}

static void set_cpu(ChangeRun *run, Properties *properties, bool large_pages) {
        const GuestCpu *cpu = &run->now.cpu, *was = &run->before.cpu;
        bool own_host = strcmp(cpu->model, "host") == 0 || strcmp(cpu->model, "max") == 0;

        /* Proxmox has no CPU property for a limit alone. */
        if (large_pages || cpu->guest_phys_bits != was->guest_phys_bits || !own_host) {
                start_cpu(run, properties, large_pages);
                change_note(run, "keep the other settings that qm config %" PRIu32 " shows in cpu",
                                run->before.form.id);
        }
        if (cpu->guest_phys_bits && *properties->cpu) {
                append(properties->cpu, ",guest-phys-bits=%u", cpu->guest_phys_bits);
                change_note(run, "guest-phys-bits requires qemu-server 9.0.18 or later");
        }
        if (cpu->width_mode == WIDTH_EXPLICIT)
                append(properties->cpu, ",phys-bits=%u", cpu->phys_bits);
        else if (cpu->width_mode == WIDTH_HOST && *properties->cpu && !own_host)
                append(properties->cpu, ",phys-bits=host");
        if (cpu->width_mode == WIDTH_HOST && cpu->limit && cpu->limit != was->limit)
                append(properties->args, " -global cpu.host-phys-bits-limit=%u", cpu->limit);
}

static void set_machine(ChangeRun *run, Properties *properties) {
        const Guest *now = &run->now;
        const bool same = now->machine_version.major == run->before.machine_version.major &&
                        now->machine_version.minor == run->before.machine_version.minor;
        const json_t *option = change_option_find(run, "machine", NULL);
        _cleanup_free_ char *type = option_get(value_of(option), "type", "type");
        char name[64];

        if (same && type) {
                char *plus = strstr(type, "+pve");

                /* q35 also has "+pve0" if no version was chosen. */
                if (plus && strncmp(type, "pc-", 3) != 0)
                        *plus = 0;
                append_word(properties, properties->machine, "", type);
        } else {
                machine_to_name(now->machine, &now->machine_version, "", name, sizeof(name));
                append(properties->machine, "%s", name);
        }
        if (now->viommu.kind == VIOMMU_INTEL)
                append(properties->machine, ",viommu=intel");
        else if (now->viommu.kind == VIOMMU_VIRTIO)
                append(properties->machine, ",viommu=virtio");
        if (now->viommu.aw_bits) {
                append(properties->machine, ",aw-bits=%u", now->viommu.aw_bits);
                change_note(run, "aw-bits requires qemu-server 9.0.21 or later");
        }
}

static void set_memory(ChangeRun *run, const Change *change, Properties *properties) {
        const GuestMemory *memory = &run->now.memory;

        if (change->kind == CHANGE_RAM)
                snprintf(properties->memory, sizeof(properties->memory), "%" PRIu64,
                                (memory->ram + guest_plugged(memory)) >> 20);
        else if (memory->max == 0)
                snprintf(properties->hotplug, sizeof(properties->hotplug), "network,disk,usb");
        else
                run->no_proxmox = true;
}

/* Guest before and after all changes. */
static void collect(ChangeRun *run, const Change *changes, size_t n, Properties *properties) {
        bool cpu = false, large_pages = false, machine = false;

        for (size_t i = 0; i < n; i++)
                switch (changes[i].kind) {
                case CHANGE_LARGE_PAGES:
                        cpu = large_pages = true;
                        break;
                case CHANGE_WIDTH:
                case CHANGE_WIDTH_HOST:
                case CHANGE_GUEST_BITS:
                        cpu = true;
                        break;
                case CHANGE_MACHINE:
                case CHANGE_VIOMMU_BITS:
                        machine = true;
                        break;
                case CHANGE_MAX_MEMORY:
                case CHANGE_RAM:
                        set_memory(run, &changes[i], properties);
                        break;
                case CHANGE_HOLE64:
                        append(properties->args, " -global %s.pci-hole64-size=%" PRIu64 "M",
                                        run->now.machine == MACHINE_PC ? "i440FX-pcihost" : "q35-pcihost",
                                        changes[i].value >> 20);
                        break;
                case CHANGE_NO_DMA_TRANSLATION:
                        append(properties->args, " -global intel-iommu.dma-translation=off");
                        break;
                case CHANGE_MMIO64:
                        append(properties->args, " -fw_cfg " OVMF_WINDOW_FORMAT, changes[i].value);
                        break;
                default:
                        run->no_proxmox = true;
                }
        if (cpu)
                set_cpu(run, properties, large_pages);
        if (machine)
                set_machine(run, properties);
}

static int put_property(FILE *file, const char *name, const char *value) {
        _cleanup_free_ char *quoted = NULL;

        if (!*value)
                return 0;
        quoted = shell_word(value);
        if (quoted)
                fprintf(file, " --%s %s", name, quoted);
        return quoted ? 0 : -1;
}

char *change_proxmox(ChangeRun *run, const Change *changes, size_t n) {
        Properties properties = {};
        char *text = NULL;
        size_t size;
        FILE *file;
        int r;

        collect(run, changes, n, &properties);
        if (run->no_proxmox || properties.refused) {
                change_note(run,
                                run->no_proxmox ? "Proxmox VE does not support this setting"
                                                : "no qm command: the guest has a CPU or machine that qm "
                                                  "does not support");
                return strdup("");
        }
        file = open_memstream(&text, &size);
        if (!file)
                return NULL;
        fprintf(file, "qm set %" PRIu32, run->before.form.id);
        r = put_property(file, "cpu", properties.cpu) | put_property(file, "machine", properties.machine) |
                        put_property(file, "memory", properties.memory) |
                        put_property(file, "hotplug", properties.hotplug) |
                        put_property(file, "args", *properties.args ? properties.args + 1 : "");
        if (*properties.args)
                change_note(run, "--args replaces args: add the arguments that qm config %" PRIu32 " shows",
                                run->before.form.id);
        if (fclose(file) == 0 && r == 0)
                return text;
        free(text);
        return NULL;
}
