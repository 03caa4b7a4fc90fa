/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin's options, and what they were set to. Nothing of this is seen outside of the plugin.
 */
#ifndef PLUGINS_PLUGIN_OPTIONS_H
#define PLUGINS_PLUGIN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <traceevent/event-parse.h>

#define SECTORS_MAX 16

enum option { HUMAN, RAW, UNIT, INTERVALS, SECTORS };

/* As libtraceevent wants it. */
extern struct tep_plugin_option damon_options[];

struct sector {
	char name[32];
	uint64_t low, high; /* both inside */
};

/* The options' values, parsed. */
struct damon_settings {
	const char *seen[SECTORS + 1]; /* the texts that the rest was parsed from */
	int unit;		       /* power of 1024, -1: by size */
	uint64_t checks;	       /* samplings per aggregation, 0: unknown */
	uint64_t sector_size;
	unsigned nr_sectors;
	struct sector sectors[SECTORS_MAX];
};

extern struct damon_settings damon_settings;

/* Look at the options' values, and complain on stderr of those that are not understood. */
void damon_options_parse(void);

/* Is the human form asked for where the kernel's is usual? */
bool damon_options_human(void);

/* Set those that the environment names; the first time alone. */
void damon_options_environment(void);

#endif
