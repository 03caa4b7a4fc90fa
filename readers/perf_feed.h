/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The records of one data file in their order, as stretches of bytes: compressed records are
 * unpacked on the way, payloads outside records are passed over, and damage ends the feed with a
 * warning. Memory is constant.
 */
#ifndef READERS_PERF_FEED_H
#define READERS_PERF_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "damon-trace/error.h"
#include "readers/source.h"

struct dt_perf_unpack;

struct dt_perf_feed {
	const struct dt_source *source;
	struct dt_window *window; /* may be shared by feeds that take turns */
	const char *name;	  /* of the part, for warnings; NULL for the file itself */
	uint64_t offset, end;	  /* in the source */
	bool big;
	bool done;		       /* nothing more will come */
	bool incomplete;	       /* something was cut or damaged */
	struct dt_perf_unpack *unpack; /* NULL as long as nothing was compressed */
	uint64_t payload, payload_end; /* of the compressed record being unpacked */
	uint64_t record;	       /* offset of the record last looked at in the file */
	uint64_t zeros_end;	       /* where a run of zeros already warned of ends */
	bool unpacked;		       /* the stretch last given came out of compression */
	/*
	 * Told of records with a payload that the feed passes over, of size bytes at offset in the
	 * file; -errno ends the feed. NULL: nobody.
	 */
	int (*outside)(void *context, uint64_t offset, uint64_t size);
	void *context;
	struct dt_warnings *warnings;
};

void dt_perf_feed_free(struct dt_perf_feed *feed);

/*
 * The next stretch: it begins with a whole record, *size bytes, and is valid until the next call
 * for any feed of the window. The caller passes over whole records (stopping before those for
 * which dt_perf_feed_stops() holds, and before a size below the header's) and reports the bytes
 * with dt_perf_feed_pass(). NULL at the end, or on an error in *error (-errno, else 0).
 */
const unsigned char *dt_perf_feed_next(struct dt_perf_feed *feed, size_t *size, int *error);
void dt_perf_feed_pass(struct dt_perf_feed *feed, size_t size);

/* Records that the feed itself takes out of the stream. */
bool dt_perf_feed_stops(uint32_t type);

/* Where the stretch last given begins in the file (that of its compressed record). */
uint64_t dt_perf_feed_offset(const struct dt_perf_feed *feed);

#endif
