/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/verb/verbs.h"

#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"

const Verb verbs[] = {
        { "status", "", 0, 0, "Explain this host's address widths on one screen (default)",
                        "Shows the five widths with why each is what it is, the IOMMU units, the holes,\n"
                        "the groups and what follows from all that.\n\n"
                        "Example: hawctl status --root=server.tar.zst\n",
                        verb_status },
        { "describe", "", 0, 0, "Print the whole profile as JSON",
                        "The document that profile.schema.json describes; indented unless --json=short.\n\n"
                        "Example: hawctl describe | jq .widths.iovaBits\n",
                        verb_describe },
        { "iommus", "[UNIT...]", 0, -1, "List IOMMU units: registers, widths, devices",
                        "Second and first are the reach of the two kinds of page table; bits is what may\n"
                        "be relied on.\n\n"
                        "Example: hawctl iommus dmar0 --json=pretty\n",
                        verb_iommus },
        { "groups", "[GROUP...]", 0, -1, "List IOMMU groups: devices, reach, assignable or why not",
                        "Usable is what is left below the width once reserved regions are taken out.\n\n"
                        "Example: hawctl groups 14\n",
                        verb_groups },
        { "devices", "[DEVICE...]", 0, -1, "List PCI devices: group, driver, BARs",
                        "Names come from pci.ids where hawctl was built with libpci. The JSON is that of\n"
                        "the profile with \"name\" added.\n\n"
                        "Example: hawctl devices 0000:01:00.0\n",
                        verb_devices },
        { "regions", "", 0, 0, "List reserved regions and the usable IOVA ranges",
                        "Every range that no guest RAM may occupy when a device is to reach it, with the\n"
                        "groups that reserve it; then what is left for the host as a whole.\n\n"
                        "Example: hawctl regions --json=short\n",
                        verb_regions },
        { "map", "[GUEST]", 0, -1, "Draw the address space: memory, reach, limits, a guest",
                        "High addresses on top; not to scale where little lies between two. With a guest\n"
                        "its own layout stands beside the host's, and where they conflict.\n\n"
                        "      --firmware=KIND[:VERSION], --qemu=VERSION  As for check\n"
                        "      --svg[=FILE]         As SVG, to standard output or into FILE\n"
                        "      --ascii              No characters but ASCII\n\n"
                        "Example: hawctl map guest.json --svg=map.svg\n",
                        verb_map },
        { "check", "GUEST", 0, -1, "Tell whether a guest may run, and move, here",
                        "Lays the guest's addresses out as its VMM and firmware will, and holds them\n"
                        "against this host: a verdict (safe, warning or unsafe), what led to it with both\n"
                        "numbers, and the smallest change that was found to help. What is missing is\n"
                        "never safe. The exit status is 3 when unsafe, 2 when GUEST is not understood.\n\n"
                        "GUEST is a file with hawd's JSON, a libvirt domain's XML, a command line of QEMU\n"
                        "or Cloud Hypervisor (a script or libvirt's log of it too) or the latter's JSON,\n"
                        "or - for standard input; or -- and the command line itself.\n\n"
                        "      --pid=PID            The guest that runs as this process\n"
                        "      --firmware=KIND[:VERSION]  The firmware that starts the guest, as\n"
                        "                           ovmf:202411 or seabios:1.16.3\n"
                        "      --qemu=VERSION       The QEMU that runs it, as 9.2\n"
                        "      --defaults=FILE      Instead of /etc/hawd/guest-defaults.json\n"
                        "      --layout             Print the guest's address ranges too\n"
                        "      --for=PROFILE        May it go to that host? A document as 'hawctl\n"
                        "                           describe' prints it, a host tree or a capture;\n"
                        "                           may be given again\n\n"
                        "Example: virsh dumpxml vm1 | hawctl check - --for=other-host.json\n",
                        verb_check },
        { "audit", "", 0, 0, "Check every QEMU and Cloud Hypervisor that runs here",
                        "Reads the command line of each from /proc and checks it against this host: the\n"
                        "verdict, the guest's address bits, and the worst of what was found. The exit\n"
                        "status is 3 when one is unsafe, 1 when one could not be judged. Processes of\n"
                        "others may be hidden from who is not root. With --root, as if they ran on that\n"
                        "host.\n\n"
                        "Example: hawctl audit --json=short | jq '.[] | select(.verdict==\"unsafe\")'\n",
                        verb_audit },
        { "fit", "GUEST", 0, -1, "Tell how many devices fit beside a guest, at every width",
                        "Counts how many more devices the firmware's windows hold at this guest's\n"
                        "width, and which width would hold them all.\n\n"
                        "      --pid=PID            The guest that runs as this process\n"
                        "      --firmware=KIND[:VERSION], --qemu=VERSION  As for check\n"
                        "      --bar=SIZE           A 64-bit BAR of the device; again for each\n"
                        "      --device=ADDRESS     A device of this host instead\n"
                        "      --count=N            How many are wanted (default 1)\n\n"
                        "Example: hawctl fit guest.json --bar=128GiB --bar=32MiB --count=4\n",
                        verb_fit },
        { "compare", "A B", 2, 2, "Tell what a guest may meet that moves between two hosts",
                        "A and B are profile documents, host trees or captures, as for diff. The exit\n"
                        "status is 3 when one direction is unsafe.\n\n"
                        "Example: hawctl describe | hawctl compare - other-host.json\n",
                        verb_compare },
        { "monitor", "", 0, 0, "Print changes as they come",
                        "One line for each thing that changed, until interrupted; with --json a line of\n"
                        "JSON for each generation.\n\n"
                        "Example: hawctl monitor -j | jq .differences[].path\n",
                        verb_monitor },
        { "history", "[DIRECTORY]", 0, 1, "List the profiles of the last boots",
                        "The service keeps them in /var/lib/hawd; hawctl diff compares any two.\n\n"
                        "Example: hawctl history --json=pretty\n",
                        verb_history },
        { "decode", "KIND INPUT...", 1, -1, "Decode a table, dump or register of any machine",
                        "  dmar FILE          ACPI DMAR table, binary or hex dump\n"
                        "  ivrs FILE          ACPI IVRS table, binary or hex dump\n"
                        "  cpuid FILE         CPUID leaves as 'cpuid -1 -r' prints them\n"
                        "  vtd CAP ECAP       VT-d capability registers, hexadecimal\n"
                        "  amdvi EFR [EFR2]   AMD-Vi extended feature registers, hexadecimal\n\n"
                        "FILE - is standard input. Needs neither root nor the machine itself.\n\n"
                        "Example: hawctl decode vtd d2008c40660462 f050da\n",
                        verb_decode },
        { "capture", "[OUTPUT]", 0, 1, "Write one file that replays this host anywhere",
                        "OUTPUT is a .tar.zst archive, or a directory when it ends in a slash, or - for\n"
                        "standard output; by default HOSTNAME-DATE.hawd.tar.zst. Only its owner may read\n"
                        "it. Serial numbers and MAC addresses are left out.\n\n"
                        "      --force              Replace OUTPUT: a regular file, or a directory that\n"
                        "                           is a capture and holds nothing else\n\n"
                        "Example: sudo hawctl capture && hawctl status --root=vm-20261121.hawd.tar.zst\n",
                        verb_capture },
        { "diff", "A B", 2, 2, "Show what differs between two profiles",
                        "A and B are profile documents as 'hawctl describe' prints them, host trees, or\n"
                        "captures. A single - is standard input, for one of them. The exit status is 0\n"
                        "whether or not they differ.\n\n"
                        "Example: hawctl describe | hawctl diff yesterday.json -\n",
                        verb_diff },
        { "help", "[VERB]", 0, 1, "Show help for a verb", "", verb_help },
};
const unsigned n_verbs = ELEMENTS(verbs);

