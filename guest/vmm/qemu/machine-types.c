/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/vmm/qemu/machine-types.h"

#include <string.h>

#include "guest/vmm/policy.h"
#include "probe/cleanup.h"

/* The last minor release of each major one, as far as they are known; from 4 on there are three a year. */
#define LAST_MINOR 2

static bool was_released(MachineKind kind, GuestVersion version) {
        static const uint32_t last[] = { 15, 7, 12, 1 };

        if (version.patch &&
                        (kind != MACHINE_Q35 || version.major != 4 || version.minor || version.patch != 1))
                return false;
        if (version.major == 0)
                return kind == MACHINE_PC && version.minor >= 10 && version.minor <= last[0];
        if (version.major == 1 && kind == MACHINE_Q35 && version.minor < 4)
                return false;
        return version.minor <= (version.major < ELEMENTS(last) ? last[version.major] : LAST_MINOR);
}

/* 9.1.50 to 9.1.94 are on the way to 9.2. */
GuestVersion policy_newest_machine(GuestVersion program) {
        GuestVersion newest = { program.major, program.minor, 0 };

        if (program.patch >= 50 && newest.minor >= LAST_MINOR)
                newest = (GuestVersion){ program.major + 1, 0, 0 };
        else if (program.patch >= 50)
                newest.minor++;
        return newest;
}

/* From 10.1 on they go by age: six years, which are 18 releases. */
static GuestVersion oldest_by_age(GuestVersion newest) {
        if (newest.minor >= LAST_MINOR)
                return (GuestVersion){ newest.major - 5, 0, 0 };
        return (GuestVersion){ newest.major - 6, newest.minor + 1, 0 };
}

static GuestVersion oldest(MachineKind kind, GuestVersion newest) {
        static const struct {
                GuestVersion program, machine;
        } pc[] = {
                { { 9, 1 }, { 2, 4 } },
                { { 8, 2 }, { 2, 0 } },
                { { 6, 0 }, { 1, 4 } },
                { { 5, 0 }, { 1, 0 } },
                { { 4, 0 }, { 0, 12 } },
        };

        if (version_reaches(newest, 10, 1, 0))
                return oldest_by_age(newest);
        if (kind == MACHINE_Q35)
                return version_reaches(newest, 4, 0, 0) ? (GuestVersion){ 2, 4, 0 }
                                                        : (GuestVersion){ 1, 4, 0 };
        for (size_t i = 0; i < ELEMENTS(pc); i++)
                if (version_reaches(newest, pc[i].program.major, pc[i].program.minor, 0))
                        return pc[i].machine;
        return (GuestVersion){};
}

MachineFate policy_machine(
                MachineKind kind, GuestVersion machine, GuestVersion program, GuestVersion *ret_oldest) {
        GuestVersion newest = policy_newest_machine(program);

        *ret_oldest = (GuestVersion){};
        if ((kind != MACHINE_PC && kind != MACHINE_Q35) || !version_known(machine))
                return MACHINE_THERE;
        if (!was_released(kind, machine))
                return MACHINE_NEVER;
        if (!version_known(program))
                return MACHINE_THERE;
        *ret_oldest = oldest(kind, newest);
        if (!version_reaches(newest, machine.major, machine.minor, 0))
                return MACHINE_NEWER;
        return version_reaches(machine, ret_oldest->major, ret_oldest->minor, 0) ? MACHINE_THERE
                                                                                 : MACHINE_GONE;
}

const char *policy_machine_of(const char *own) {
        if (!*own)
                return "";
        return strncmp(own, "rhel", 4) == 0 ? "rhel" : "ubuntu";
}
