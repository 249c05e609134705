/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Splits the text of a source into documents, and hands them on as it is read. */

#include "ctl/fleet/document-work.h"
#include "ctl/fleet/fleet-input.h"

/* Bytes of a document without end that are skipped before the rest of the source is given up. */
#define FLEET_SKIP_MAX (UINT64_C(256) << 20)

/* Reads the input to its end. What is wrong with it becomes a DOCUMENT_ERROR. -errno if the run cannot go on. */
int fleet_text_read(DocumentWork *work, FleetInput *input, uint32_t source);

/* Adds a message about the source itself, in the order of documents: DOCUMENT_ERROR, _NOTE or _END. -errno */
int fleet_text_tell(DocumentWork *work, DocumentKind kind, uint32_t source, const char *text);
