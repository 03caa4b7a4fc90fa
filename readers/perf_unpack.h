/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Decompression of PERF_RECORD_COMPRESSED and COMPRESSED2. The payloads of a data file's
 * compressed records are one zstd stream; records inside may straddle payloads.
 */
#ifndef READERS_PERF_UNPACK_H
#define READERS_PERF_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dt_perf_unpack;

/* NULL when memory is out. */
struct dt_perf_unpack *dt_perf_unpack_new(void);
void dt_perf_unpack_free(struct dt_perf_unpack *unpack);

/* A new payload begins. False: the stream was lost before and this is no new beginning of one. */
bool dt_perf_unpack_begin(struct dt_perf_unpack *unpack, const unsigned char *head, size_t size);

/*
 * Unpack from *input, *size, which move on. 0, or -EBADMSG when the stream is damaged: what was
 * unpacked until then stays.
 */
int dt_perf_unpack_some(struct dt_perf_unpack *unpack, const unsigned char **input, size_t *size);

/* May more come out without more input? */
bool dt_perf_unpack_pending(const struct dt_perf_unpack *unpack);

/* What lies unpacked. */
const unsigned char *dt_perf_unpack_plain(const struct dt_perf_unpack *unpack, size_t *size);
void dt_perf_unpack_pass(struct dt_perf_unpack *unpack, size_t size);

#endif
