/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the plugin can be told: by trace-cmd's -O, and by the environment where there is no such. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/plugin_options.h"

#define PLUGIN	    "damon"
#define ENVIRONMENT "DAMON_TRACE_PLUGIN"

struct tep_plugin_option damon_options[] = {
	[HUMAN] = {.name = "human",
		   .plugin_alias = PLUGIN,
		   .description = "regions and sampling intervals in human form too (boolean)"},
	[RAW] = {.name = "raw",
		 .plugin_alias = PLUGIN,
		 .description = "every event as the kernel prints it (boolean)"},
	[UNIT] = {.name = "unit",
		  .plugin_alias = PLUGIN,
		  .description = "of sizes: auto, B, K, M, G or T",
		  .value = "auto"},
	[INTERVALS] = {.name = "intervals",
		       .plugin_alias = PLUGIN,
		       .description = "SAMPLE,AGGREGATION (5ms,100ms): access rates in percent; "
				      "implies human",
		       .value = ""},
	[SECTORS] = {.name = "sectors",
		     .plugin_alias = PLUGIN,
		     .description = "SIZE (1G), or NAME=LO-HI,...: say where an address is; "
				    "implies human",
		     .value = ""},
	{.name = NULL},
};

struct damon_settings damon_settings = {.unit = -1};

/* ---- values ---- */

/* A number with one of the suffixes, each worth the factor times the one before it. */
static bool parse_scaled(const char **text, const char *const *suffixes, uint64_t factor,
			 uint64_t *value)
{
	uint64_t scale = 1;
	char *end;

	errno = 0;
	*value = strtoull(*text, &end, 0);
	if (errno || end == *text || **text < '0' || **text > '9')
		return false;
	*text = end;
	for (; *suffixes; suffixes++, scale *= factor) {
		const size_t length = strlen(*suffixes);

		if (!length || strncmp(end, *suffixes, length) != 0)
			continue;
		*text = end + length;
		break;
	}
	if (!*suffixes)
		scale = 1;
	return !__builtin_mul_overflow(*value, scale, value);
}

static bool parse_bytes(const char **text, uint64_t *value)
{
	static const char *const suffixes[] = {"B", "K", "M", "G", "T", NULL};

	return parse_scaled(text, suffixes, 1024, value);
}

static bool parse_unit(const char *text)
{
	static const char *const names[] = {"auto", "B", "K", "M", "G", "T"};

	for (int i = 0; i < 6; i++)
		if (!strcmp(text, names[i])) {
			damon_settings.unit = i - 1;
			return true;
		}
	return false;
}

static bool parse_intervals(const char *text)
{
	static const char *const suffixes[] = {"us", "ms", "s", NULL};
	uint64_t sample, aggregation;

	damon_settings.checks = 0;
	if (!*text)
		return true;
	if (!parse_scaled(&text, suffixes, 1000, &sample) || *text++ != ',' ||
	    !parse_scaled(&text, suffixes, 1000, &aggregation) || *text || !sample ||
	    aggregation < sample)
		return false;
	damon_settings.checks = aggregation / sample;
	return true;
}

/* NAME=LO-HI, both inside. */
static bool parse_sector(const char **text, struct sector *sector)
{
	const size_t length = strcspn(*text, "=,");

	if (!length || length >= sizeof(sector->name) || (*text)[length] != '=')
		return false;
	memcpy(sector->name, *text, length);
	sector->name[length] = '\0';
	*text += length + 1;
	if (!parse_bytes(text, &sector->low) || *(*text)++ != '-')
		return false;
	return parse_bytes(text, &sector->high) && sector->low <= sector->high;
}

static bool parse_sectors(const char *text)
{
	uint64_t size = 0;

	damon_settings.sector_size = 0;
	damon_settings.nr_sectors = 0;
	if (!*text)
		return true;
	if (!strchr(text, '=')) {
		if (!parse_bytes(&text, &size) || *text || !size)
			return false;
		damon_settings.sector_size = size;
		return true;
	}
	for (unsigned i = 0; i < SECTORS_MAX; i++) {
		if (!parse_sector(&text, &damon_settings.sectors[i]) || (*text && *text != ','))
			return false;
		if (!*text++) {
			damon_settings.nr_sectors = i + 1;
			return true;
		}
	}
	return false;
}

/* Options may be set before and after the plugin was loaded: so they are looked at when used. */
static void parse_option(enum option option, bool (*parse)(const char *text))
{
	const char *text = damon_options[option].value;

	if (text == damon_settings.seen[option])
		return;
	damon_settings.seen[option] = text;
	if (!parse(text ? text : ""))
		fprintf(stderr, "plugin_damon: option %s does not understand \"%s\": %s\n",
			damon_options[option].name, text, damon_options[option].description);
}

void damon_options_parse(void)
{
	parse_option(UNIT, parse_unit);
	parse_option(INTERVALS, parse_intervals);
	parse_option(SECTORS, parse_sectors);
}

bool damon_options_human(void)
{
	return damon_options[HUMAN].set || damon_settings.checks || damon_settings.sector_size ||
	       damon_settings.nr_sectors;
}

/* ---- environment ---- */

/* perf script and KernelShark pass no options: words of the environment, as "human unit=M". */
static char environment[1024];

static void set_word(char *word)
{
	char *value = strchr(word, '=');
	const size_t length = value ? (size_t)(value++ - word) : strlen(word);

	for (struct tep_plugin_option *option = damon_options; option->name; option++) {
		if (strlen(option->name) != length || strncmp(option->name, word, length) != 0)
			continue;
		if (option->value)
			option->value = value ? value : "";
		else
			option->set = !value || !strcmp(value, "1");
		return;
	}
	fprintf(stderr, "plugin_damon: %s: there is no option \"%s\"\n", ENVIRONMENT, word);
}

void damon_options_environment(void)
{
	const char *text = getenv(ENVIRONMENT);
	char *rest = NULL;

	if (!text || *environment)
		return;
	if (strlen(text) >= sizeof(environment)) {
		fprintf(stderr, "plugin_damon: %s: more than %zu characters\n", ENVIRONMENT,
			sizeof(environment) - 1);
		return;
	}
	memcpy(environment, text, strlen(text) + 1);
	for (char *word = strtok_r(environment, " ", &rest); word;
	     word = strtok_r(NULL, " ", &rest))
		set_word(word);
}
