/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interrupts that hardware samples come by, for what sampling costs: a column for each CPU that is
 * online, named in the first line of /proc/interrupts.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "collector/witness_impl.h"

/* The numbers of a line, whatever text stands behind them. */
static void write_numbers(struct dt_json *json, const char *name, const char *text)
{
	char *end;

	dt_json_array(json, name);
	for (;;) {
		const uint64_t number = strtoull(text, &end, 10);

		if (end == text || !isspace((unsigned char)*end))
			break;
		dt_json_u64(json, NULL, number);
		text = end;
	}
	dt_json_array_end(json);
}

/* "           CPU0       CPU2\n" */
static void write_cpus(struct dt_json *json, const char *line)
{
	dt_json_array(json, "cpus");
	for (line = strstr(line, "CPU"); line; line = strstr(line, "CPU"))
		dt_json_u64(json, NULL, strtoull(line += strlen("CPU"), NULL, 10));
	dt_json_array_end(json);
}

void dt_witness_write_interrupts(struct dt_witness *witness, struct dt_json *json)
{
	FILE *file = fopen(witness->interrupts, "re");
	char *line = NULL;
	size_t room = 0;
	bool begun = false;

	while (file && getline(&line, &room, file) > 0) {
		const char *name = line + strspn(line, " ");

		if (!begun) {
			dt_json_object(json, "interrupts");
			write_cpus(json, line);
			begun = true;
		} else if (!strncmp(name, "NMI:", 4)) {
			write_numbers(json, "nmi", name + 4);
		} else if (!strncmp(name, "PMI:", 4)) {
			write_numbers(json, "pmi", name + 4);
		}
	}
	if (begun)
		dt_json_object_end(json);
	free(line);
	if (file)
		(void)fclose(file);
}
