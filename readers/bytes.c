/* SPDX-License-Identifier: GPL-2.0-only */
/* The bounded walk of bytes.h. */
#include <string.h>

#include "readers/bytes.h"

/* Large enough for most event formats, so that a header costs few reads. */
#define BYTES_WINDOW (64u << 10)

int dt_bytes_init(struct dt_bytes *bytes, const struct dt_source *source, uint64_t position,
		  uint64_t end, bool swap)
{
	*bytes = (struct dt_bytes){.position = position, .end = end, .swap = swap};
	if (bytes->end > source->size)
		bytes->end = source->size;
	bytes->failed = position > bytes->end;
	return dt_window_init(&bytes->window, source, BYTES_WINDOW);
}

void dt_bytes_free(struct dt_bytes *bytes)
{
	dt_window_free(&bytes->window);
}

uint64_t dt_bytes_left(const struct dt_bytes *bytes)
{
	return bytes->failed ? 0 : bytes->end - bytes->position;
}

bool dt_bytes_copy(struct dt_bytes *bytes, void *to, size_t size)
{
	char *place = to;

	if (bytes->failed || bytes->end - bytes->position < size) {
		bytes->failed = true;
		memset(to, 0, size);
		return false;
	}
	while (size) {
		size_t piece = size < BYTES_WINDOW ? size : BYTES_WINDOW;
		size_t available;
		const unsigned char *from =
			dt_window_get(&bytes->window, bytes->position, piece, &available);

		if (!from) {
			bytes->failed = true;
			memset(place, 0, size);
			return false;
		}
		memcpy(place, from, piece);
		place += piece;
		size -= piece;
		bytes->position += piece;
	}
	return true;
}

uint8_t dt_bytes_u8(struct dt_bytes *bytes)
{
	uint8_t value;

	(void)dt_bytes_copy(bytes, &value, sizeof(value));
	return value;
}

uint16_t dt_bytes_u16(struct dt_bytes *bytes)
{
	uint16_t value;

	(void)dt_bytes_copy(bytes, &value, sizeof(value));
	return bytes->swap ? __builtin_bswap16(value) : value;
}

uint32_t dt_bytes_u32(struct dt_bytes *bytes)
{
	uint32_t value;

	(void)dt_bytes_copy(bytes, &value, sizeof(value));
	return bytes->swap ? __builtin_bswap32(value) : value;
}

uint64_t dt_bytes_u64(struct dt_bytes *bytes)
{
	uint64_t value;

	(void)dt_bytes_copy(bytes, &value, sizeof(value));
	return bytes->swap ? __builtin_bswap64(value) : value;
}

void dt_bytes_skip(struct dt_bytes *bytes, uint64_t size)
{
	if (bytes->failed || bytes->end - bytes->position < size)
		bytes->failed = true;
	else
		bytes->position += size;
}

bool dt_bytes_expect(struct dt_bytes *bytes, const void *expected, size_t size)
{
	const char *wanted = expected;
	char found[16];

	while (size) {
		size_t piece = size < sizeof(found) ? size : sizeof(found);

		if (!dt_bytes_copy(bytes, found, piece))
			return false;
		if (memcmp(found, wanted, piece)) {
			bytes->failed = true;
			return false;
		}
		wanted += piece;
		size -= piece;
	}
	return true;
}

bool dt_bytes_string(struct dt_bytes *bytes, char *to, size_t size)
{
	size_t length = 0;

	if (size)
		to[0] = '\0';
	while (!bytes->failed) {
		char letter = (char)dt_bytes_u8(bytes);

		if (bytes->failed)
			break;
		if (!letter) {
			if (size)
				to[length] = '\0';
			return true;
		}
		if (length + 1 < size)
			to[length++] = letter;
	}
	if (size)
		to[length] = '\0';
	return false;
}
