/* SPDX-License-Identifier: GPL-2.0-only */
/* Names by number, each kept once, so that samples can be counted by name without comparing any. */
#ifndef ANALYZERS_NAME_POOL_H
#define ANALYZERS_NAME_POOL_H

#include <stdint.h>

/* Names at most, and bytes of all of them. */
#define DT_NAMES_LIMIT (1u << 18)
#define DT_NAMES_BYTES (32u << 20)

/* The number of what does not fit any more. */
#define DT_NAME_NONE UINT32_MAX

struct dt_name_pool {
	char **names;
	uint32_t nr;
	uint32_t *slots; /* open addressing: number plus 1 */
	uint32_t mask;
	uint64_t bytes;
};

/* The number of a name; DT_NAME_NONE when the pool or memory is full. */
uint32_t dt_name_put(struct dt_name_pool *pool, const char *name);

/* "(others)" for DT_NAME_NONE. Valid as long as the pool. */
const char *dt_name_text(const struct dt_name_pool *pool, uint32_t number);

void dt_name_pool_free(struct dt_name_pool *pool);

#endif
