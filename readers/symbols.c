/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses of code to names. Every file is read once, when its first address is asked for. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "damon-trace/symbols.h"
#include "readers/elf_file.h"
#include "readers/kernel_symbols.h"

/* Files that are looked into at most; further ones count as absent. */
#define MOST_FILES 4096

/* That are named where several have no symbols. */
#define NAMED 4

/* perf's name for a process that it did not see. */
#define UNKNOWN "[unknown]"

enum state {
	STATE_GOOD,
	STATE_ABSENT,  /* or no ELF file */
	STATE_CHANGED, /* it is another build */
	STATE_FOREIGN, /* the recording is of another machine and names no build */
	STATE_EMPTY,   /* it has no symbols */
	NR_STATES,
};

struct file {
	char *path;
	struct dt_build_id build_id;
	enum state state;
	struct dt_elf_file elf;
};

struct dt_symbols {
	const struct dt_roots *roots;
	size_t nr;
	struct file **files;
	struct file *last;
	char host[128];
	struct dt_kernel_symbols kernel;
	const struct dt_reader *kernel_reader; /* asked last whether it fits */
	bool kernel_fits, kernel_missing;
	char name[512];
};

struct dt_symbols *dt_symbols_new(const struct dt_roots *roots)
{
	struct dt_symbols *symbols = calloc(1, sizeof(*symbols));

	if (!symbols)
		return NULL;
	symbols->roots = roots;
	if (gethostname(symbols->host, sizeof(symbols->host) - 1))
		symbols->host[0] = '\0';
	return symbols;
}

void dt_symbols_free(struct dt_symbols *symbols)
{
	if (!symbols)
		return;
	for (size_t i = 0; i < symbols->nr; i++) {
		dt_elf_file_free(&symbols->files[i]->elf);
		free(symbols->files[i]->path);
		free(symbols->files[i]);
	}
	free(symbols->files);
	dt_kernel_symbols_free(&symbols->kernel);
	free(symbols);
}

static bool same_id(const struct dt_build_id *a, const struct dt_build_id *b)
{
	/* perf pads short ones with zeros */
	const size_t size = a->size < b->size ? a->size : b->size;

	return size && !memcmp(a->bytes, b->bytes, size);
}

static enum state judge(const struct dt_symbols *symbols, struct file *file,
			const struct dt_reader *reader)
{
	if (!dt_elf_file_read(&file->elf, file->path))
		return STATE_ABSENT;
	if (file->build_id.size && !same_id(&file->build_id, &file->elf.build_id))
		return STATE_CHANGED;
	if (!file->build_id.size && reader->info.host[0] &&
	    strcmp(reader->info.host, symbols->host) != 0)
		return STATE_FOREIGN;
	return file->elf.symbols.nr ? STATE_GOOD : STATE_EMPTY;
}

static bool is_file(const struct file *file, const struct dt_mapping *mapping)
{
	const uint8_t size = mapping->build_id ? mapping->build_id->size : 0;

	return !strcmp(file->path, mapping->name) && file->build_id.size == size &&
	       (!size || !memcmp(file->build_id.bytes, mapping->build_id->bytes, size));
}

static struct file *add_file(struct dt_symbols *symbols, const struct dt_reader *reader,
			     const struct dt_mapping *mapping)
{
	struct file *file = symbols->nr < MOST_FILES ? calloc(1, sizeof(*file)) : NULL;
	struct file **files = realloc(symbols->files, (symbols->nr + 1) * sizeof(struct file *));

	if (files)
		symbols->files = files;
	if (file)
		file->path = strdup(mapping->name);
	if (!files || !file || !file->path) {
		free(file);
		return NULL;
	}
	if (mapping->build_id)
		file->build_id = *mapping->build_id;
	file->state = judge(symbols, file, reader);
	if (file->state != STATE_GOOD)
		dt_elf_file_free(&file->elf);
	return symbols->files[symbols->nr++] = file;
}

static struct file *file_of(struct dt_symbols *symbols, const struct dt_reader *reader,
			    const struct dt_mapping *mapping)
{
	if (symbols->last && is_file(symbols->last, mapping))
		return symbols->last;
	for (size_t i = 0; i < symbols->nr; i++)
		if (is_file(symbols->files[i], mapping))
			return symbols->last = symbols->files[i];
	return symbols->last = add_file(symbols, reader, mapping);
}

void dt_mapping_label(char *label, size_t size, const char *name)
{
	const char *slash = strrchr(name, '/');

	if (!strncmp(name, "[kernel.kallsyms]", strlen("[kernel.kallsyms]")))
		name = "[kernel]";
	/* "//anon" is the kernel's, and no file */
	else if (slash && slash[1] && strncmp(name, "//", 2) != 0)
		name = slash + 1;
	(void)snprintf(label, size, "%s", name);
}

