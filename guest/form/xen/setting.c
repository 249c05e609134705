/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The names of settings: those of xl.cfg(5) from Xen 4.14 to 4.22. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/form/xen/xl.h"
#include "guest/nearest.h"
#include "probe/cleanup.h"

/* Read elsewhere, or without effect on the guest's addresses. */
static const char *const names[] = { "acpi", "acpi_firmware", "acpi_laptop_slate", "acpi_s3", "acpi_s4",
        "altp2m", "altp2m_count", "altp2mhvm", "apic", "arm_sci", "bios", "bios_path_override", "boot",
        "bootloader", "bootloader_args", "bootloader_restrict", "bootloader_user", "builder", "cap",
        "channel", "cmdline", "cpu_weight", "cpuid", "cpus", "cpus_soft", "device_model",
        "device_model_args", "device_model_args_hvm", "device_model_args_pv", "device_model_override",
        "device_model_stubdomain_override", "device_model_stubdomain_seclabel", "device_model_user",
        "device_model_version", "device_tree", "disk", "display", "dm_restrict", "driver_domain", "dtdev",
        "e820_host", "extra", "extratime", "firmware", "firmware_override", "gfx_passthru", "gic_version",
        "hap", "hdtype", "hpet", "hvm_pirq", "init_seclabel", "iomem", "ioports", "irqs", "kernel", "keymap",
        "latency", "llc_colors", "localtime", "max_event_channels", "max_grant_frames", "max_grant_version",
        "max_maptrack_frames", "maxmem", "maxvcpus", "mca_caps", "memory", "mmio_hole", "ms_vm_genid",
        "msr_relaxed", "name", "nestedhvm", "nographic", "nomigrate", "nr_spis", "nx", "on_crash",
        "on_poweroff", "on_reboot", "on_soft_reset", "on_watchdog", "oos", "opengl", "p9", "pae",
        "passthrough", "pci", "pci_msitranslate", "pci_permissive", "pci_power_mgmt", "pci_seize", "period",
        "pool", "pvcalls", "pvshim", "pvshim_cmdline", "pvshim_extra", "pvshim_path", "ramdisk", "rdm",
        "rdm_mem_boundary", "root", "rtc_timeoffset", "sdl", "seclabel", "serial", "shadow_memory", "slice",
        "smbios", "smbios_firmware", "soundhw", "spice", "spice_clipboard_sharing",
        "spice_image_compression", "spice_streaming_video", "spiceagent_mouse", "spicedisable_ticketing",
        "spicehost", "spicepasswd", "spiceport", "spicetls_port", "spiceusbredirection", "spicevdagent",
        "stdvga", "stubdomain_cmdline", "stubdomain_kernel", "stubdomain_memory", "stubdomain_ramdisk",
        "sve", "tee", "timer_mode", "trap_unmapped_accesses", "tsc_mode", "type", "usb", "usbctrl", "usbdev",
        "usbdevice", "usbversion", "uuid", "vcpus", "vdispl", "vendor_device", "vfb", "vga", "videoram",
        "vif", "vif2", "viridian", "virtio", "vkb", "vkb_device", "vmtrace_buf_kb", "vnc", "vncdisplay",
        "vnclisten", "vncpasswd", "vncunused", "vncviewer", "vnuma", "vpmu", "vpt_align", "vsnd", "vtpm",
        "vuart", "xauthority", "xen_platform_pci", "xen_platform_pci_bar_uc", "xend_suspend_evtchn_compat",
        "xenstore_feature_mask", "xenstore_quota" };

/* Those that may move memory, and that hawd does not follow. */
static const struct {
        const char *name, *why;
        bool off; /* 0, "" and [] have no effect */
} unsupported[] = {
        { "iomem", "maps memory of the host into the guest", true },
        { "gfx_passthru", "an assigned graphics device in place of the emulated one, with its own memory",
                        true },
        { "device_model_override", "another device model than Xen's QEMU may have other devices", false },
        { "pvshim", "a Xen within the guest", true },
};

static bool is_off(const XlValue *value) {
        if (value->is_list)
                return value->n == 0;
        return !*value->text || strcmp(value->text, "0") == 0;
}

