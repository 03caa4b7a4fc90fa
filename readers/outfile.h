/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file that appears under its name only when it is whole (support/replace.h). The first failure
 * is kept, and everything after it is dropped, so that a writer asks once, at the end.
 */
#ifndef READERS_OUTFILE_H
#define READERS_OUTFILE_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

#include "damon-trace/error.h"
#include "readers/source.h"
#include "support/replace.h"

struct dt_outfile {
	struct dt_replace file;
	char *path;			   /* owned */
	const volatile sig_atomic_t *stop; /* not 0: fail with -EINTR; or NULL */
	unsigned char *buffer;
	size_t filled;
	uint64_t position; /* of the next byte */
	int error;	   /* -errno */
};

/*
 * Begin a regular file, which takes the permissions of the source's. stop: see above. 0, or -errno
 * with *error filled; end it with dt_outfile_finish() or dt_outfile_drop() after success only.
 */
int dt_outfile_begin(struct dt_outfile *file, const char *path, const struct dt_source *source,
		     const volatile sig_atomic_t *stop, struct dt_error *error);

/* The first failure so far, or 0; loops that write little ask for the stop here. */
int dt_outfile_error(struct dt_outfile *file);

void dt_outfile_write(struct dt_outfile *file, const void *bytes, size_t size);
/* As many zeros as it takes to a multiple of `alignment`. */
void dt_outfile_align(struct dt_outfile *file, uint64_t alignment);
/* Bytes of the source; it is an error when they are not all there. */
void dt_outfile_copy(struct dt_outfile *file, const struct dt_source *source, uint64_t offset,
		     uint64_t size);
/* Replace what was written at offset. */
void dt_outfile_patch(struct dt_outfile *file, uint64_t offset, const void *bytes, size_t size);

/* Give it its name. 0, or -errno with *error filled and no file left behind. */
int dt_outfile_finish(struct dt_outfile *file, struct dt_error *error);
void dt_outfile_drop(struct dt_outfile *file);

#endif
