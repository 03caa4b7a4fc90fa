/* SPDX-License-Identifier: GPL-2.0-only */
/* Which builds of the mapped files a perf.data file was recorded with. */
#include "readers/perf_format.h"
#include "readers/perf_reader.h"

/* s32 pid, 20 bytes, u8 their number, 3 bytes; then the name. */
#define BUILD_ID_AT_BYTES 12
#define BUILD_ID_AT_SIZE  32
#define BUILD_ID_AT_NAME  36

/* Older perfs did not tell the number. */
#define MISC_BUILD_ID_SIZE (1u << 15)

void dt_perf_build_id_record(struct dt_perf_maps *maps, const unsigned char *at,
			     struct dt_perf_record record)
{
	struct dt_build_id id = {.size = sizeof(id.bytes)};

	if (record.size <= BUILD_ID_AT_NAME)
		return;
	if (record.misc & MISC_BUILD_ID_SIZE)
		id.size = at[BUILD_ID_AT_SIZE];
	memcpy(id.bytes, at + BUILD_ID_AT_BYTES, sizeof(id.bytes));
	dt_perf_maps_build_id(maps, (const char *)at + BUILD_ID_AT_NAME,
			      record.size - BUILD_ID_AT_NAME, &id);
}

bool dt_perf_build_ids_read(struct dt_perf_reader *reader, struct dt_bytes *bytes)
{
	unsigned char at[BUILD_ID_AT_NAME + DT_PERF_PATH];

	while (dt_bytes_left(bytes) >= RECORD_HEADER) {
		struct dt_perf_record record;

		if (!dt_bytes_copy(bytes, at, RECORD_HEADER))
			return false;
		record = dt_perf_record_at(at, reader->big);
		if (record.size < RECORD_HEADER || record.size > sizeof(at) ||
		    !dt_bytes_copy(bytes, at + RECORD_HEADER, record.size - RECORD_HEADER))
			return false;
		dt_perf_build_id_record(&reader->maps, at, record);
	}
	return true;
}
