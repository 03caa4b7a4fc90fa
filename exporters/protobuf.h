/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages in protobuf's wire format, small ones, built from the inside outwards. */
#ifndef EXPORTERS_PROTOBUF_H
#define EXPORTERS_PROTOBUF_H

#include <stddef.h>
#include <stdint.h>

/* Holds any message that is written here; what would not fit is left out as a whole. */
#define DT_PROTOBUF_SIZE 2048

struct dt_protobuf {
	size_t size;
	unsigned char bytes[DT_PROTOBUF_SIZE];
};

void dt_pb_u64(struct dt_protobuf *message, unsigned field, uint64_t value);
void dt_pb_double(struct dt_protobuf *message, unsigned field, double value);
void dt_pb_text(struct dt_protobuf *message, unsigned field, const char *text);
void dt_pb_message(struct dt_protobuf *message, unsigned field, const struct dt_protobuf *inner);

#endif
