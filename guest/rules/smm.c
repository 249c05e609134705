/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* R7 again: OVMF that keeps its variables in System Management Mode, as images for secure boot do. */

#include "guest/firmware/firmware.h"
#include "guest/rules/run.h"

/* Without it the firmware stops before it places BARs (seen with OVMF 2022.11 and 2025.02), and on any machine but q35
 * (seen with 2025.02). */
static void rule_machine(CheckRun *run) {
        const Guest *guest = run->guest;
        CheckFinding *f;

        if (!vmm_of(guest)->has_smm || guest_firmware_smm(&guest->firmware) != TRISTATE_YES)
                return;
        if (guest->smm != TRISTATE_NO && guest->machine == MACHINE_Q35)
                return;
        f = check_find(run, RULE_WINDOW, VERDICT_UNSAFE, "firmware",
                        "the firmware stops: it requires System Management Mode, which the machine does not "
                        "provide");
        if (guest->machine != MACHINE_Q35) {
                check_numbers(run, f, "only machine type q35 provides SMM for OVMF");
                check_advice(run, f, "use machine type q35, or an OVMF image without Secure Boot");
        } else {
                check_numbers(run, f, "the machine has smm=off");
                check_advice(run, f,
                                "enable it (-machine smm=on, <smm state='on'/>), or use an OVMF image "
                                "without Secure Boot");
        }
}

/* Its page tables are its own, and map less than the firmware's where only that has 5 levels. */
static void rule_reach(CheckRun *run) {
        const Layout *layout = run->layout;
        const LayoutRange *range = check_window(layout);
        CheckFinding *f;

        if (layout->smm_bits == 0 || !range || !layout->starts)
                return;
        if (range->end <= width_end(layout->smm_bits)) {
                if (layout->phys_bits <= layout->smm_bits)
                        return;
                f = check_find(run, RULE_WINDOW, VERDICT_SAFE, "firmware",
                                "the firmware's System Management Mode maps fewer bits than the guest has; "
                                "the window for BARs ends below its limit");
        } else {
                f = check_find(run, RULE_WINDOW, VERDICT_UNSAFE, "firmware",
                                "the firmware's window for BARs ends above the addresses that its System "
                                "Management Mode maps");
                f->start = range->start;
                f->end = range->end;
        }
        check_numbers(run, f,
                        "it maps %u bits (up to 0x%" PRIx64
                        "); the guest has %u bits, the window ends at 0x%" PRIx64,
                        layout->smm_bits, width_end(layout->smm_bits), layout->phys_bits, range->end);
}

const CheckRule rules_smm[] = { rule_machine, rule_reach, NULL };
