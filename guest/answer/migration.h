/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* May a guest of one host go to another? Three questions with three answers: moved while it runs, its layout stays; started
 * anew, it is laid out there; and once there, a device may be plugged into the layout it came with. Pure. */

#include "guest/rules/check.h"

typedef enum MigrationKind {
        MIGRATION_LIVE = 0,
        MIGRATION_OFFLINE,
        MIGRATION_HOTPLUG,
        _MIGRATION_MAX,
} MigrationKind;

WORDS_DECLARE(MigrationKind, migration_kind);

typedef struct Migration {
        Verdict verdict;               /* the worst of those below */
        Check answers[_MIGRATION_MAX]; /* their layouts: live and hot-plug are empty, offline has that of the target */
} Migration;

void migration_done(Migration *migration);

/* `here` is the guest's check on the host it comes from. -ENOMEM. */
int check_migration(const Guest *guest, const Check *here, const Profile *source, const Profile *target,
                Migration *ret);
