/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/machine.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "probe/cleanup.h"
#include "probe/decode/text.h"

/* Distributions' own machine types and the upstream version with the same rules: that of the release's
 * QEMU. */
static const struct {
        const char *name;
        GuestVersion version;
} named[] = {
        { "trusty", { 2, 0 } },
        { "utopic", { 2, 1 } },
        { "vivid", { 2, 2 } },
        { "wily", { 2, 3 } },
        { "xenial", { 2, 5 } },
        { "yakkety", { 2, 6 } },
        { "zesty", { 2, 8 } },
        { "artful", { 2, 10 } },
        { "bionic", { 2, 11 } },
        { "cosmic", { 2, 12 } },
        { "disco", { 3, 1 } },
        { "eoan", { 4, 0 } },
        { "focal", { 4, 2 } },
        { "groovy", { 5, 0 } },
        { "hirsute", { 5, 2 } },
        { "impish", { 6, 0 } },
        { "jammy", { 6, 2 } },
        { "kinetic", { 7, 0 } },
        { "lunar", { 7, 2 } },
        { "mantic", { 8, 0 } },
        { "noble", { 8, 2 } },
        { "oracular", { 9, 0 } },
        { "plucky", { 9, 2 } },
        { "rhel7.3.0", { 2, 6 } },
        { "rhel7.4.0", { 2, 9 } },
        { "rhel7.5.0", { 2, 10 } },
        { "rhel7.6.0", { 2, 12 } },
        { "rhel8.0.0", { 3, 1 } },
        { "rhel8.1.0", { 4, 1 } },
        { "rhel8.2.0", { 4, 2 } },
        { "rhel8.3.0", { 5, 1 } },
        { "rhel8.4.0", { 5, 2 } },
        { "rhel8.5.0", { 6, 0 } },
        { "rhel8.6.0", { 6, 2 } },
        { "rhel9.0.0", { 6, 2 } },
        { "rhel9.2.0", { 7, 2 } },
        { "rhel9.4.0", { 8, 2 } },
};

int guest_version_from_text(const char *text, bool tail, GuestVersion *ret) {
        uint32_t parts[3] = {};

        for (size_t i = 0;; i++) {
                size_t n = strspn(text, "0123456789");
                uint64_t number;

                if (n == 0 || i >= 3 ||
                                !text_u64((Bytes){ .data = (const uint8_t *) text, .n = n }, 10, &number) ||
                                number > UINT32_MAX)
                        return -EINVAL;
                parts[i] = (uint32_t) number;
                text += n;
                if (*text != '.' || (tail && (i == 2 || !strchr("0123456789", text[1]) || !text[1])))
                        break;
                text++;
        }
        if (*text && !tail)
                return -EINVAL;
        *ret = (GuestVersion){ parts[0], parts[1], parts[2] };
        return 0;
}

void guest_version_to_text(const GuestVersion *version, char *ret, size_t size) {
        if (version->patch > 0)
                snprintf(ret, size, "%u.%u.%u", version->major, version->minor, version->patch);
        else if (version->minor > 0 || version->major < 1000)
                snprintf(ret, size, "%u.%u", version->major, version->minor);
        else
                snprintf(ret, size, "%u", version->major);
}

int guest_version_compare(const GuestVersion *a, const GuestVersion *b) {
        if (a->major != b->major)
                return a->major < b->major ? -1 : 1;
        if (a->minor != b->minor)
                return a->minor < b->minor ? -1 : 1;
        return a->patch < b->patch ? -1 : a->patch > b->patch;
}

bool version_reaches(GuestVersion version, uint32_t major, uint32_t minor, uint32_t patch) {
        return guest_version_compare(&version, &(GuestVersion){ major, minor, patch }) >= 0;
}

/* Before 1.4 there was one chipset: "pc-1.3". */
static bool has_short_name(const GuestVersion *version) {
        return version->major < 1 || (version->major == 1 && version->minor < 4);
}

/* The part after "pc-q35-". */
static void read_version(const char *text, GuestVersion *ret_version, bool *ret_exact) {
        *ret_version = (GuestVersion){};
        *ret_exact = guest_version_from_text(text, false, ret_version) >= 0;
        for (size_t i = 0; !*ret_exact && i < ELEMENTS(named); i++) {
                size_t n = strlen(named[i].name);

                if (strncmp(text, named[i].name, n) == 0 && (!text[n] || text[n] == '-'))
                        *ret_version = named[i].version;
        }
}

/* Proxmox appends its revision to a machine type: "pc-q35-9.2+pve1", "q35+pve0". It affects no address. */
static size_t without_revision(const char *name) {
        const char *plus = strstr(name, "+pve");

        return plus && plus[4] && !plus[4 + strspn(plus + 4, "0123456789")] ? (size_t) (plus - name)
                                                                            : strlen(name);
}

