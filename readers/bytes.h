/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A bounded walk through a header: numbers in the file's byte order, strings, skips. The first
 * read that would leave [position, end) sets `failed`; every later one returns 0 and moves
 * nothing, so that a parser checks once, at the places where it matters.
 */
#ifndef READERS_BYTES_H
#define READERS_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "readers/source.h"

struct dt_bytes {
	struct dt_window window;
	uint64_t position, end; /* offsets in the source */
	bool swap;		/* the file's byte order is not ours */
	bool failed;
};

/* 0 or -ENOMEM. end is cut down to the source's size. */
int dt_bytes_init(struct dt_bytes *bytes, const struct dt_source *source, uint64_t position,
		  uint64_t end, bool swap);
void dt_bytes_free(struct dt_bytes *bytes);

uint64_t dt_bytes_left(const struct dt_bytes *bytes);
uint8_t dt_bytes_u8(struct dt_bytes *bytes);
uint16_t dt_bytes_u16(struct dt_bytes *bytes);
uint32_t dt_bytes_u32(struct dt_bytes *bytes);
uint64_t dt_bytes_u64(struct dt_bytes *bytes);
void dt_bytes_skip(struct dt_bytes *bytes, uint64_t size);
/* Copy size bytes; true when they were there. */
bool dt_bytes_copy(struct dt_bytes *bytes, void *to, size_t size);
/* Do the next bytes equal these? Passes them when they do, else fails. */
bool dt_bytes_expect(struct dt_bytes *bytes, const void *expected, size_t size);
/* A terminated string; what does not fit into size is cut. False when no terminator is there. */
bool dt_bytes_string(struct dt_bytes *bytes, char *to, size_t size);

#endif
