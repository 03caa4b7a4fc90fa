/* SPDX-License-Identifier: GPL-2.0-only */
/* Protobuf's wire format: tags, varints, 64-bit values and lengths. */
#include <string.h>

#include "exporters/protobuf.h"

enum { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_LENGTH = 2 };

/* Bytes of the longest varint. */
#define VARINT_MAX 10

static void put_varint(struct dt_protobuf *message, uint64_t value)
{
	while (value >= 0x80) {
		message->bytes[message->size++] = (unsigned char)(value | 0x80);
		value >>= 7;
	}
	message->bytes[message->size++] = (unsigned char)value;
}

static void put_tag(struct dt_protobuf *message, unsigned field, unsigned wire)
{
	put_varint(message, (uint64_t)field << 3 | wire);
}

static int has_room(const struct dt_protobuf *message, size_t size)
{
	return message->size + 2 * VARINT_MAX + size <= sizeof(message->bytes);
}

void dt_pb_u64(struct dt_protobuf *message, unsigned field, uint64_t value)
{
	if (!has_room(message, 0))
		return;
	put_tag(message, field, WIRE_VARINT);
	put_varint(message, value);
}

void dt_pb_double(struct dt_protobuf *message, unsigned field, double value)
{
	uint64_t bits;

	if (!has_room(message, sizeof(bits)))
		return;
	memcpy(&bits, &value, sizeof(bits));
	put_tag(message, field, WIRE_64);
	for (unsigned i = 0; i < sizeof(bits); i++)
		message->bytes[message->size++] = (unsigned char)(bits >> 8 * i);
}

static void put_bytes(struct dt_protobuf *message, unsigned field, const void *bytes, size_t size)
{
	if (!has_room(message, size))
		return;
	put_tag(message, field, WIRE_LENGTH);
	put_varint(message, size);
	memcpy(message->bytes + message->size, bytes, size);
	message->size += size;
}

void dt_pb_text(struct dt_protobuf *message, unsigned field, const char *text)
{
	put_bytes(message, field, text, strlen(text));
}

void dt_pb_message(struct dt_protobuf *message, unsigned field, const struct dt_protobuf *inner)
{
	put_bytes(message, field, inner->bytes, inner->size);
}
