/* SPDX-License-Identifier: GPL-2.0-only */
/* The compressions of trace.dat version 7. */
#include <errno.h>
#include <zlib.h>
#include <zstd.h>

#include "readers/trace_data.h"

int dt_codec_expand(enum dt_codec codec, void *to, size_t size, const void *from, size_t from_size)
{
	uLongf expanded = size;

	switch (codec) {
	case DT_CODEC_ZSTD:
		return ZSTD_decompress(to, size, from, from_size) == size ? 0 : -EBADMSG;
	case DT_CODEC_ZLIB:
		if (uncompress(to, &expanded, from, from_size) != Z_OK || expanded != size)
			return -EBADMSG;
		return 0;
	default:
		return -EBADMSG;
	}
}

size_t dt_codec_room(enum dt_codec codec, size_t size)
{
	return codec == DT_CODEC_ZSTD ? ZSTD_compressBound(size) : compressBound(size);
}

int dt_codec_compress(enum dt_codec codec, void *to, size_t *to_size, const void *from, size_t size)
{
	uLongf packed = *to_size;

	if (codec == DT_CODEC_ZSTD) {
		*to_size = ZSTD_compress(to, *to_size, from, size, ZSTD_CLEVEL_DEFAULT);
		return ZSTD_isError(*to_size) ? -EINVAL : 0;
	}
	if (codec != DT_CODEC_ZLIB || compress(to, &packed, from, size) != Z_OK)
		return -EINVAL;
	*to_size = packed;
	return 0;
}
