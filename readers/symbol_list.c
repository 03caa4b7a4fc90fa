/* SPDX-License-Identifier: GPL-2.0-only */
/* Symbols by address. */
#include <stdlib.h>
#include <string.h>

#include "readers/symbol_list.h"

#define FIRST_SYMBOLS 256u
#define FIRST_TEXTS   4096u

/* Small symbols may lie within larger ones: how many are asked before it is none. */
#define STEPS_BACK 8u

static bool grow(struct dt_symbol_list *list, size_t length)
{
	if (list->nr == list->room) {
		const uint32_t room = list->room ? list->room * 2 : FIRST_SYMBOLS;
		struct dt_symbol *symbols = realloc(list->symbols, room * sizeof(*symbols));

		if (!symbols)
			return false;
		list->symbols = symbols;
		list->room = room;
	}
	while (list->texts_room - list->used < length) {
		const size_t room = list->texts_room ? list->texts_room * 2 : FIRST_TEXTS;
		char *texts = room <= UINT32_MAX ? realloc(list->texts, room) : NULL;

		if (!texts)
			return false;
		list->texts = texts;
		list->texts_room = room;
	}
	return true;
}

bool dt_symbol_add(struct dt_symbol_list *list, uint64_t start, uint64_t size, unsigned rank,
		   const char *name)
{
	const size_t length = strlen(name) + 1;
	const unsigned underscores = (unsigned)strspn(name, "_");

	if (list->nr == DT_SYMBOLS_MOST || !grow(list, length))
		return false;
	memcpy(list->texts + list->used, name, length);
	list->symbols[list->nr++] = (struct dt_symbol){
		.start = start,
		.size = size,
		.name = (uint32_t)list->used,
		/* what its author called it stands before what the library made of it */
		.rank = (uint8_t)(rank * 4 + (underscores < 3 ? underscores : 3)),
	};
	list->used += length;
	return true;
}

static int by_start(const void *a, const void *b)
{
	const struct dt_symbol *left = a, *right = b;

	if (left->start != right->start)
		return left->start < right->start ? -1 : 1;
	if (left->rank != right->rank)
		return left->rank < right->rank ? -1 : 1;
	return left->name < right->name ? -1 : left->name > right->name;
}

void dt_symbols_sort(struct dt_symbol_list *list)
{
	uint32_t nr = 0;

	if (!list->nr)
		return;
	qsort(list->symbols, list->nr, sizeof(*list->symbols), by_start);
	for (uint32_t i = 0; i < list->nr; i++)
		if (!nr || list->symbols[i].start != list->symbols[nr - 1].start)
			list->symbols[nr++] = list->symbols[i];
	list->nr = nr;
}

static bool holds(const struct dt_symbol_list *list, uint32_t index, uint64_t address)
{
	const struct dt_symbol *symbol = &list->symbols[index];

	if (symbol->size)
		return address - symbol->start < symbol->size;
	return index + 1 == list->nr || address < list->symbols[index + 1].start;
}

const char *dt_symbol_at(const struct dt_symbol_list *list, uint64_t address)
{
	uint32_t low = 0, high = list->nr;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;

		if (list->symbols[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	for (uint32_t i = 0; i < STEPS_BACK && i < low; i++)
		if (holds(list, low - 1 - i, address))
			return list->texts + list->symbols[low - 1 - i].name;
	return NULL;
}

void dt_symbol_list_free(struct dt_symbol_list *list)
{
	free(list->symbols);
	free(list->texts);
	*list = (struct dt_symbol_list){0};
}