static void find_in_file(struct dt_symbols *symbols, const struct dt_reader *reader,
			 const struct dt_mapping *mapping, uint64_t address, struct dt_code *code)
{
	const uint64_t offset = address - mapping->start + mapping->offset;
	const struct file *file = file_of(symbols, reader, mapping);
	char label[256];

	code->file = mapping->name;
	code->name =
		file && file->state == STATE_GOOD ? dt_elf_file_find(&file->elf, offset) : NULL;
	if (code->name)
		return;
	dt_mapping_label(label, sizeof(label), mapping->name);
	(void)snprintf(symbols->name, sizeof(symbols->name), "[%s]+0x%" PRIx64, label, offset);
	code->name = symbols->name;
}

/* Not of a file: "[vdso]", "//anon" and the like are their own names. */
static void find_elsewhere(struct dt_symbols *symbols, const struct dt_mapping *mapping,
			   struct dt_code *code)
{
	const char *name = mapping->name;

	code->file = name;
	(void)snprintf(symbols->name, sizeof(symbols->name), name[0] == '[' ? "%s" : "[%s]",
		       name[0] ? name : "anonymous");
	code->name = symbols->name;
}

static void find_in_kernel(struct dt_symbols *symbols, const struct dt_reader *reader,
			   uint64_t address, struct dt_code *code)
{
	if (!symbols->kernel.read)
		dt_kernel_symbols_read(&symbols->kernel, symbols->roots->proc);
	if (symbols->kernel_reader != reader) {
		symbols->kernel_reader = reader;
		symbols->kernel_fits = dt_kernel_symbols_fit(&symbols->kernel, reader);
	}
	*code = (struct dt_code){.file = "[kernel]"};
	if (symbols->kernel_fits)
		code->name = dt_symbol_at(&symbols->kernel.symbols, address);
	else
		symbols->kernel_missing = true;
	if (!code->name)
		code->name = "[kernel]";
}

void dt_symbols_find(struct dt_symbols *symbols, const struct dt_reader *reader, int32_t pid,
		     uint64_t address, enum dt_code_mode mode, struct dt_code *code)
{
	struct dt_mapping mapping;

	if (mode == DT_CODE_KERNEL)
		find_in_kernel(symbols, reader, address, code);
	else if (mode == DT_CODE_GUEST)
		*code = (struct dt_code){"[guest]", "[guest]"};
	else if (mode == DT_CODE_HYPERVISOR)
		*code = (struct dt_code){"[hypervisor]", "[hypervisor]"};
	else if (!dt_reader_mapping(reader, pid, address, &mapping))
		*code = (struct dt_code){UNKNOWN, UNKNOWN};
	else if (mapping.name[0] == '/' && mapping.name[1] != '/')
		find_in_file(symbols, reader, &mapping, address, code);
	else
		find_elsewhere(symbols, &mapping, code);
}

static size_t append(char *text, size_t size, size_t length, const char *part)
{
	if (length < size)
		length += (size_t)snprintf(text + length, size - length, "%s", part);
	return length;
}

/* "liba.so, libb.so and 3 more" */
static size_t name_files(const struct dt_symbols *symbols, enum state state, char *text,
			 size_t size, size_t length)
{
	char part[300], label[256];
	size_t nr = 0;

	for (size_t i = 0; i < symbols->nr; i++) {
		if (symbols->files[i]->state != state || ++nr > NAMED)
			continue;
		dt_mapping_label(label, sizeof(label), symbols->files[i]->path);
		(void)snprintf(part, sizeof(part), "%s%s", nr > 1 ? ", " : "", label);
		length = append(text, size, length, part);
	}
	if (nr > NAMED) {
		(void)snprintf(part, sizeof(part), " and %zu more", nr - NAMED);
		length = append(text, size, length, part);
	}
	return length;
}

static bool any(const struct dt_symbols *symbols, enum state state)
{
	for (size_t i = 0; i < symbols->nr; i++)
		if (symbols->files[i]->state == state)
			return true;
	return false;
}

bool dt_symbols_explain(const struct dt_symbols *symbols, char *text, size_t size)
{
	static const char *const why[NR_STATES] = {
		[STATE_ABSENT] = " (not here, or no ELF file)",
		[STATE_CHANGED] = " (another build than was recorded)",
		[STATE_FOREIGN] = " (recorded on another machine, without a build id)",
		[STATE_EMPTY] = " (stripped)",
	};
	size_t length = 0;

	for (unsigned state = STATE_ABSENT; state < NR_STATES; state++) {
		if (!any(symbols, state))
			continue;
		length = append(text, size, length, length ? "; " : "Without symbols: ");
		length = name_files(symbols, state, text, size, length);
		length = append(text, size, length, why[state]);
	}
	if (symbols->kernel_missing) {
		length = append(text, size, length, length ? "; " : "Without symbols: ");
		length = append(text, size, length,
				"the kernel (not the one that runs here, or /proc/kallsyms hides "
				"its addresses)");
	}
	(void)append(text, size, length, ".");
	return length > 0;
}
