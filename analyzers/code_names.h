/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers for the names of code and of mappings: what samples are counted by. The addresses of a
 * recording repeat, so the last answers are kept.
 */
#ifndef ANALYZERS_CODE_NAMES_H
#define ANALYZERS_CODE_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzers/name_pool.h"
#include "damon-trace/symbols.h"

#define DT_CODE_PLACES	(1u << 16)
#define DT_MAPPING_SETS 64u
#define DT_MAPPING_WAYS 8u

struct dt_code_place {
	uint64_t address, key;
	int32_t pid;
	uint8_t mode; /* enum dt_code_mode plus 1; 0: free */
};

/* A stretch of a process that has one answer. */
struct dt_mapping_place {
	uint64_t from, to, key; /* from == to: free */
	int32_t pid;
};

struct dt_code_names {
	struct dt_name_pool *pool;
	struct dt_symbols *symbols;
	const struct dt_reader *reader;
	struct dt_code_place *codes; /* by hash */
	struct dt_mapping_place mappings[DT_MAPPING_SETS][DT_MAPPING_WAYS];
	uint8_t next[DT_MAPPING_SETS]; /* to be replaced */
};

/* 0 or -ENOMEM. */
int dt_code_names_init(struct dt_code_names *names, struct dt_name_pool *pool,
		       struct dt_symbols *symbols);
void dt_code_names_free(struct dt_code_names *names);

/* The addresses that follow are this recording's. */
void dt_code_names_input(struct dt_code_names *names, const struct dt_reader *reader);

/* Of the code at an address: name << 32 | file; DT_NAME_NONE in either where the pool is full. */
uint64_t dt_code_name(struct dt_code_names *names, int32_t pid, uint64_t address,
		      enum dt_code_mode mode);

/* Of the mapping that holds an address: label << 32 | path. */
uint64_t dt_mapping_name(struct dt_code_names *names, int32_t pid, uint64_t address);

/* The mode that a sample's misc says. */
enum dt_code_mode dt_code_mode_of(uint32_t misc);

#endif
