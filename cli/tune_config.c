/* SPDX-License-Identifier: GPL-2.0-only */
/* The options of tune from a file, by the same table as those of the command line. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/tune_live.h"
#include "control/config_document.h"

/* A list as the option takes it: its members with commas between them. */
static char *text_of(const struct dt_config_value *value)
{
	size_t size = 1, used = 0;
	char *text;

	if (value->shape == DT_CONFIG_TEXT)
		return strdup(value->text);
	for (size_t i = 0; i < value->nr; i++)
		size += (value->members[i].text ? strlen(value->members[i].text) : 0) + 1;
	text = calloc(1, size);
	for (size_t i = 0; text && i < value->nr; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s", i ? "," : "",
					 value->members[i].text ? value->members[i].text : "");
	return text;
}

/* Options keep pointers to their texts, which so live as long as the process. */
static char *keep(char *text)
{
	static char **kept;
	static size_t nr;
	char **more = text ? realloc(kept, (nr + 1) * sizeof(char *)) : NULL;

	if (!more) {
		free(text);
		return NULL;
	}
	kept = more;
	kept[nr++] = text;
	return text;
}

static const struct dt_option *find(const struct dt_option *options, const char *name)
{
	for (; options->name; options++)
		if (!strcmp(options->name, name) && strcmp(name, "config") != 0)
			return options;
	return NULL;
}

static int take_flag(const struct dt_config_document *document, const struct dt_config_value *value,
		     const struct dt_option *option, void *target, struct dt_error *error)
{
	const char *text = value->shape == DT_CONFIG_TEXT ? value->text : "";

	if (!strcmp(text, "false"))
		return 0;
	if (strcmp(text, "true") != 0)
		return dt_config_wrong(document, value->line, value->column, NULL, error,
				       "%s takes true or false", option->name);
	return option->parse(target, NULL, error);
}

static int unknown_key(const struct dt_config_document *document,
		       const struct dt_config_value *value, const struct dt_option *options,
		       struct dt_error *error)
{
	const char *names[64] = {NULL}, *nearest;
	char hint[96];
	size_t nr = 0;

	for (; options->name && nr < 63; options++)
		names[nr++] = options->name;
	nearest = dt_nearest(value->key, names);
	(void)snprintf(hint, sizeof(hint), "did you mean %s?", nearest ? nearest : "");
	return dt_config_wrong(document, value->key_line, value->key_column,
			       nearest ? hint : "damon-trace tune --help lists the options", error,
			       "unknown key \"%s\"", value->key);
}

static int take(const struct dt_config_document *document, const struct dt_config_value *value,
		const struct dt_option *options, void *target, struct dt_error *error)
{
	const struct dt_option *option = find(options, value->key);
	struct dt_error inner = {{0}, {0}};
	char *text;

	if (!option)
		return unknown_key(document, value, options, error);
	if (!option->argument)
		return take_flag(document, value, option, target, error);
	if (value->shape != DT_CONFIG_TEXT && value->shape != DT_CONFIG_LIST)
		return dt_config_wrong(document, value->line, value->column, NULL, error,
				       "%s takes %s", option->name, option->argument);
	text = keep(text_of(value));
	if (!text)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	if (!option->parse(target, text, &inner))
		return 0;
	return dt_config_wrong(document, value->line, value->column, inner.hint, error, "%s: %s",
			       option->name, inner.message);
}

int dt_tune_config(const char *path, const struct dt_option *options, void *target,
		   struct dt_error *error)
{
	struct dt_config_document document;
	int ret = dt_config_read(&document, path, error);

	if (!ret && document.root.shape != DT_CONFIG_MAP)
		ret = dt_config_wrong(&document, 1, 1, NULL, error,
				      "it has to be a map of options: \"law: step\"");
	for (size_t i = 0; !ret && i < document.root.nr; i++)
		ret = take(&document, &document.root.members[i], options, target, error);
	dt_config_clear(&document);
	return ret;
}
