/* SPDX-License-Identifier: GPL-2.0-only */
/* ELF files, through libelf. */
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "readers/elf_file.h"

#define DEBUG_FILES "/usr/lib/debug/.build-id/"

static void read_segments(struct dt_elf_file *file, Elf *elf)
{
	size_t nr = 0;

	if (elf_getphdrnum(elf, &nr))
		return;
	for (size_t i = 0; i < nr && file->nr_segments < DT_ELF_SEGMENTS; i++) {
		GElf_Phdr header;

		if (gelf_getphdr(elf, (int)i, &header) && header.p_type == PT_LOAD)
			file->segments[file->nr_segments++] = (struct dt_elf_segment){
				header.p_offset, header.p_filesz, header.p_vaddr};
	}
}

static void read_note(struct dt_elf_file *file, Elf_Data *data)
{
	size_t at = 0, name, description;
	GElf_Nhdr header;

	while (!file->build_id.size &&
	       (at = gelf_getnote(data, at, &header, &name, &description)) > 0) {
		if (header.n_type != NT_GNU_BUILD_ID || header.n_namesz != sizeof("GNU") ||
		    memcmp((const char *)data->d_buf + name, "GNU", sizeof("GNU")) != 0 ||
		    !header.n_descsz || header.n_descsz > sizeof(file->build_id.bytes))
			continue;
		file->build_id.size = (uint8_t)header.n_descsz;
		memcpy(file->build_id.bytes, (const char *)data->d_buf + description,
		       header.n_descsz);
	}
}

/* Of several names for one function: with a size, strong, global ones first. */
static unsigned rank_of(const GElf_Sym *symbol)
{
	const unsigned bind = GELF_ST_BIND(symbol->st_info);

	return (symbol->st_size ? 0 : 4u) + (bind == STB_GLOBAL ? 0 : bind == STB_LOCAL ? 1u : 2u);
}

/* Functions, and labels among code that assemblers leave without a type: "_start". */
static bool is_code(Elf *elf, const GElf_Sym *symbol, const char *name)
{
	const unsigned type = GELF_ST_TYPE(symbol->st_info);
	GElf_Shdr header;

	if (!name || !*name || symbol->st_shndx == SHN_UNDEF)
		return false;
	if (type == STT_FUNC || type == STT_GNU_IFUNC)
		return true;
	/* what kind of code follows, and jumps within a function */
	if (type != STT_NOTYPE || symbol->st_shndx >= SHN_LORESERVE || *name == '$' || *name == '.')
		return false;
	return gelf_getshdr(elf_getscn(elf, symbol->st_shndx), &header) &&
	       header.sh_flags & SHF_EXECINSTR;
}

static void read_symbols(struct dt_elf_file *file, Elf *elf, const GElf_Shdr *header,
			 Elf_Data *data)
{
	const size_t nr = header->sh_entsize ? data->d_size / header->sh_entsize : 0;

	for (size_t i = 0; i < nr && i <= DT_SYMBOLS_MOST; i++) {
		const char *name;
		GElf_Sym symbol;

		if (!gelf_getsym(data, (int)i, &symbol))
			return;
		name = elf_strptr(elf, header->sh_link, symbol.st_name);
		if (is_code(elf, &symbol, name) &&
		    !dt_symbol_add(&file->symbols, symbol.st_value, symbol.st_size,
				   rank_of(&symbol), name))
			return;
	}
}

static void read_sections(struct dt_elf_file *file, Elf *elf, unsigned type)
{
	for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));) {
		Elf_Data *data;
		GElf_Shdr header;

		if (!gelf_getshdr(section, &header) || header.sh_type != type)
			continue;
		data = elf_getdata(section, NULL);
		if (!data || !data->d_buf)
			continue;
		if (type == SHT_NOTE)
			read_note(file, data);
		else
			read_symbols(file, elf, &header, data);
	}
}

/* A recording may name anything: devices and pipes are not opened for reading. */
static int open_regular(const char *path)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat status;

	if (fd >= 0 && (fstat(fd, &status) || !S_ISREG(status.st_mode))) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* What distributions strip lies in a file of its own, found by the build id. */
static void read_apart(struct dt_elf_file *file)
{
	char path[sizeof(DEBUG_FILES) + sizeof(file->build_id.bytes) * 2 + sizeof("/.debug")];
	size_t length = (size_t)snprintf(path, sizeof(path), "%s", DEBUG_FILES);
	int fd;
	Elf *elf;

	for (unsigned i = 0; i < file->build_id.size; i++)
		length += (size_t)snprintf(path + length, sizeof(path) - length, "%02x%s",
					   file->build_id.bytes[i], i ? "" : "/");
	(void)snprintf(path + length, sizeof(path) - length, ".debug");
	fd = file->build_id.size ? open_regular(path) : -1;
	if (fd < 0)
		return;
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (elf && elf_kind(elf) == ELF_K_ELF)
		read_sections(file, elf, SHT_SYMTAB);
	(void)elf_end(elf);
	(void)close(fd);
}

bool dt_elf_file_read(struct dt_elf_file *file, const char *path)
{
	bool is_elf = false;
	int fd;
	Elf *elf;

	*file = (struct dt_elf_file){0};
	if (elf_version(EV_CURRENT) == EV_NONE)
		return false;
	fd = open_regular(path);
	if (fd < 0)
		return false;
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (elf && elf_kind(elf) == ELF_K_ELF) {
		is_elf = true;
		read_segments(file, elf);
		read_sections(file, elf, SHT_NOTE);
		read_sections(file, elf, SHT_SYMTAB);
		if (!file->symbols.nr)
			read_apart(file);
		if (!file->symbols.nr)
			read_sections(file, elf, SHT_DYNSYM);
		dt_symbols_sort(&file->symbols);
	}
	(void)elf_end(elf);
	(void)close(fd);
	return is_elf;
}

const char *dt_elf_file_find(const struct dt_elf_file *file, uint64_t offset)
{
	for (uint32_t i = 0; i < file->nr_segments; i++) {
		const struct dt_elf_segment *segment = &file->segments[i];

		if (offset - segment->offset < segment->size)
			return dt_symbol_at(&file->symbols,
					    offset - segment->offset + segment->address);
	}
	return NULL;
}

void dt_elf_file_free(struct dt_elf_file *file)
{
	dt_symbol_list_free(&file->symbols);
	*file = (struct dt_elf_file){0};
}
