/* SPDX-License-Identifier: GPL-2.0-only */
/* Guessing DAMON's events by what their payloads hold. */
#include <string.h>

#include "readers/byte_order.h"
#include "readers/damon_guess.h"

/* More regions, contexts, schemes or targets than anyone has. */
#define MANY_REGIONS 10000000u
#define MANY	     1024u

#define PAGE_MASK 0xfffull

struct payload {
	const unsigned char *raw;
	size_t size;
	bool swap;
};

static uint32_t u32_at(const struct payload *payload, size_t offset)
{
	uint32_t value;

	if (offset + sizeof(value) > payload->size)
		return UINT32_MAX;
	memcpy(&value, payload->raw + offset, sizeof(value));
	return payload->swap ? __builtin_bswap32(value) : value;
}

static uint64_t u64_at(const struct payload *payload, size_t offset)
{
	uint64_t value;

	if (offset + sizeof(value) > payload->size)
		return UINT64_MAX;
	memcpy(&value, payload->raw + offset, sizeof(value));
	return payload->swap ? __builtin_bswap64(value) : value;
}

/* Two addresses of pages, the first one below the second. */
static bool is_range(const struct payload *payload, size_t offset)
{
	const uint64_t start = u64_at(payload, offset), end = u64_at(payload, offset + 8);

	return start < end && !(start & PAGE_MASK) && !(end & PAGE_MASK);
}

static bool is_count(const struct payload *payload, size_t offset)
{
	const uint32_t count = u32_at(payload, offset);

	return count && count < MANY_REGIONS;
}

/* Where the three events with regions have them; perf clears the padding behind a payload. */
static const char *guess_regions(const struct payload *payload)
{
	if (is_range(payload, 24) && is_count(payload, 16) && !u32_at(payload, 20) &&
	    (payload->size < 52 || !u32_at(payload, 48)))
		return "damon_aggregated";
	if (is_range(payload, 24) && is_count(payload, 48) && u32_at(payload, 8) < MANY &&
	    u32_at(payload, 12) < MANY && u64_at(payload, 16) < MANY)
		return "damos_before_apply";
	if (is_range(payload, 16) && is_count(payload, 32) && (u32_at(payload, 44) & 0xffff) == 48)
		return "damon_region_aggregated";
	return NULL;
}

/* Small events of a known kdamond, by their padded sizes. */
static const char *guess_small(const struct payload *payload)
{
	const bool scheme = u32_at(payload, 8) < MANY && u32_at(payload, 12) < MANY;

	switch (payload->size) {
	case 20:
		return "damon_monitor_intervals_tune";
	case 28:
		return scheme ? "damos_esz" : NULL;
	case 44:
		return scheme ? "damos_node_eligible_mem_bp" : NULL;
	case 76:
		return scheme ? "damos_stat_after_apply_interval" : NULL;
	default:
		return NULL;
	}
}

static bool is_kdamond(const struct dt_damon_guesser *guesser, int32_t pid)
{
	for (unsigned i = 0; i < guesser->nr; i++)
		if (guesser->kdamonds[i] == pid)
			return true;
	return false;
}

const char *dt_damon_guess(struct dt_damon_guesser *guesser, const unsigned char *raw, size_t size,
			   bool big_endian)
{
	const struct payload payload = {.raw = raw, .size = size, .swap = dt_must_swap(big_endian)};
	const int32_t pid = (int32_t)u32_at(&payload, 4);
	const char *name = guess_regions(&payload);

	if (!name)
		return is_kdamond(guesser, pid) ? guess_small(&payload) : NULL;
	if (!is_kdamond(guesser, pid) && guesser->nr < DT_GUESS_KDAMONDS)
		guesser->kdamonds[guesser->nr++] = pid;
	return name;
}
