/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which processor recorded, from perf's CPUID feature: "VENDOR,FAMILY,MODEL,STEPPING", decimal, as
 * perf writes it on x86. Which errata hold depends on it.
 */
#include <string.h>

#include "damon-trace/data_source.h"

static const struct {
	const char *name;
	bool amd, intel;
} vendors[] = {
	{"AuthenticAMD,", true, false},
	{"HygonGenuine,", true, false}, /* AMD's cores, and its PMUs */
	{"GenuineIntel,", false, true},
};

#define NR_VENDORS (sizeof(vendors) / sizeof(vendors[0]))

/* A decimal number up to end, or to the end of the text when end is 0; moves behind it. */
static bool take_number(const char **text, char end, uint32_t *value)
{
	const uint32_t most = 0xffff; /* CPUID has 12 bits of family, 8 of model */
	const char *at = *text;

	for (*value = 0; *at >= '0' && *at <= '9' && *value <= most; at++)
		*value = *value * 10 + (uint32_t)(*at - '0');
	if (at == *text || *at != end || *value > most)
		return false;
	*text = end ? at + 1 : at;
	return true;
}

bool dt_processor_parse(const char *cpuid, struct dt_processor *processor)
{
	struct dt_processor found = {0};

	*processor = (struct dt_processor){0};
	for (size_t i = 0; i < NR_VENDORS; i++) {
		const char *at = cpuid + strlen(vendors[i].name);

		if (strncmp(cpuid, vendors[i].name, strlen(vendors[i].name)) != 0)
			continue;
		if (!take_number(&at, ',', &found.family) || !take_number(&at, ',', &found.model) ||
		    !take_number(&at, 0, &found.stepping))
			return false;
		found.amd = vendors[i].amd;
		found.intel = vendors[i].intel;
		*processor = found;
		return true;
	}
	return false;
}
