/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The file that an export writes: a buffer of its own with fast numbers, and a target that keeps
 * its former content until all is written.
 */
#ifndef EXPORTERS_OUTPUT_H
#define EXPORTERS_OUTPUT_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "damon-trace/error.h"
#include "support/replace.h"

#define DT_OUTPUT_SIZE (256u << 10)
/* Room that dt_output_room() promises at most. */
#define DT_OUTPUT_ROOM 4096

struct dt_output {
	char *path; /* as the user gave it; NULL: standard output */
	struct dt_replace file;
	const volatile sig_atomic_t *stop; /* not 0: fail with -EINTR; NULL: nothing does that */
	int error;			   /* -errno of the first write that failed */
	size_t used;
	char *buffer;
	uint64_t written; /* bytes before the buffer */
};

/*
 * Open path, NULL: standard output. A regular file, or one that is not there yet, is written
 * beside its place: what stands there stays until dt_output_commit(). 0 or -errno with *error.
 */
int dt_output_open(struct dt_output **result, const char *path, struct dt_error *error);

/* Write what is left and put the file in its place. 0 or -errno with *error filled. */
int dt_output_commit(struct dt_output *output, struct dt_error *error);

/* Ends it; what was not committed is removed. NULL is allowed. */
void dt_output_close(struct dt_output *output);

void dt_output_flush(struct dt_output *output);

/* A place for up to DT_OUTPUT_ROOM bytes; dt_output_took() says how many were used. */
static inline char *dt_output_room(struct dt_output *output)
{
	if (__builtin_expect(output->used > DT_OUTPUT_SIZE - DT_OUTPUT_ROOM, 0))
		dt_output_flush(output);
	return output->buffer + output->used;
}

static inline void dt_output_took(struct dt_output *output, const char *end)
{
	output->used = (size_t)(end - output->buffer);
}

/* Any number of bytes. */
void dt_output_bytes(struct dt_output *output, const void *bytes, size_t size);
void dt_output_text(struct dt_output *output, const char *text);
void dt_output_format(struct dt_output *output, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Decimal digits; return their end. */
char *dt_put_u64(char *to, uint64_t value);
char *dt_put_i64(char *to, int64_t value);
/* ns as seconds with that many decimals, which may be below 0; cut, not rounded. */
char *dt_put_seconds(char *to, int64_t ns, unsigned decimals);

#endif