int machine_from_name(const char *name, MachineKind *ret_kind, GuestVersion *ret_version, bool *ret_exact) {
        static const struct {
                const char *name; /* ends in a dash: a version follows */
                MachineKind kind;
        } machines[] = {
                { "pc-q35-", MACHINE_Q35 },
                { "pc-i440fx-", MACHINE_PC },
                { "pc-", MACHINE_PC }, /* before 1.4: pc-1.0, pc-0.14 */
                { "q35", MACHINE_Q35 },
                { "pc", MACHINE_PC },
                { "microvm", MACHINE_MICROVM },
                { "virt-", MACHINE_VIRT },
                { "virt", MACHINE_VIRT },
                { "cloud-hypervisor", MACHINE_CLOUD_HYPERVISOR },
                { "xen-hvm", MACHINE_XEN_HVM },
                { "xen-pvh", MACHINE_XEN_PVH },
                { "xen-pv", MACHINE_XEN_PV },
        };
        char plain[64];
        size_t length = without_revision(name);

        if (length >= sizeof(plain))
                return -EINVAL;
        memcpy(plain, name, length);
        plain[length] = 0;
        name = plain;
        for (size_t i = 0; i < ELEMENTS(machines); i++) {
                size_t n = strlen(machines[i].name);
                bool versioned = machines[i].name[n - 1] == '-';

                if (strncmp(name, machines[i].name, n) != 0 || (versioned ? !name[n] : !!name[n]))
                        continue;
                if (n == strlen("pc-") && versioned && !strchr("0123456789", name[n]))
                        continue;
                *ret_kind = machines[i].kind;
                *ret_version = (GuestVersion){};
                *ret_exact = true;
                if (versioned)
                        read_version(name + n, ret_version, ret_exact);
                if (n == strlen("pc-") && versioned && *ret_exact && !has_short_name(ret_version))
                        return -EINVAL;
                return 0;
        }
        return -EINVAL;
}

GuestArchitecture machine_architecture(MachineKind kind) {
        return kind == MACHINE_VIRT ? ARCHITECTURE_ARM64 : ARCHITECTURE_X86;
}

/* Before the version. */
static const char *prefix_of(MachineKind kind) {
        return kind == MACHINE_Q35 ? "pc-q35-" : kind == MACHINE_VIRT ? "virt-" : "pc-i440fx-";
}

int guest_set_machine(Guest *guest, const char *name) {
        const char *flavour = strstr(name, "-hpb");
        char text[40];
        bool exact;
        int r;

        r = machine_from_name(name, &guest->machine, &guest->machine_version, &exact);
        guest->machine_own[0] = 0;
        if (r >= 0 && guest->machine != MACHINE_CLOUD_HYPERVISOR)
                guest->architecture = machine_architecture(guest->machine);
        if (r < 0 || exact)
                return r;
        if (guest_version_known(&guest->machine_version))
                snprintf(guest->machine_own, sizeof(guest->machine_own), "%s",
                                name + strlen(prefix_of(guest->machine)));
        /* Ubuntu's "-hpb": host-phys-bits. */
        if (flavour && !flavour[4] && guest->cpu.width_mode == WIDTH_DEFAULT)
                guest->cpu.width_mode = WIDTH_HOST;
        if (!guest_version_known(&guest->machine_version))
                r = guest_ignore(guest, "machine", "%s: its version is unknown", name);
        if (r < 0 || !guest_version_known(&guest->machine_version))
                return r;
        guest_version_to_text(&guest->machine_version, text, sizeof(text));
        return guest_assume(guest, "machine", "%s follows version %s", name, text);
}

int guest_note_machine(Guest *guest) {
        const GuestCpu *cpu = &guest->cpu;
        bool given = cpu->width_mode == WIDTH_EXPLICIT || (cpu->width_mode == WIDTH_HOST && cpu->limit > 0);
        char name[64];

        if (!strstr(guest->machine_own, "rhel") || given || guest->architecture != ARCHITECTURE_X86)
                return 0;
        machine_to_name(guest->machine, &guest->machine_version, guest->machine_own, name, sizeof(name));
        for (size_t i = 0; i < guest->n_ignored; i++)
                if (strcmp(guest->ignored[i].what, "machine") == 0)
                        return 0;
        if (cpu->width_mode == WIDTH_HOST)
                return guest_ignore(guest, "machine",
                                "%s may limit the guest's address width: set host-phys-bits-limit", name);
        return guest_ignore(guest, "machine",
                        "%s may set the guest's address width: set phys-bits or host-phys-bits", name);
}

void machine_to_name(
                MachineKind kind, const GuestVersion *version, const char *own, char *ret, size_t size) {
        static const char *const names[_MACHINE_KIND_MAX] = {
                [MACHINE_PC] = "pc",
                [MACHINE_Q35] = "q35",
                [MACHINE_MICROVM] = "microvm",
                [MACHINE_CLOUD_HYPERVISOR] = "cloud-hypervisor",
                [MACHINE_VIRT] = "virt",
                [MACHINE_XEN_HVM] = "xen-hvm",
                [MACHINE_XEN_PVH] = "xen-pvh",
                [MACHINE_XEN_PV] = "xen-pv",
        };
        char text[40];

        guest_version_to_text(version, text, sizeof(text));
        if (*own)
                snprintf(text, sizeof(text), "%.39s", own);
        if (guest_version_known(version) && kind == MACHINE_PC && has_short_name(version) && !*own)
                snprintf(ret, size, "pc-%s", text);
        else if (guest_version_known(version) &&
                        (kind == MACHINE_PC || kind == MACHINE_Q35 || kind == MACHINE_VIRT))
                snprintf(ret, size, "%s%s", prefix_of(kind), text);
        else
                snprintf(ret, size, "%s", (unsigned) kind < _MACHINE_KIND_MAX ? names[kind] : "pc");
}
