/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fleet/settings-form.h"

#include <inttypes.h>

#include "fleet/proxmox-model.h"
#include "guest/remedy/remedy.h"
#include "probe/cleanup.h"

/* Below, an eighth of the address space is no more than the 32 GiB that old OVMF has anyway. */
#define WINDOW_BITS_MIN 39

typedef void Put(const SettingsRequest *request, FILE *file);

/* ── libvirt ───────────────────────────────────────────────────────────────────────────────────────────── */

static void put_limit(const SettingsRequest *request, FILE *file) {
        fprintf(file, "<maxphysaddr mode='passthrough' limit='%u'/>", request->bits);
}

static void put_emulate(const SettingsRequest *request, FILE *file) {
        fprintf(file, "<maxphysaddr mode='emulate' bits='%u'/>", request->bits);
}

static void put_passthrough(const SettingsRequest *request, FILE *file) {
        fputs("<maxphysaddr mode='passthrough'/>", file);
}

/* An eighth of the address space, as newer OVMF takes by itself, and 1 TiB at most. */
static uint64_t window_mib(const SettingsRequest *request) {
        return request->bits < 43 ? UINT64_C(1) << (request->bits - 23) : UINT64_C(1) << 20;
}

static void put_window(const SettingsRequest *request, FILE *file) {
        fprintf(file,
                        "<qemu:commandline xmlns:qemu='" LIBVIRT_QEMU_NAMESPACE "'>\n"
                        "  <qemu:arg value='-fw_cfg'/>\n"
                        "  <qemu:arg value='" OVMF_WINDOW_FORMAT "'/>\n"
                        "</qemu:commandline>",
                        window_mib(request));
}

static void put_domain(const char *mode, Put *cpu, Put *more, const SettingsRequest *request, bool ovmf,
                FILE *file) {
        fprintf(file,
                        "<domain type='kvm'><memory unit='GiB'>4</memory><os%s><type arch='x86_64' "
                        "machine='q35'>hvm</type></os><cpu mode='%s'>",
                        ovmf ? " firmware='efi'" : "", mode);
        cpu(request, file);
        fputs("</cpu>", file);
        if (more)
                more(request, file);
        fputs("</domain>", file);
}

static void limit_guest(const SettingsRequest *request, bool ovmf, FILE *file) {
        put_domain("host-passthrough", put_limit, NULL, request, ovmf, file);
}

static void emulate_guest(const SettingsRequest *request, bool ovmf, FILE *file) {
        put_domain("host-model", put_emulate, NULL, request, ovmf, file);
}

static void passthrough_guest(const SettingsRequest *request, bool ovmf, FILE *file) {
        put_domain("host-passthrough", put_passthrough, NULL, request, ovmf, file);
}

static void window_guest(const SettingsRequest *request, bool ovmf, FILE *file) {
        put_domain("host-passthrough", put_limit, put_window, request, ovmf, file);
}

/* ── QEMU ──────────────────────────────────────────────────────────────────────────────────────────────── */

static void qemu_host(const SettingsRequest *request, FILE *file) {
        fprintf(file, "-cpu host,host-phys-bits-limit=%u", request->bits);
}

static void qemu_model(const SettingsRequest *request, FILE *file) {
        fprintf(file, "-global cpu.host-phys-bits=on -global cpu.host-phys-bits-limit=%u", request->bits);
}

static void qemu_wide(const SettingsRequest *request, FILE *file) {
        fprintf(file, "-cpu host,host-phys-bits-limit=%u,guest-phys-bits=%u", request->cpu_bits,
                        request->bits);
}

static void qemu_window(const SettingsRequest *request, FILE *file) {
        qemu_host(request, file);
        fprintf(file, " \\\n  -fw_cfg " OVMF_WINDOW_FORMAT, window_mib(request));
}

static void put_qemu(Put *put, const SettingsRequest *request, bool ovmf, FILE *file) {
        fprintf(file, "qemu-system-x86_64 -accel kvm -machine q35 -m 4G %s", ovmf ? "-bios OVMF.fd " : "");
        put(request, file);
}

static void host_guest(const SettingsRequest *request, bool ovmf, FILE *file) {
        put_qemu(qemu_host, request, ovmf, file);
}

static void model_guest(const SettingsRequest *request, bool ovmf, FILE *file) {
        put_qemu(qemu_model, request, ovmf, file);
        fputs(" -cpu qemu64,+pdpe1gb", file);
}

static void wide_guest(const SettingsRequest *request, bool ovmf, FILE *file) {
        put_qemu(qemu_wide, request, ovmf, file);
}

