/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of code and mappings by number, with caches of the last answers. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyzers/code_names.h"

/* Upper halves of address spaces are the kernel's. */
#define KERNEL_HALF (1ull << 63)

int dt_code_names_init(struct dt_code_names *names, struct dt_name_pool *pool,
		       struct dt_symbols *symbols)
{
	*names = (struct dt_code_names){.pool = pool, .symbols = symbols};
	names->codes = calloc(DT_CODE_PLACES, sizeof(*names->codes));
	return names->codes ? 0 : -ENOMEM;
}

void dt_code_names_free(struct dt_code_names *names)
{
	free(names->codes);
	names->codes = NULL;
}

void dt_code_names_input(struct dt_code_names *names, const struct dt_reader *reader)
{
	names->reader = reader;
	memset(names->codes, 0, DT_CODE_PLACES * sizeof(*names->codes));
	memset(names->mappings, 0, sizeof(names->mappings));
}

enum dt_code_mode dt_code_mode_of(uint32_t misc)
{
	switch (misc & DT_MISC_MODE) {
	case DT_MISC_KERNEL:
		return DT_CODE_KERNEL;
	case DT_MISC_HYPERVISOR:
		return DT_CODE_HYPERVISOR;
	case DT_MISC_GUEST_KERNEL:
	case DT_MISC_GUEST_USER:
		return DT_CODE_GUEST;
	default:
		return DT_CODE_USER;
	}
}

static uint64_t pair(struct dt_code_names *names, const char *name, const char *file)
{
	const uint64_t high = dt_name_put(names->pool, name);

	return high << 32 | dt_name_put(names->pool, file);
}

static uint64_t look_up(struct dt_code_names *names, int32_t pid, uint64_t address,
			enum dt_code_mode mode)
{
	char label[256];
	struct dt_code code;

	if (!names->symbols)
		return pair(names, "[unknown]", "[unknown]");
	dt_symbols_find(names->symbols, names->reader, pid, address, mode, &code);
	dt_mapping_label(label, sizeof(label), code.file);
	return pair(names, code.name, label);
}

uint64_t dt_code_name(struct dt_code_names *names, int32_t pid, uint64_t address,
		      enum dt_code_mode mode)
{
	const uint64_t hash = (address ^ (uint64_t)(uint32_t)pid << 40) * 0x9e3779b97f4a7c15ull;
	struct dt_code_place *place = &names->codes[hash >> 48];

	if (place->mode == mode + 1 && place->address == address && place->pid == pid)
		return place->key;
	*place = (struct dt_code_place){.address = address,
					.pid = pid,
					.mode = (uint8_t)(mode + 1),
					.key = look_up(names, pid, address, mode)};
	return place->key;
}

static uint64_t look_up_mapping(struct dt_code_names *names, int32_t pid, uint64_t address,
				struct dt_mapping *mapping)
{
	const bool is_kernel = address >= KERNEL_HALF;
	char label[256];

	if (!dt_reader_mapping(names->reader, is_kernel ? -1 : pid, address, mapping))
		return is_kernel ? pair(names, "[kernel]", "[kernel]")
				 : pair(names, "(unknown)", "(unknown)");
	dt_mapping_label(label, sizeof(label), mapping->name[0] ? mapping->name : "//anon");
	return pair(names, label, mapping->name[0] ? mapping->name : "//anon");
}

uint64_t dt_mapping_name(struct dt_code_names *names, int32_t pid, uint64_t address)
{
	const uint32_t set = (uint32_t)pid % DT_MAPPING_SETS;
	struct dt_mapping_place *ways = names->mappings[set], *place;
	struct dt_mapping mapping;
	uint64_t key;

	for (unsigned i = 0; i < DT_MAPPING_WAYS; i++)
		if (address - ways[i].from < ways[i].to - ways[i].from && ways[i].pid == pid)
			return ways[i].key;
	key = look_up_mapping(names, pid, address, &mapping);
	/* the halves have different rules */
	if (address >= KERNEL_HALF && mapping.same_from < KERNEL_HALF)
		mapping.same_from = KERNEL_HALF;
	if (address < KERNEL_HALF && mapping.same_to > KERNEL_HALF)
		mapping.same_to = KERNEL_HALF;
	place = &ways[names->next[set]++ % DT_MAPPING_WAYS];
	*place = (struct dt_mapping_place){mapping.same_from, mapping.same_to, key, pid};
	return key;
}
