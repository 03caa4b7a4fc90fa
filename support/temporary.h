/* SPDX-License-Identifier: GPL-2.0-only */
/* Temporary files that vanish with the process, and writing that does not stop half-way or vanish.
 */
#ifndef SUPPORT_TEMPORARY_H
#define SUPPORT_TEMPORARY_H

#include <stddef.h>
#include <stdio.h>

/* The directory that temporary files go to: $TMPDIR, else /tmp. */
const char *dt_temporary_directory(void);

/* An unlinked file, open for reading and writing. The descriptor, or -errno. */
int dt_temporary_open(void);

/* Write all of it. 0 or -errno. */
int dt_write_all(int fd, const void *data, size_t size);

/* Close a file that must be on the disk. 0, or the (positive) errno of what went wrong with it. */
int dt_close_durable(FILE *out);

#endif
