/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fuzz target of the decoder of DAMON's events: an arbitrary format text, then an arbitrary event
 * through the decoder that the text made.
 *
 * Input: one byte of options, the format text up to a NUL, the event's payload. A payload without
 * format goes through the built-in layouts.
 */
#include <stdlib.h>
#include <string.h>

#include "readers/damon_events.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OPTION_BIG_ENDIAN 1u

static volatile uint64_t fuzz_sum;

static int take_batch(void *context, struct dt_batch *batch)
{
	const unsigned char *bytes = batch->records;

	(void)context;
	if (batch->count == 0 || batch->count > DT_BATCH_MAX)
		abort();
	for (size_t i = 0; i < batch->count * dt_record_size(batch->kind); i++)
		fuzz_sum += bytes[i];
	return 0;
}

/* A copy without a byte to spare, so that reading past the end is seen. */
static void *exact_copy(const void *bytes, size_t size)
{
	void *copy = size ? malloc(size) : NULL;

	if (!size)
		return NULL;
	if (!copy)
		abort();
	memcpy(copy, bytes, size);
	return copy;
}

static void decode(const struct dt_damon_decoder *decoder, const unsigned char *raw, size_t size)
{
	const struct dt_sink sink = {.batch = take_batch, .kinds = (1u << DT_NR_KINDS) - 1};
	union dt_damon_record record;
	struct dt_emitter emitter;
	int first, second;

	if (dt_damon_decoder_kind(decoder) >= DT_KIND_SAMPLE)
		abort();
	if (dt_emitter_init(&emitter, &sink))
		return;
	first = dt_damon_decode(decoder, &emitter, 1, raw, size);
	second = dt_damon_decode_record(decoder, &record, 1, raw, size);
	if (first != second || (!second && record.time != 1))
		abort();
	if (dt_emit_flush_all(&emitter))
		abort();
	dt_emitter_free(&emitter);
}

static void decode_builtin(const unsigned char *raw, size_t size, bool big_endian)
{
	static const char *const names[] = {
		"damon_aggregated",
		"damon_region_aggregated",
		"damos_before_apply",
		"damon_monitor_intervals_tune",
		"damos_esz",
		"damos_stat_after_apply_interval",
		"damos_node_eligible_mem_bp",
		"damon_perf_ring_overflow",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct dt_damon_decoder *decoder = dt_damon_decoder_builtin(names[i], big_endian);

		if (decoder)
			decode(decoder, raw, size);
		dt_damon_decoder_free(decoder);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dt_damon_decoder *decoder = NULL;
	unsigned options = size ? data[0] : 0;
	bool big_endian = options & OPTION_BIG_ENDIAN;
	size_t format_size, raw_size;
	unsigned char *raw;
	char *format;

	if (!size)
		return 0;
	data++;
	size--;
	format_size = strnlen((const char *)data, size);
	raw_size = size > format_size ? size - format_size - 1 : 0;
	format = exact_copy(data, format_size);
	raw = exact_copy(data + size - raw_size, raw_size);
	if (format_size == 0)
		decode_builtin(raw, raw_size, big_endian);
	else if (!dt_damon_decoder_new(&decoder, format, format_size, big_endian) && decoder)
		decode(decoder, raw, raw_size);
	dt_damon_decoder_free(decoder);
	free(format);
	free(raw);
	return 0;
}
