/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file that takes the place of another one only when all of it is written. Until then it has no
 * name where the file system can do that, so that nothing stays of a writer that is killed.
 */
#ifndef SUPPORT_REPLACE_H
#define SUPPORT_REPLACE_H

#include <stdbool.h>
#include <stdio.h>

#include "damon-trace/error.h"

struct dt_replace {
	int fd;		 /* to write to */
	char *target;	 /* its place, where links lead; NULL: no regular file, written directly */
	char *temporary; /* its name beside the place */
	bool named;	 /* it has that name */
	bool quick;	 /* may be set before the end: do not wait for the disk */
};

/*
 * Open a file for path: a regular one, or one that is not there yet, beside its place, with the
 * permissions that it has or would have, and its owner where that can be given; a pipe or a device
 * itself. 0 or -errno; end it with dt_replace_end() or dt_replace_drop() after success only.
 */
int dt_replace_begin(struct dt_replace *file, const char *path);

/*
 * A stream to the file, on a descriptor of its own: it is closed before the end. NULL with errno
 * set.
 */
FILE *dt_replace_stream(const struct dt_replace *file);

/* Put it in its place. 0, or -errno with the place as it was. */
int dt_replace_end(struct dt_replace *file);
void dt_replace_drop(struct dt_replace *file);

/* Fill *error: path cannot be written for that (positive) errno; the hint names the remedy. */
int dt_replace_fail(struct dt_error *error, int code, const char *path);

#endif
