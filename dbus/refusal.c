/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/refusal.h"

void refuse_call(sd_bus_message *call, User *user) {
        if (user->privileged || rate_limit_pass(&user->refusals))
                (void) sd_bus_reply_method_errorf(call, SD_BUS_ERROR_LIMITS_EXCEEDED,
                                "Too many calls by this user: try again in a few seconds.");
}

void refuse_large(sd_bus_message *call, User *user) {
        if (rate_limit_pass(&user->refusals))
                (void) sd_bus_reply_method_errorf(call, SD_BUS_ERROR_LIMITS_EXCEEDED,
                                "The answer is too large for the busy bus: use DescribeFd, or try again in a few seconds.");
}
