/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bytes of one input file, or of memory. All access is bounded by the size at opening; a file
 * that shrinks meanwhile gives a short read, never a fault (which is why nothing is mapped).
 */
#ifndef READERS_SOURCE_H
#define READERS_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "damon-trace/error.h"

struct dt_source {
	char *path;		     /* as the user gave it; owned */
	int fd;			     /* -1 for memory */
	const unsigned char *memory; /* NULL for files and streams */
	uint64_t size;		     /* bytes, of all files */
	int stream;		     /* of which the rest is to be read; -1: none */
	unsigned char *head;	     /* the beginning of a stream; owned, else NULL */
	size_t head_size;
	uint64_t position; /* of the stream: bytes that were read from it */
	size_t nr_behind;  /* files that follow as if they were its end */
	struct dt_source_behind *behind;
};

struct dt_source_behind {
	int fd;
	uint64_t offset; /* in the source */
};

/* Open a regular file or pipe; "-" is stdin. What cannot be seeked is spooled to an unlinked file.
 */
int dt_source_open(struct dt_source **source, const char *path, struct dt_error *error);
/*
 * The same, but a stream is not spooled yet: its beginning, DT_STREAM_HEAD bytes, can be read at
 * any place, and what follows once, from front to end. size is UINT64_MAX until its end was met.
 */
int dt_source_open_stream(struct dt_source **source, const char *path, struct dt_error *error);

/* Spool what is still a stream. On failure it stays one, for closing. */
int dt_source_settle(struct dt_source *source, struct dt_error *error);

#define DT_STREAM_HEAD (1u << 20)

/* data is borrowed. */
int dt_source_open_memory(struct dt_source **source, const void *data, size_t size,
			  const char *name);
void dt_source_close(struct dt_source *source);

/*
 * Let another file follow: its bytes are those of the source from *offset on, as many as it has
 * now. 0 or -errno.
 */
int dt_source_append(struct dt_source *source, const char *path, uint64_t *offset);

/* The same with the files of another source, which is closed. On failure (-ENOMEM) it is not. */
int dt_source_join(struct dt_source *source, struct dt_source *other, uint64_t *offset);

/* Read up to size bytes at offset into buffer. Returns the number of bytes, short only at the end
 * of the source, or -errno. */
int64_t dt_source_read(const struct dt_source *source, void *buffer, uint64_t offset, size_t size);

/* The same, also of a stream, within what dt_source_open_stream() says. -ESPIPE: not at its place.
 */
int64_t dt_source_take(struct dt_source *source, void *buffer, uint64_t offset, size_t size);

/* Explain -ENOMEM and -EIO of a walk over the source; other errors have told already. Returns ret.
 */
int dt_source_explain(const struct dt_source *source, int ret, struct dt_error *error);

/*
 * A window: a buffer of fixed size that slides over the source, for sequential walks.
 * dt_window_get() gives a pointer to at least `need` bytes at offset (need <= the window's
 * capacity), valid until the next call; *available says how many bytes follow at that pointer.
 * NULL with *available < need at the end of the source or on a read error (then window->error).
 */
struct dt_window {
	const struct dt_source *source;
	unsigned char *buffer;
	size_t capacity;
	uint64_t start; /* offset of buffer[0] */
	size_t filled;
	int error; /* -errno of the last failed read */
};

int dt_window_init(struct dt_window *window, const struct dt_source *source, size_t capacity);
void dt_window_free(struct dt_window *window);
const unsigned char *dt_window_get(struct dt_window *window, uint64_t offset, size_t need,
				   size_t *available);

#endif
