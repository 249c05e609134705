/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A profile as text for other programs. Pure: the text goes to a sink. */

#include "profile/document/json-stream.h"
#include "profile/profile.h"

/* Text on its way to a sink. */
typedef struct ExportText {
        JsonSink sink;
        void *userdata;
        int error; /* first failure; later calls do nothing */
} ExportText;

typedef struct ExportFormat {
        const char *name;
        /* Errors are in text->error. */
        void (*write)(const Profile *profile, ExportText *text);
} ExportFormat;

extern const ExportFormat export_ansible;
extern const ExportFormat export_nfd;
extern const ExportFormat export_nova;
extern const ExportFormat export_prometheus;
extern const ExportFormat export_proxmox;

/* Ends with NULL. */
extern const ExportFormat *const export_formats[];

/* NULL if the name is unknown. */
const ExportFormat *export_find(const char *name);

/* The same in memory that the caller frees; a NUL follows the n bytes. -ENOMEM. */
int export_make(const ExportFormat *format, const Profile *profile, char **ret, size_t *ret_n);

void export_textf(ExportText *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void export_puts(ExportText *text, const char *string);
