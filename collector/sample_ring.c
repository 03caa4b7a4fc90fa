/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a ring to the file, as the kernel wrote it: records that stand side by side in the ring go
 * out in one piece without being copied, while their headers are walked to keep the account.
 */
#include <errno.h>
#include <string.h>

#include <perf/event.h>

#include "collector/sampler_impl.h"

/* So much is written at once; then the kernel gets the room back. */
#define WRITE_BYTES (256u << 10)

/* Before the end of the ring, the record that wraps, after it. */
#define PARTS 3

/* What the records of a piece tell; it counts once they are in the file. */
struct told {
	uint64_t samples, with_address;
	uint64_t lost, lost_samples, throttles;
	uint64_t first_ns, last_ns;
};

struct pass {
	struct dt_sampler *sampler;
	struct dt_sample_ring *ring;
	struct dt_cpu_account *account;
	struct iovec parts[PARTS];
	int nr_parts;
	size_t bytes; /* in parts */
	struct told told;
	uint64_t total; /* written */
};

/* The event of an identifier; events of children have the one of their parent. */
static uint32_t event_of(const struct dt_sampler *sampler, uint64_t id)
{
	for (size_t slot = id & (sampler->nr_slots - 1); sampler->slots[slot].id;
	     slot = (slot + 1) & (sampler->nr_slots - 1))
		if (sampler->slots[slot].id == id)
			return sampler->slots[slot].event;
	return 0;
}

/* [identifier] ip, pid and tid, time, address: in every sample of ours. */
static void count_sample(struct pass *pass, const uint64_t *words)
{
	struct dt_event_tally *tally = pass->sampler->tallies;
	const bool identified = pass->sampler->identifiers;
	const uint64_t time = words[2 + identified];
	const bool address = words[3 + identified] != 0;

	if (identified)
		tally += event_of(pass->sampler, words[0]);
	tally->samples++;
	tally->with_address += address;
	pass->told.samples++;
	pass->told.with_address += address;
	if (time < pass->told.first_ns)
		pass->told.first_ns = time;
	if (time > pass->told.last_ns)
		pass->told.last_ns = time;
}

static void count_record(struct pass *pass, const struct perf_event_header *header)
{
	const uint64_t *words = (const uint64_t *)(header + 1);

	switch (header->type) {
	case PERF_RECORD_SAMPLE:
		count_sample(pass, words);
		break;
	case PERF_RECORD_LOST:
		/* the event's identifier comes first */
		pass->told.lost += words[1];
		break;
	case PERF_RECORD_LOST_SAMPLES:
		pass->told.lost_samples += words[0];
		break;
	case PERF_RECORD_THROTTLE:
		pass->told.throttles++;
		break;
	default:
		break;
	}
}

static void begin_piece(struct pass *pass)
{
	pass->nr_parts = 0;
	pass->bytes = 0;
	pass->told = (struct told){.first_ns = UINT64_MAX};
}

static void account_piece(struct pass *pass)
{
	struct dt_sample_file *file = &pass->sampler->file;
	struct dt_cpu_account *account = pass->account;
	const struct told *told = &pass->told;

	account->samples += told->samples;
	account->with_address += told->with_address;
	account->lost += told->lost;
	account->lost_samples += told->lost_samples;
	account->throttles += told->throttles;
	account->perf_bytes += pass->bytes;
	pass->ring->lost += told->lost;
	pass->total += pass->bytes;
	if (told->first_ns < file->first_ns)
		file->first_ns = told->first_ns;
	if (told->last_ns > file->last_ns)
		file->last_ns = told->last_ns;
}

static int write_parts(struct pass *pass, struct dt_error *error)
{
	int ret =
		dt_file_add(&pass->sampler->file, pass->parts, pass->nr_parts, pass->bytes, error);

	/* what could not be written is given up with the recording */
	perf_mmap__consume(pass->ring->map);
	if (!ret)
		account_piece(pass);
	else
		pass->account->lost += pass->told.samples + pass->told.lost;
	begin_piece(pass);
	return ret;
}

static void add_part(struct pass *pass, void *record, size_t size)
{
	struct iovec *last = pass->nr_parts ? &pass->parts[pass->nr_parts - 1] : NULL;

	if (last && (char *)last->iov_base + last->iov_len == record)
		last->iov_len += size;
	else
		pass->parts[pass->nr_parts++] = (struct iovec){record, size};
	pass->bytes += size;
}

int dt_ring_drain(struct dt_sampler *sampler, struct dt_sample_ring *ring, uint64_t *bytes,
		  struct dt_error *error)
{
	/* writers may be faster than we are: an end must come */
	const uint64_t enough = 2 * (uint64_t)sampler->pages * sampler->page_bytes;
	struct pass pass = {
		.sampler = sampler, .ring = ring, .account = dt_sampler_cpu(sampler, ring->cpu)};
	union perf_event *event;
	int ret = 0;

	if (!pass.account || perf_mmap__read_init(ring->map))
		return 0;
	begin_piece(&pass);
	while (!ret && pass.total < enough && (event = perf_mmap__read_event(ring->map))) {
		const struct perf_event_header *header = (const void *)event;

		count_record(&pass, header);
		add_part(&pass, event, header->size);
		if (pass.bytes >= WRITE_BYTES || pass.nr_parts == PARTS)
			ret = write_parts(&pass, error);
	}
	if (!ret && pass.bytes)
		ret = write_parts(&pass, error);
	if (bytes)
		*bytes += pass.total;
	return ret;
}

/* PERF_RECORD_LOST with an empty sample_id, whose length is that of the synthesized ones. */
int dt_ring_last_losses(struct dt_sampler *sampler, struct dt_sample_ring *ring,
			struct dt_error *error)
{
	struct {
		struct perf_event_header header;
		uint64_t id, lost;
		uint64_t sample_id[4];
	} record = {.header = {.type = PERF_RECORD_LOST}};
	struct dt_cpu_account *account = dt_sampler_cpu(sampler, ring->cpu);
	uint64_t lost = 0;

	for (size_t i = 0; i < ring->nr; i++)
		for (size_t thread = 0; thread < ring->nr_threads; thread++) {
			struct perf_counts_values values;

			if (!perf_evsel__read(ring->evsels[i], 0, (int)thread, &values))
				lost += values.lost;
		}
	if (!account || lost <= ring->lost)
		return 0;
	record.header.size = (uint16_t)(sizeof(record) - (sampler->identifiers ? 0 : 8));
	record.id = ring->ids[0];
	record.lost = lost - ring->lost;
	/* tid, time, CPU: at the end of what was sampled */
	record.sample_id[1] = sampler->file.last_ns;
	record.sample_id[2] = (uint32_t)ring->cpu;
	record.sample_id[3] = record.id;
	account->lost += record.lost;
	ring->lost = lost;
	return dt_file_add_record(&sampler->file, &record, record.header.size, error);
}