static void qemu_window_guest(const SettingsRequest *request, bool ovmf, FILE *file) {
        put_qemu(qemu_window, request, ovmf, file);
}

/* ── Nova: the libvirt driver makes mode='emulate' of both ─────────────────────────────────────────────── */

static void nova_image(const SettingsRequest *request, FILE *file) {
        fprintf(file,
                        "openstack image set --property hw_maxphysaddr_mode=emulate \\\n"
                        "  --property hw_maxphysaddr_bits=%u IMAGE",
                        request->bits);
}

static void nova_passthrough(const SettingsRequest *request, FILE *file) {
        fputs("openstack image set --property hw_maxphysaddr_mode=passthrough IMAGE", file);
}

static void nova_flavor(const SettingsRequest *request, FILE *file) {
        fprintf(file,
                        "openstack --os-compute-api-version 2.85 flavor set \\\n"
                        "  --property hw:maxphysaddr_mode=emulate \\\n"
                        "  --property hw:maxphysaddr_bits=%u FLAVOR",
                        request->bits);
}

/* ── Proxmox VE ────────────────────────────────────────────────────────────────────────────────────────── */

static bool needs_large_pages(const SettingsRequest *request) {
        return request->bits > PROXMOX_MODEL_SMALL_BITS;
}

static void proxmox_model(const SettingsRequest *request, FILE *file) {
        fprintf(file,
                        "pvesh create /cluster/qemu/custom-cpu-models --cputype hawd%u \\\n"
                        "  --reported-model " PROXMOX_MODEL_REPORTED " --phys-bits %u \\\n"
                        "  --flags '" PROXMOX_MODEL_FLAGS "%s'\n"
                        "qm set VMID --cpu custom-hawd%u",
                        request->bits, request->bits,
                        needs_large_pages(request) ? PROXMOX_MODEL_LARGE_FLAGS : "", request->bits);
}

static void proxmox_qm(const SettingsRequest *request, FILE *file) {
        fprintf(file, "qm set VMID --cpu x86-64-v2-AES,%sphys-bits=%u",
                        needs_large_pages(request) ? "flags=+pdpe1gb," : "", request->bits);
}

static void proxmox_host(const SettingsRequest *request, FILE *file) {
        fprintf(file, "qm set VMID --cpu host,guest-phys-bits=%u", request->bits);
}

/* qemu-server's options; it sorts flags and appends the width. */
static void put_proxmox(const char *model, bool ovmf, FILE *file) {
        fprintf(file, "/usr/bin/kvm -id 100 -machine type=q35+pve0 -m 4096 %s-cpu %s",
                        ovmf ? "-bios OVMF.fd " : "", model);
}

static void proxmox_guest(const SettingsRequest *request, bool ovmf, FILE *file) {
        put_proxmox("qemu64,+aes,enforce,+kvm_pv_eoi,+kvm_pv_unhalt", ovmf, file);
        fprintf(file, "%s,+pni,+popcnt,+sse4.1,+sse4.2,+ssse3,phys-bits=%u",
                        needs_large_pages(request) ? ",+pdpe1gb" : "", request->bits);
}

static void proxmox_host_guest(const SettingsRequest *request, bool ovmf, FILE *file) {
        put_proxmox("host,+kvm_pv_eoi,+kvm_pv_unhalt", ovmf, file);
        fprintf(file, ",guest-phys-bits=%u", request->bits);
}

/* ── KubeVirt: no field for it; a hook changes the domain ──────────────────────────────────────────────── */

static void kubevirt_hook(const SettingsRequest *request, FILE *file) {
        fprintf(file,
                        "apiVersion: v1\n"
                        "kind: ConfigMap\n"
                        "metadata:\n"
                        "  name: hawd-width-%u\n"
                        "data:\n"
                        "  width.sh: |\n"
                        "    #!/bin/sh\n"
                        "    # Called with: --vmi JSON --domain XML\n"
                        "    printf '%%s\\n' \"$4\" | sed -e 's|<cpu\\( [^>]*[^/>]\\)\\{0,1\\}/>|<cpu\\1></cpu>|' \\\n"
                        "      -e \"s|<cpu\\( [^>]*\\)\\{0,1\\}>|&",
                        request->bits);
        put_limit(request, file);
        fprintf(file,
                        "|\"\n"
                        "---\n"
                        "# In spec.template of the VirtualMachine:\n"
                        "metadata:\n"
                        "  annotations:\n"
                        "    hooks.kubevirt.io/hookSidecars: >-\n"
                        "      [{\"args\": [\"--version\", \"v1alpha2\"], \"configMap\": {\"name\": \"hawd-width-%u\",\n"
                        "      \"key\": \"width.sh\", \"hookPath\": \"/usr/bin/onDefineDomain\"}}]",
                        request->bits);
}

