/* SPDX-License-Identifier: GPL-2.0-only */
/* One zstd stream over many records. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "readers/perf_format.h"
#include "readers/perf_unpack.h"

/* A cut record waits in the buffer for its rest, beside what one step unpacks. */
#define PLAIN_CAPACITY (RECORD_MAX + (256u << 10))

/* The largest window that zstd itself allows by default (perf record -z22); it is only touched as
 * far as data fills it. */
#define WINDOW_LOG_MAX 27

struct dt_perf_unpack {
	ZSTD_DCtx *stream;
	bool lost;    /* damaged: only a new frame helps */
	bool pending; /* the output was full: the stream may hold more */
	size_t start, filled;
	unsigned char plain[PLAIN_CAPACITY];
};

struct dt_perf_unpack *dt_perf_unpack_new(void)
{
	struct dt_perf_unpack *unpack = malloc(sizeof(*unpack));

	if (!unpack)
		return NULL;
	unpack->lost = unpack->pending = false;
	unpack->start = unpack->filled = 0;
	unpack->stream = ZSTD_createDCtx();
	if (!unpack->stream || ZSTD_isError(ZSTD_DCtx_setParameter(
				       unpack->stream, ZSTD_d_windowLogMax, WINDOW_LOG_MAX))) {
		dt_perf_unpack_free(unpack);
		return NULL;
	}
	return unpack;
}

void dt_perf_unpack_free(struct dt_perf_unpack *unpack)
{
	if (!unpack)
		return;
	(void)ZSTD_freeDCtx(unpack->stream);
	free(unpack);
}

bool dt_perf_unpack_begin(struct dt_perf_unpack *unpack, const unsigned char *head, size_t size)
{
	static const unsigned char magic[] = {0x28, 0xb5, 0x2f, 0xfd};

	if (!unpack->lost)
		return true;
	if (size < sizeof(magic) || memcmp(head, magic, sizeof(magic)) != 0)
		return false;
	(void)ZSTD_DCtx_reset(unpack->stream, ZSTD_reset_session_only);
	unpack->lost = false;
	unpack->start = unpack->filled = 0;
	return true;
}

int dt_perf_unpack_some(struct dt_perf_unpack *unpack, const unsigned char **input, size_t *size)
{
	ZSTD_inBuffer in = {*input, *size, 0};
	ZSTD_outBuffer out;
	size_t left;

	if (unpack->start) {
		memmove(unpack->plain, unpack->plain + unpack->start,
			unpack->filled - unpack->start);
		unpack->filled -= unpack->start;
		unpack->start = 0;
	}
	out = (ZSTD_outBuffer){unpack->plain, PLAIN_CAPACITY, unpack->filled};
	left = ZSTD_decompressStream(unpack->stream, &out, &in);
	unpack->filled = out.pos;
	*input += in.pos;
	*size -= in.pos;
	if (ZSTD_isError(left)) {
		unpack->lost = true;
		unpack->pending = false;
		return -EBADMSG;
	}
	unpack->pending = out.pos == out.size && left;
	return 0;
}

bool dt_perf_unpack_pending(const struct dt_perf_unpack *unpack)
{
	return unpack->pending;
}

const unsigned char *dt_perf_unpack_plain(const struct dt_perf_unpack *unpack, size_t *size)
{
	*size = unpack->filled - unpack->start;
	return unpack->plain + unpack->start;
}

void dt_perf_unpack_pass(struct dt_perf_unpack *unpack, size_t size)
{
	unpack->start += size;
}
