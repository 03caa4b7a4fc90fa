/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's format texts in a file's header, and the table of events made from them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "readers/formats.h"

/* The kernel's longest format texts are below 64 KiB. */
#define MAX_FORMAT_SIZE (1u << 20)
/* A system's name, its events: even allyesconfig stays far below. */
#define MAX_LISTED 65536u
/* Sub-buffers larger than this do not exist. */
#define MAX_SUB_BUFFER (4u << 20)

struct dt_event_table *dt_event_table_new(bool big_endian)
{
	struct dt_event_table *table = calloc(1, sizeof(*table));

	if (!table)
		return NULL;
	table->big_endian = big_endian;
	return table;
}

void dt_event_table_free(struct dt_event_table *table)
{
	if (!table)
		return;
	for (uint32_t i = 0; i < table->nr_types; i++) {
		dt_damon_decoder_free(table->types[i].decoder);
		free(table->types[i].call);
	}
	free(table->types);
	free(table);
}

struct dt_event_type *dt_event_table_get(struct dt_event_table *table, uint16_t id)
{
	struct dt_event_type *type;

	if (table->slot[id])
		return &table->types[table->slot[id] - 1];
	if (table->nr_types == table->room) {
		uint32_t room = table->room ? table->room * 2 : 64;
		struct dt_event_type *types = realloc(table->types, room * sizeof(*types));

		if (!types)
			return NULL;
		table->types = types;
		table->room = room;
	}
	type = &table->types[table->nr_types++];
	*type = (struct dt_event_type){0};
	(void)snprintf(type->name, sizeof(type->name), "event-%u", id);
	table->slot[id] = table->nr_types;
	return type;
}

static int add_format(struct dt_event_table *table, const char *system, const char *text,
		      size_t size, uint64_t offset, struct dt_warnings *warnings)
{
	struct dt_event_type *type;
	char name[64];
	uint32_t id;
	int ret;

	if (dt_format_identity(text, size, name, &id) || id >= DT_EVENT_IDS) {
		dt_warn(warnings, offset, "an event format of system %s is damaged: left out",
			system);
		return 0;
	}
	type = dt_event_table_get(table, (uint16_t)id);
	if (!type)
		return -ENOMEM;
	memcpy(type->name, name, sizeof(name));
	(void)snprintf(type->system, sizeof(type->system), "%s", system);
	dt_damon_decoder_free(type->decoder);
	ret = dt_damon_decoder_new(&type->decoder, text, size, table->big_endian);
	type->plain = dt_damon_decoder_plain(type->decoder);
	free(type->call);
	type->call = NULL;
	if (!ret && !type->decoder)
		ret = dt_call_decoder_new(&type->call, text, size, table->big_endian);
	if (ret == -EBADMSG)
		dt_warn(warnings, offset,
			"the format of %s is damaged or lacks a field: its events are counted only",
			name);
	return ret == -EBADMSG ? 0 : ret;
}

/* u64 size, then the text of one format. */
static int read_format(struct dt_event_table *table, const char *system, struct dt_bytes *bytes,
		       struct dt_warnings *warnings)
{
	uint64_t size = dt_bytes_u64(bytes);
	uint64_t offset = bytes->position;
	char *text;
	int ret;

	if (bytes->failed || size > dt_bytes_left(bytes))
		return -EBADMSG;
	if (size > MAX_FORMAT_SIZE) {
		dt_warn(warnings, offset, "an event format of %llu bytes: left out",
			(unsigned long long)size);
		dt_bytes_skip(bytes, size);
		return 0;
	}
	text = malloc(size + 1);
	if (!text)
		return -ENOMEM;
	if (dt_bytes_copy(bytes, text, size))
		ret = add_format(table, system, text, size, offset, warnings);
	else
		ret = -EBADMSG;
	free(text);
	return ret;
}

static int read_formats(struct dt_event_table *table, const char *system, struct dt_bytes *bytes,
			struct dt_warnings *warnings)
{
	uint32_t events = dt_bytes_u32(bytes);

	if (bytes->failed || events > MAX_LISTED)
		return -EBADMSG;
	for (uint32_t i = 0; i < events; i++) {
		int ret = read_format(table, system, bytes, warnings);

		if (ret)
			return ret;
	}
	return 0;
}

int dt_formats_read_ftrace(struct dt_event_table *table, struct dt_bytes *bytes,
			   struct dt_warnings *warnings)
{
	return read_formats(table, "ftrace", bytes, warnings);
}

int dt_formats_read_systems(struct dt_event_table *table, struct dt_bytes *bytes,
			    struct dt_warnings *warnings)
{
	uint32_t systems = dt_bytes_u32(bytes);

	if (bytes->failed || systems > MAX_LISTED)
		return -EBADMSG;
	for (uint32_t i = 0; i < systems; i++) {
		char system[64];
		int ret;

		if (!dt_bytes_string(bytes, system, sizeof(system)))
			return -EBADMSG;
		ret = read_formats(table, system, bytes, warnings);
		if (ret)
			return ret;
	}
	return 0;
}

/* The number behind `key`, which must come before the end of the line. */
static bool find_number(const char *line, const char *key, uint32_t *number)
{
	const char *found = strstr(line, key);
	const char *end = strchr(line, '\n');
	char *rest;
	unsigned long value;

	if (!found || (end && found > end))
		return false;
	value = strtoul(found + strlen(key), &rest, 10);
	*number = (uint32_t)value;
	return *rest == ';' && value <= UINT32_MAX;
}

/* "\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;": the offset and size of one field. */
static bool find_field(const char *text, const char *field, uint32_t *offset, uint32_t *size)
{
	const char *line = strstr(text, field);

	return line && find_number(line, "offset:", offset) && find_number(line, "size:", size);
}

static int parse_header_page(struct dt_page_layout *layout, const char *text)
{
	struct dt_page_layout told = *layout;
	uint32_t offset, size;

	if (find_field(text, " commit;", &offset, &size)) {
		told.commit_offset = offset;
		told.commit_size = size;
	}
	if (find_field(text, " data;", &offset, &size)) {
		if (size > MAX_SUB_BUFFER)
			return -EBADMSG;
		told.data_offset = offset;
		told.sub_buffer_size = offset + size;
	}
	/* the time stamp of 8 bytes, the commit word, the data: in this order, without overlap */
	if ((told.commit_size != 4 && told.commit_size != 8) || told.commit_offset < 8 ||
	    told.commit_offset > 64 || told.data_offset > 128 ||
	    told.data_offset < told.commit_offset + told.commit_size)
		return -EBADMSG;
	*layout = told;
	return 0;
}

int dt_formats_read_headers(struct dt_page_layout *layout, struct dt_bytes *bytes)
{
	uint64_t size;
	char text[4096];
	int ret = 0;

	if (!dt_bytes_expect(bytes, "header_page", 12))
		return -EBADMSG;
	size = dt_bytes_u64(bytes);
	if (size && size < sizeof(text)) {
		if (!dt_bytes_copy(bytes, text, size))
			return -EBADMSG;
		text[size] = '\0';
		ret = parse_header_page(layout, text);
	} else {
		dt_bytes_skip(bytes, size);
	}
	if (!dt_bytes_expect(bytes, "header_event", 13))
		return -EBADMSG;
	size = dt_bytes_u64(bytes);
	dt_bytes_skip(bytes, size);
	return bytes->failed ? -EBADMSG : ret;
}
