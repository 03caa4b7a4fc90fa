/* SPDX-License-Identifier: GPL-2.0-only */
/* Symbols of one file or of the kernel, by address. */
#ifndef READERS_SYMBOL_LIST_H
#define READERS_SYMBOL_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More than any program has. */
#define DT_SYMBOLS_MOST (1u << 22)

struct dt_symbol {
	uint64_t start, size; /* size 0: up to the next one */
	uint32_t name;	      /* offset in texts */
	uint8_t rank;	      /* of several at one address the lowest is taken */
};

struct dt_symbol_list {
	struct dt_symbol *symbols;
	uint32_t nr, room;
	char *texts;
	size_t used, texts_room;
};

/* False when memory is out or there are too many. rank: see above, below 64. */
bool dt_symbol_add(struct dt_symbol_list *list, uint64_t start, uint64_t size, unsigned rank,
		   const char *name);

/* All are in: look-ups may begin. */
void dt_symbols_sort(struct dt_symbol_list *list);

/* The name of what holds the address, or NULL. */
const char *dt_symbol_at(const struct dt_symbol_list *list, uint64_t address);

void dt_symbol_list_free(struct dt_symbol_list *list);

#endif
