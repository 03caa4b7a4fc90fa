/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's text about an event: its name, its number and where its fields stand. Parsed here,
 * because libtraceevent 1.7.1 crashes on damaged ones.
 */
#ifndef READERS_FORMAT_TEXT_H
#define READERS_FORMAT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A field line of a format: "\tfield:unsigned int age;\toffset:44;\tsize:4;\tsigned:0;". */
struct dt_field_line {
	const char *name;
	size_t name_length;
	bool is_dynamic; /* __data_loc: the field is a word that says where the array is */
	uint32_t offset, size;
	bool is_signed;
};

/* The line of a field, by name; false: there is none. */
bool dt_format_field(struct dt_field_line *line, const char *format, size_t size, const char *name);

/* "ID:" of a format text and "name:"; returns 0 or -EBADMSG. name: at least 64 bytes. */
int dt_format_identity(const char *format, size_t size, char name[64], uint32_t *id);

/* A number of 1, 2, 4 or 8 bytes out of an event; swap: its byte order is not ours. */
static inline uint64_t dt_raw_number(const unsigned char *at, unsigned size, bool is_signed,
				     bool swap)
{
	uint64_t wide;
	uint32_t middle;
	uint16_t narrow;

	switch (size) {
	case 8:
		__builtin_memcpy(&wide, at, 8);
		return swap ? __builtin_bswap64(wide) : wide;
	case 4:
		__builtin_memcpy(&middle, at, 4);
		middle = swap ? __builtin_bswap32(middle) : middle;
		return is_signed ? (uint64_t)(int64_t)(int32_t)middle : middle;
	case 2:
		__builtin_memcpy(&narrow, at, 2);
		narrow = swap ? __builtin_bswap16(narrow) : narrow;
		return is_signed ? (uint64_t)(int64_t)(int16_t)narrow : narrow;
	default:
		return is_signed ? (uint64_t)(int64_t)(int8_t)*at : *at;
	}
}

#endif
