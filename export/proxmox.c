/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Custom CPU models of Proxmox VE, as sections of cpu-models.conf: one for guests without assigned devices, one for guests
 * with them. */

#include <inttypes.h>
#include <string.h>

#include "export/export.h"
#include "export/widths.h"
#include "fleet/proxmox-model.h"
#include "guest/vmm/vmm.h"

static void write_model(ExportText *text, unsigned bits, const char *what) {
        export_textf(text,
                        "\n"
                        "# %s: --cpu custom-hawd%u\n"
                        "cpu-model: hawd%u\n"
                        "    flags " PROXMOX_MODEL_FLAGS "%s\n"
                        "    phys-bits %u\n"
                        "    reported-model " PROXMOX_MODEL_REPORTED "\n",
                        what, bits, bits, bits > PROXMOX_MODEL_SMALL_BITS ? PROXMOX_MODEL_LARGE_FLAGS : "",
                        bits);
}

static bool has_model(ExportBits width) {
        return !width.unknown && cpu_bits_plausible(width.bits);
}

static void write_width(ExportText *text, ExportBits width, const char *what) {
        if (has_model(width))
                write_model(text, (unsigned) width.bits, what);
        else if (!width.unknown)
                export_textf(text, "\n# %s: none, %" PRIu64 " bits are no width of a CPU\n", what,
                                width.bits);
        else if (export_impossible(width))
                export_textf(text, "\n# %s: none, VFIO refuses every device of this host\n", what);
        else
                export_textf(text, "\n# %s: none, the width is unknown (%s)\n", what, width.unknown);
}

static void write_models(const Profile *profile, ExportText *text) {
        const ExportBits guest = export_safe(profile), devices = export_safe_with_devices(profile);

        export_puts(text,
                        "# CPU models with the address widths of this host, by hawd. See hawctl(1).\n"
                        "# Sections for /etc/pve/virtual-guest/cpu-models.conf, which all nodes of a\n"
                        "# cluster share: guests that migrate need the widths of 'hawctl baseline'.\n");
        if (*profile->host.architecture && strcmp(profile->host.architecture, "x86_64") != 0)
                export_textf(text, "\n# none: the architecture of this host is %s\n",
                                profile->host.architecture);
        else if (profile->xen.role == XEN_ROLE_CONTROL)
                export_puts(text, "\n# none: Xen runs this host, and Proxmox VE requires KVM\n");
        else if (has_model(guest) && has_model(devices) && guest.bits == devices.bits)
                write_width(text, guest, "With and without assigned devices");
        else {
                write_width(text, guest, "Without assigned devices");
                write_width(text, devices, "With assigned devices");
        }
}

const ExportFormat export_proxmox = { "proxmox", write_models };
