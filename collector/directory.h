/* SPDX-License-Identifier: GPL-2.0-only */
/* The directory of a recording: made, bounded, and never taken over by accident. */
#ifndef COLLECTOR_DIRECTORY_H
#define COLLECTOR_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "damon-trace/error.h"

struct dt_directory {
	const char *path;
	int fd;
	int reserve;	 /* an unlinked file that keeps some space for the end; -1: none */
	unsigned oldest; /* segments that are still there: oldest..youngest */
	unsigned youngest;
};

/*
 * Make the directory. One that exists is an error (-EEXIST) unless force is set and it holds
 * nothing but a recording, which is removed then. 0 or -errno with *error filled.
 */
int dt_directory_make(struct dt_directory *directory, const char *path, bool force,
		      struct dt_error *error);
/* Give the space that was kept back for what is written last. */
void dt_directory_release(struct dt_directory *directory);
void dt_directory_close(struct dt_directory *directory);

/* The name of a part of a segment: "trace.dat", "trace.dat.1", ... Returns name. */
const char *dt_directory_part(char name[64], const char *part, unsigned segment);

/* Bytes on disk of all files in it. */
uint64_t dt_directory_bytes(const struct dt_directory *directory);
/* Remove the oldest segment, unless it is the youngest as well. Did it? */
bool dt_directory_forget(struct dt_directory *directory);

#endif
