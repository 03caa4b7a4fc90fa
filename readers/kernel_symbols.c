/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/kallsyms: "ffffffff81000000 T _text" or "ffffffffc0001000 t name<tab>[module]" a line. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "readers/kernel_symbols.h"

static void read_line(struct dt_kernel_symbols *kernel, char *line)
{
	char *rest, *name;
	const uint64_t address = strtoull(line, &rest, 16);

	if (rest == line || rest[0] != ' ' || !rest[1] || rest[2] != ' ' || !address)
		return;
	name = rest + 3;
	name[strcspn(name, "\t\n ")] = '\0';
	if (!strcmp(name, "_text"))
		kernel->text = address;
	if (!strcmp(name, "_stext"))
		kernel->stext = address;
	if (strchr("tTwW", rest[1]))
		(void)dt_symbol_add(&kernel->symbols, address, 0,
				    rest[1] == 'T'   ? 0
				    : rest[1] == 't' ? 1
						     : 2,
				    name);
}

static FILE *open_below(const char *proc, const char *name)
{
	char path[4096];

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", proc, name) >= sizeof(path))
		return NULL;
	return fopen(path, "re");
}

void dt_kernel_symbols_read(struct dt_kernel_symbols *kernel, const char *proc)
{
	FILE *file = open_below(proc, "sys/kernel/osrelease");
	char *line = NULL;
	size_t room = 0;

	kernel->read = true;
	if (file && fgets(kernel->release, sizeof(kernel->release), file))
		kernel->release[strcspn(kernel->release, "\n")] = '\0';
	if (file)
		(void)fclose(file);
	file = open_below(proc, "kallsyms");
	if (!file)
		return;
	while (getline(&line, &room, file) > 0)
		read_line(kernel, line);
	free(line);
	(void)fclose(file);
	dt_symbols_sort(&kernel->symbols);
}

/* The mapping's name ends in a symbol, and its offset is where that was. */
static bool lies_at(const struct dt_reader *reader, uint64_t address, const char *name)
{
	struct dt_mapping mapping;
	const char *symbol;

	if (!address || !dt_reader_mapping(reader, -1, address, &mapping))
		return false;
	symbol = strrchr(mapping.name, ']');
	return symbol && !strcmp(symbol + 1, name) && mapping.offset == address;
}

bool dt_kernel_symbols_fit(const struct dt_kernel_symbols *kernel, const struct dt_reader *reader)
{
	if (!kernel->symbols.nr || !kernel->release[0] ||
	    strcmp(kernel->release, reader->info.kernel) != 0)
		return false;
	return lies_at(reader, kernel->text, "_text") || lies_at(reader, kernel->stext, "_stext");
}

void dt_kernel_symbols_free(struct dt_kernel_symbols *kernel)
{
	dt_symbol_list_free(&kernel->symbols);
	*kernel = (struct dt_kernel_symbols){0};
}
