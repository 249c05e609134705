/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Names on the bus. Each has the version: its meaning never changes. */

#define HAWD_BUS_NAME "org.hawd.AddressWidth1"
#define HAWD_PATH "/org/hawd/AddressWidth1"
#define HAWD_IOMMU_PATH HAWD_PATH "/iommu"
#define HAWD_GROUP_PATH HAWD_PATH "/group"

#define HAWD_HOST HAWD_BUS_NAME ".Host"
#define HAWD_IOMMU HAWD_BUS_NAME ".Iommu"
#define HAWD_GROUP HAWD_BUS_NAME ".Group"

#define HAWD_ERROR_TOO_LARGE HAWD_BUS_NAME ".Error.TooLarge"             /* over HAWD_MESSAGE_MAX */
#define HAWD_ERROR_INVALID_PROFILE HAWD_BUS_NAME ".Error.InvalidProfile" /* no profile document */
#define HAWD_ERROR_INVALID_GUEST HAWD_BUS_NAME ".Error.InvalidGuest"     /* no guest document */
#define HAWD_ERROR_RATE_LIMITED HAWD_BUS_NAME ".Error.RateLimited"       /* too many calls */
#define HAWD_ERROR_NOT_AUTHORIZED HAWD_BUS_NAME ".Error.NotAuthorized"   /* denied by polkit, or no polkit */
#define HAWD_ERROR_FAILED HAWD_BUS_NAME ".Error.Failed"                  /* the host could not be read */

#define HAWD_POLKIT_REFRESH "org.hawd.AddressWidth1.refresh"

/* Maximum bytes of a method's string. */
#define HAWD_MESSAGE_MAX (256 * 1024)