static int note_unsupported(Xl *xl) {
        for (size_t i = 0; i < ELEMENTS(unsupported); i++) {
                const XlSetting *setting = xl_find(xl, unsupported[i].name);
                int r;

                if (!setting || (unsupported[i].off && is_off(&setting->value)))
                        continue;
                if (!xl->hvm && strcmp(unsupported[i].name, "iomem") != 0 &&
                                strcmp(unsupported[i].name, "pvshim") != 0)
                        continue;
                r = vm_ignore(&xl->vm, unsupported[i].name, "%s: hawd does not follow it",
                                unsupported[i].why);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* cpuid=["0x80000008:eax=…"] with fixed bits is another width than the host's. */
static int note_cpuid(Xl *xl) {
        const XlSetting *setting = xl_find(xl, "cpuid");

        for (size_t i = 0; setting && setting->value.is_list && i < setting->value.n; i++) {
                const char *text = xl_item(xl, &setting->value, i),
                           *bits = text ? strstr(text, "eax=") : NULL;
                int r;

                if (!bits || strtoul(text, NULL, 0) != 0x80000008 || strcspn(bits + 4, "01") >= 32)
                        continue;
                r = vm_ignore(&xl->vm, "cpuid",
                                "changes the address width in leaf 0x80000008: hawd does not "
                                "follow it");
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Older Xen ignores the setting; which one it is, the host says later. */
static int note_platform(Xl *xl) {
        Tristate uncached = TRISTATE_UNKNOWN;
        int r = xl_toggle(xl, "xen_platform_pci_bar_uc", &uncached);

        if (r < 0 || !xl->hvm || uncached != TRISTATE_NO)
                return r;
        return vm_ignore(&xl->vm, "xen_platform_pci_bar_uc",
                        "makes hvmloader of Xen 4.21 and later place a BAR at the end of the hole: "
                        "hawd does not follow it");
}

/* xl ignores names that it does not know. */
static int note_unknown(Xl *xl, const XlSetting *setting) {
        Nearest nearest = nearest_to(setting->name);

        if (VM_ONE_OF(setting->name, names))
                return 0;
        for (size_t i = 0; i < ELEMENTS(names); i++)
                nearest_try(&nearest, names[i]);
        if (nearest.found)
                return vm_bounded(&xl->vm,
                                guest_assume(xl->vm.guest, setting->name,
                                                "line %u: xl ignores this name: did you mean %s?",
                                                setting->line, nearest.found));
        return vm_bounded(&xl->vm,
                        guest_assume(xl->vm.guest, setting->name, "line %u: xl ignores this name",
                                        setting->line));
}

/* For remedies: what may be changed, as it is now. */
static int keep(Xl *xl, const XlSetting *setting) {
        static const char *const kept[] = { "memory", "maxmem", "mmio_hole", "rdm", "rdm_mem_boundary",
                "pci", "hap", "firmware", "bios", "vga", "stdvga", "videoram", "device_model_args",
                "device_model_args_hvm", "passthrough", "nestedhvm", "type", "builder", "xen_platform_pci",
                "device_model_version", "shadow_memory", "vif" };
        _cleanup_free_ char *text = NULL;

        if (!VM_ONE_OF(setting->name, kept) || xl_config_get(xl->config, setting->name) != setting)
                return 0;
        text = xl_value_text(&setting->value);
        return text ? vm_bounded(&xl->vm, guest_form_add_option(&xl->vm.guest->form, setting->name, text))
                    : -ENOMEM;
}

int xl_settings_note(Xl *xl) {
        int r = note_unsupported(xl);

        if (r >= 0)
                r = note_cpuid(xl);
        if (r >= 0)
                r = note_platform(xl);
        for (size_t i = 0; i < xl->config->n && r >= 0; i++) {
                r = note_unknown(xl, &xl->config->settings[i]);
                if (r >= 0)
                        r = keep(xl, &xl->config->settings[i]);
        }
        return r;
}

/* ── recognition ───────────────────────────────────────────────────────────────────────────────────────── */

/* "NAME =" or "NAME +=" of a known setting. */
static bool line_sets(const char *line, const char *end) {
        char name[32];
        size_t n;

        while (line < end && (*line == ' ' || *line == '\t'))
                line++;
        for (n = 0; line + n < end && n < sizeof(name) - 1 &&
                        strchr("abcdefghijklmnopqrstuvwxyz0123456789_", line[n]);
                        n++)
                name[n] = line[n];
        name[n] = 0;
        for (line += n; line < end && (*line == ' ' || *line == '\t' || *line == '+'); line++)
                ;
        return n > 0 && line < end && *line == '=' && VM_ONE_OF(name, names);
}

static bool is_prompt(const char *line, const char *end) {
        const char *at = memchr(line, '@', (size_t) (end - line)), *sign;

        if (!at || memchr(line, '=', (size_t) (at - line)) || memchr(line, '"', (size_t) (at - line)) ||
                        *line == '#')
                return false;
        for (sign = at; sign < end && *sign != '#' && *sign != '$'; sign++)
                if (strchr("=\"'", *sign))
                        return false;
        return sign < end && (sign + 1 == end || sign[1] == ' ' || sign[1] == '\r');
}

/* "NAME =" of any name. */
static bool is_assignment(const char *line, const char *end) {
        const char *c = line;

        while (c < end && strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._", *c))
                c++;
        if (c == line)
                return false;
        while (c < end && (*c == ' ' || *c == '\t' || *c == '+'))
                c++;
        return c < end && *c == '=';
}

bool xl_is_config(const char *text, size_t n) {
        const char *over = text + n;
        bool first = true, sets = false;

        for (const char *line = text, *end; line < over; line = end + 1) {
                const char *start = line;

                end = memchr(line, '\n', (size_t) (over - line));
                end = end ? end : over;
                while (start < end && strchr(" \t\r;", *start))
                        start++;
                if (start == end || *start == '#' || is_prompt(start, end)) {
                        if (end - start > 1 && first && start[1] == '!')
                                return false;
                        continue;
                }
                if (first && !is_assignment(start, end))
                        return false;
                first = false;
                sets = sets || line_sets(start, end);
        }
        return sets;
}

/* Other programs have a memory and a name, too. */
bool xl_is_python(const char *text, size_t n) {
        const char *over = text + n;

        for (const char *line = text, *end; line < over; line = end + 1) {
                end = memchr(line, '\n', (size_t) (over - line));
                end = end ? end : over;
                if ((strncmp(line, "vif", 3) == 0 || strncmp(line, "builder", 7) == 0) &&
                                line_sets(line, end))
                        return true;
        }
        return false;
}

void xl_plain(char *text, size_t *n) {
        char *out = text, *over = text + *n;

        for (char *line = text, *end; line < over; line = end + (end < over)) {
                end = memchr(line, '\n', (size_t) (over - line));
                end = end ? end : over;
                if (!is_prompt(line, end))
                        for (const char *c = line; c < end; c++)
                                if (*c != '\r')
                                        *out++ = *c;
                if (end < over)
                        *out++ = '\n';
        }
        *n = (size_t) (out - text);
        *out = 0;
}
