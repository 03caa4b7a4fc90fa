/* SPDX-License-Identifier: GPL-2.0-only */
/* The frames of one recorded chain. */
#include "analyzers/chains.h"

/* enum perf_callchain_context of include/uapi/linux/perf_event.h: marks are above all addresses. */
#define MARK_HYPERVISOR	  ((uint64_t)-32)
#define MARK_KERNEL	  ((uint64_t)-128)
#define MARK_USER	  ((uint64_t)-512)
#define MARK_GUEST	  ((uint64_t)-2048)
#define MARK_GUEST_KERNEL ((uint64_t)-2176)
#define MARK_GUEST_USER	  ((uint64_t)-2560)
#define MARK_LOWEST	  ((uint64_t)-4095)

static enum dt_code_mode mode_of(uint64_t mark, enum dt_code_mode before)
{
	switch (mark) {
	case MARK_HYPERVISOR:
		return DT_CODE_HYPERVISOR;
	case MARK_KERNEL:
		return DT_CODE_KERNEL;
	case MARK_USER:
		return DT_CODE_USER;
	case MARK_GUEST:
	case MARK_GUEST_KERNEL:
	case MARK_GUEST_USER:
		return DT_CODE_GUEST;
	default:
		/* one that came later, or that says nothing of who runs */
		return before;
	}
}

uint32_t dt_chain_frames(const uint64_t *words, uint32_t nr, enum dt_code_mode mode,
			 struct dt_frame *frames, uint32_t room, bool *cut)
{
	/* where execution stands, and not where a call returns to */
	bool is_exact = true;
	uint32_t count = 0;

	*cut = false;
	for (uint32_t i = 0; i < nr; i++) {
		const enum dt_code_mode before = mode;

		if (words[i] >= MARK_LOWEST) {
			mode = mode_of(words[i], before);
			is_exact = is_exact || mode != before;
			continue;
		}
		/* the end of the stack as some unwinders see it */
		if (!words[i])
			continue;
		if (count == room) {
			*cut = true;
			break;
		}
		frames[count++] = (struct dt_frame){words[i] - !is_exact, mode};
		is_exact = false;
	}
	return count;
}
