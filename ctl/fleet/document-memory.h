/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Memory of jansson for one document at a time: its thousands of values are released at once, which halves what
 * they cost. Each thread has its own. */

/* Makes jansson use this file's functions, which are malloc() and free() except between the calls below. Before
 * threads are started. */
void document_memory_init(void);

/* What jansson allocates in this thread from here on lives until the end, whatever is released before. Nothing
 * that was allocated before may be released between them. */
void document_memory_begin(void);
void document_memory_end(void);