const Verb *verb_find(const char *name) {
        for (unsigned i = 0; i < n_verbs; i++)
                if (strcmp(verbs[i].name, name) == 0)
                        return &verbs[i];
        return NULL;
}

/* Edit distance, for words of a command line only. */
static size_t distance(const char *a, const char *b) {
        size_t row[32], n = strlen(b);

        for (size_t j = 0; j <= n; j++)
                row[j] = j;
        for (size_t i = 0; a[i]; i++) {
                size_t diagonal = row[0];

                row[0] = i + 1;
                for (size_t j = 0; j < n; j++) {
                        size_t best = diagonal + (a[i] != b[j]);

                        diagonal = row[j + 1];
                        if (row[j] + 1 < best)
                                best = row[j] + 1;
                        if (diagonal + 1 < best)
                                best = diagonal + 1;
                        row[j + 1] = best;
                }
        }
        return row[n];
}

const Verb *verb_nearest(const char *name) {
        const Verb *nearest = NULL;
        size_t least = 3;

        if (strlen(name) > 16)
                return NULL;
        for (unsigned i = 0; i < n_verbs; i++) {
                size_t d = distance(name, verbs[i].name);

                if (d < least) {
                        least = d;
                        nearest = &verbs[i];
                }
        }
        return nearest;
}
