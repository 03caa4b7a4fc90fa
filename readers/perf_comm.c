/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of processes by pid. A name is a courtesy: without memory there is none. */
#include <stdlib.h>
#include <string.h>

#include "readers/perf_comm.h"

#define FIRST_SLOTS 256u
#define MOST_SLOTS  (128u << 10)

static uint32_t find_slot(const struct dt_perf_comms *comms, int32_t pid)
{
	uint32_t slot = (uint32_t)pid * 0x9e3779b1u & comms->mask;

	while (comms->slots[slot].name[0] && comms->slots[slot].pid != pid)
		slot = (slot + 1) & comms->mask;
	return slot;
}

static void grow(struct dt_perf_comms *comms)
{
	const uint32_t slots = comms->slots ? (comms->mask + 1) * 2 : FIRST_SLOTS;
	struct dt_perf_comms larger = {.mask = slots - 1, .nr = comms->nr};

	if (slots > MOST_SLOTS)
		return;
	larger.slots = calloc(slots, sizeof(*larger.slots));
	if (!larger.slots)
		return;
	for (uint32_t i = 0; comms->slots && i <= comms->mask; i++)
		if (comms->slots[i].name[0])
			larger.slots[find_slot(&larger, comms->slots[i].pid)] = comms->slots[i];
	free(comms->slots);
	*comms = larger;
}

void dt_perf_comms_put(struct dt_perf_comms *comms, int32_t pid, const char *name, size_t size)
{
	struct dt_perf_comm *comm;
	const size_t length = strnlen(name, size < DT_COMM_SIZE - 1 ? size : DT_COMM_SIZE - 1);

	if (!length)
		return;
	if (!comms->slots || comms->nr >= (comms->mask + 1) / 2)
		grow(comms);
	if (!comms->slots)
		return;
	comm = &comms->slots[find_slot(comms, pid)];
	if (!comm->name[0]) {
		if (comms->nr >= (comms->mask + 1) / 2)
			return;
		comms->nr++;
	}
	*comm = (struct dt_perf_comm){.pid = pid};
	memcpy(comm->name, name, length);
}

const char *dt_perf_comms_find(const struct dt_perf_comms *comms, int32_t pid)
{
	const struct dt_perf_comm *comm;

	if (!comms->slots)
		return NULL;
	comm = &comms->slots[find_slot(comms, pid)];
	return comm->name[0] ? comm->name : NULL;
}

void dt_perf_comms_free(struct dt_perf_comms *comms)
{
	free(comms->slots);
	*comms = (struct dt_perf_comms){0};
}