/* ── all ───────────────────────────────────────────────────────────────────────────────────────────────── */

static const char *const setting_for_table[] = { "libvirt", "qemu", "nova", "proxmox", "kubevirt" };
WORDS_DEFINE(SettingFor, setting_for);

const SettingForm setting_forms[] = {
        { SETTING_LIBVIRT, "in <cpu>", "libvirt 9.3", "Older releases ignore limit=.", .paste = put_limit,
                        .guest = limit_guest },
        { SETTING_LIBVIRT, "in <cpu>, older releases", "libvirt 8.7",
                        "No effect with mode='host-passthrough'. libvirt rejects it where /proc/cpuinfo shows fewer bits.",
                        .paste = put_emulate, .guest = emulate_guest },
        { SETTING_LIBVIRT, "in <domain>, large BARs, OVMF before 202211", "",
                        "In addition to the width, not without it.", .only_devices = true,
                        .min_bits = WINDOW_BITS_MIN, .only_ovmf = true, .paste = put_window,
                        .guest = window_guest },
        { SETTING_QEMU, "-cpu host", "QEMU 4.0", "With -cpu host, phys-bits= has no effect.",
                        .paste = qemu_host, .guest = host_guest },
        { SETTING_QEMU, "any CPU model", "QEMU 4.0", "", .paste = qemu_model, .guest = model_guest },
        { SETTING_QEMU, "-cpu host, wider than devices", "QEMU 9.1 and OVMF 202408",
                        "SeaBIOS ignores guest-phys-bits. All memory must still lie within that width.",
                        .only_devices = true, .wide = true, .only_ovmf = true, .vmm = { 9, 1, 0 },
                        .ovmf = { 202408, 0, 0 }, .paste = qemu_wide, .guest = wide_guest },
        { SETTING_QEMU, "-cpu host, large BARs, OVMF before 202211", "QEMU 4.0", "",
                        .min_bits = WINDOW_BITS_MIN, .only_devices = true, .only_ovmf = true,
                        .paste = qemu_window, .guest = qemu_window_guest },
        { SETTING_NOVA, "image", "Nova 2024.1 and libvirt 8.7", "No effect with cpu_mode=host-passthrough.",
                        .paste = nova_image, .guest = emulate_guest },
        { SETTING_NOVA, "flavor", "Nova 2024.1 and libvirt 8.7",
                        "With API version 2.86 and later, Nova rejects these properties.",
                        .paste = nova_flavor, .guest = emulate_guest },
        { SETTING_NOVA, "image, the width of the hosts", "Nova 2025.1 and libvirt 8.7",
                        "Nova does not compare it: never migrate to a host of another width.",
                        .fallback = true, .paste = nova_passthrough, .guest = passthrough_guest },
        { SETTING_PROXMOX, "CPU model", "pve-manager 9.1.15", "", .paste = proxmox_model,
                        .guest = proxmox_guest },
        { SETTING_PROXMOX, "one guest", "Proxmox VE 8.0", "With type host, phys-bits= has no effect.",
                        .paste = proxmox_qm, .guest = proxmox_guest },
        { SETTING_PROXMOX, "one guest of type host", "qemu-server 9.0.18 and OVMF 202408",
                        "SeaBIOS ignores it. The guest has each host's own width: do not migrate it.",
                        .only_devices = true, .host_wide = true, .only_ovmf = true, .vmm = { 10, 0, 0 },
                        .ovmf = { 202408, 0, 0 }, .paste = proxmox_host, .guest = proxmox_host_guest },
        { SETTING_KUBEVIRT, "hook sidecar", "libvirt 9.3 and the feature gate Sidecar",
                        "If KubeVirt's sidecar image has no shell, add \"image\" with one that has.",
                        .paste = kubevirt_hook, .guest = limit_guest },
};
const size_t n_setting_forms = ELEMENTS(setting_forms);

bool setting_form_applies(const SettingForm *form, const SettingsRequest *request) {
        if (request->few &&
                        (form->consumer > SETTING_QEMU ||
                                        (form > setting_forms && form[-1].consumer == form->consumer)))
                return false;
        return (!form->only_devices || request->devices) &&
                        (!form->wide || request->cpu_bits > request->bits) &&
                        request->bits >= form->min_bits;
}
