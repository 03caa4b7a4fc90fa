/* SPDX-License-Identifier: GPL-2.0-only */
/* A directory that appears under its name only when it is whole, as outfile.h says of files. */
#ifndef READERS_OUTDIR_H
#define READERS_OUTDIR_H

#include "damon-trace/error.h"

struct dt_outdir {
	char path[4096];
	char unfinished[4096]; /* NAME.new: files are made in there */
};

/*
 * Make NAME.new; nothing may have the name. 0, or -errno with *error filled; end it with
 * dt_outdir_finish() or dt_outdir_drop() after success only.
 */
int dt_outdir_begin(struct dt_outdir *directory, const char *path, struct dt_error *error);

/* The path of a file in it, into to[4096]. 0 or -ENAMETOOLONG with *error filled. */
int dt_outdir_file(const struct dt_outdir *directory, const char *name, char *to,
		   struct dt_error *error);

/* Give it its name. 0, or -errno with *error filled and nothing left behind. */
int dt_outdir_finish(struct dt_outdir *directory, struct dt_error *error);
/* Remove it with the files in it. */
void dt_outdir_drop(struct dt_outdir *directory);

#endif
