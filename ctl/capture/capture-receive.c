/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/capture/capture-receive.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "probe/decode/text.h"

void capture_receiver_init(CaptureReceiver *receiver, MemoryTree *tree) {
        *receiver = (CaptureReceiver){ .tree = tree };
}

bool capture_receiver_between(const CaptureReceiver *receiver) {
        return receiver->part == RECEIVE_HEADER && receiver->have == 0;
}

/* Names in an archive are untrusted: only printable forms reach the terminal. */
static int refuse(CaptureReceiver *receiver, const char *path, const char *rule) {
        char printable[256];

        text_printable((Bytes){ .data = (const uint8_t *) path, .n = strlen(path) }, printable,
                        sizeof(printable));
        snprintf(receiver->why, sizeof(receiver->why), "%s: %s", *printable ? printable : "?", rule);
        return -EBADMSG;
}

static TreeKind tree_kind(ArchiveType type) {
        return type == ARCHIVE_FILE ? TREE_FILE : type == ARCHIVE_LINK ? TREE_LINK : TREE_DIRECTORY;
}

static int add_entry(CaptureReceiver *receiver, const ArchiveEntry *entry, TreeNode **ret) {
        int r = memory_tree_add(receiver->tree, tree_kind(entry->type), entry->path, ret);

        if (r == -EEXIST)
                return refuse(receiver, entry->path, "is in the archive twice");
        if (r == -ENOTDIR)
                return refuse(receiver, entry->path, "is below something that is not a directory");
        if (r < 0 || entry->type == ARCHIVE_DIRECTORY)
                return r;
        r = memory_tree_reserve(*ret, entry->type == ARCHIVE_LINK ? strlen(entry->target) : entry->size);
        if (r >= 0 && entry->type == ARCHIVE_LINK)
                memcpy((*ret)->content, entry->target, (*ret)->n);
        return r;
}

/* All names are read: creates the entry. */
static int begin_entry(CaptureReceiver *receiver) {
        const CaptureHeader *header = &receiver->header;
        char *target = receiver->names + header->path + 1;
        ArchiveEntry entry = { .type = header->type, .path = receiver->names, .size = header->size };
        const char *rule;
        int r;

        /* Overwrites the path's extra NUL. */
        memmove(target, receiver->names + header->path, header->target);
        receiver->names[header->path] = 0;
        target[header->target] = 0;
        entry.target = header->type == ARCHIVE_LINK ? target : NULL;
        if (strlen(entry.path) != header->path || strlen(target) != header->target)
                return refuse(receiver, entry.path, "a name with a zero byte");
        rule = archive_refuse(&entry, &receiver->totals);
        if (rule)
                return refuse(receiver, entry.path, rule);
        r = add_entry(receiver, &entry, &receiver->file);
        receiver->part = header->size > 0 ? RECEIVE_CONTENT : RECEIVE_HEADER;
        return r;
}

/* Copies missing bytes of one part of an entry; true when complete. */
static bool take(CaptureReceiver *receiver, Bytes *bytes, uint8_t *to, size_t n) {
        size_t part = n - receiver->have < bytes->n ? n - receiver->have : bytes->n;

        if (part > 0)
                memcpy(to + receiver->have, bytes->data, part);
        *bytes = bytes_part(*bytes, part, bytes->n - part);
        receiver->have += part;
        if (receiver->have < n)
                return false;
        receiver->have = 0;
        return true;
}

static int take_header(CaptureReceiver *receiver, Bytes *bytes) {
        if (!take(receiver, bytes, receiver->bytes, sizeof(receiver->bytes)))
                return 0;
        if (capture_header_decode(receiver->bytes, &receiver->header) < 0)
                return refuse(receiver, "hawd-archive", "not the answer of hawd-archive");
        receiver->part = RECEIVE_NAMES;
        return 0;
}

int capture_receive(CaptureReceiver *receiver, Bytes bytes) {
        const CaptureHeader *header = &receiver->header;
        int r = 0;

        while (r >= 0 &&
                        (bytes.n > 0 ||
                                        (receiver->part == RECEIVE_NAMES &&
                                                        header->path + header->target == 0))) {
                if (receiver->part == RECEIVE_HEADER)
                        r = take_header(receiver, &bytes);
                else if (receiver->part == RECEIVE_CONTENT) {
                        if (take(receiver, &bytes, receiver->file->content, receiver->file->n))
                                receiver->part = RECEIVE_HEADER;
                } else if (take(receiver, &bytes, (uint8_t *) receiver->names,
                                           header->path + header->target))
                        r = begin_entry(receiver);
        }
        return r;
}
