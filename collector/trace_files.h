/* SPDX-License-Identifier: GPL-2.0-only */
/* The small text files of tracefs, below a directory that is a parameter. */
#ifndef COLLECTOR_TRACE_FILES_H
#define COLLECTOR_TRACE_FILES_H

#include <stdbool.h>
#include <stddef.h>

/* directory/file. 0, or -ENAMETOOLONG. */
int dt_trace_path(char *path, size_t size, const char *directory, const char *file);

bool dt_trace_exists(const char *directory, const char *file);

/*
 * Read a whole file into *text, which ends with a zero behind the last byte and is the caller's to
 * free. size (may be NULL): bytes without that zero. 0 or -errno.
 */
int dt_trace_read(const char *directory, const char *file, char **text, size_t *size);

/* The same with what fits into a buffer. 0 or -errno; the text is empty then. */
int dt_trace_read_into(const char *directory, const char *file, char *text, size_t size);

/* Write a text in one go, behind what is there when append is set. 0 or -errno. */
int dt_trace_write(const char *directory, const char *file, const char *text, bool append);

#endif
