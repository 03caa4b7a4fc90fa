/* SPDX-License-Identifier: GPL-2.0-only */
/* Walking a configuration along the schema; unknown keys and odd values are told with their place.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "control/config_units.h"
#include "control/config_walk.h"

struct dt_config {
	struct dt_config_document document;
};

static int no_memory(const struct dt_config_walk *walk)
{
	return dt_fail(walk->error, ENOMEM, NULL, "out of memory");
}

int dt_config_put_always(const struct dt_config_walk *walk, const char *directory, const char *path,
			 const char *value)
{
	const int ret = dt_damon_node_put(walk->tree, value, "%s%s%s", directory,
					  *directory ? "/" : "", path);

	return ret == -ENOMEM ? no_memory(walk)
	       : ret	      ? dt_fail(walk->error, -ret, NULL, "%s/%s: too long", directory, path)
			      : 0;
}

int dt_config_put(const struct dt_config_walk *walk, const char *directory, const char *path,
		  const char *value)
{
	char whole[DT_DAMON_PATH];
	const struct dt_damon_file *file;

	(void)snprintf(whole, sizeof(whole), "%s%s%s", directory, *directory ? "/" : "", path);
	file = dt_damon_file_find(whole);
	/* a kernel without the file does the same as one whose file holds that */
	if (file && file->initial && !strcmp(file->initial, value))
		return 0;
	return dt_config_put_always(walk, directory, path, value);
}

int dt_config_put_u64(const struct dt_config_walk *walk, const char *directory, const char *path,
		      uint64_t value)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRIu64, value);
	return dt_config_put(walk, directory, path, text);
}

int dt_config_expect(const struct dt_config_walk *walk, const struct dt_config_value *value,
		     enum dt_config_shape shape, const char *what)
{
	static const char *const shapes[] = {"nothing", "a word or number", "a list", "a map"};

	if (value->shape == shape)
		return 0;
	return dt_config_wrong(walk->document, value->line, value->column, NULL, walk->error,
			       "%s%s%s must be %s, and here is %s", value->key ? "\"" : "",
			       value->key ? value->key : "an element", value->key ? "\"" : "", what,
			       shapes[value->shape]);
}

/* What a text of the type looks like. */
static const char *example(enum dt_config_type type)
{
	switch (type) {
	case DT_KEY_BYTES:
		return "a number of bytes, like 4096, 64 MiB or max";
	case DT_KEY_US:
	case DT_KEY_MS:
		return "a time, like 100 ms or 1 m 30 s";
	case DT_KEY_PERMIL:
		return "a part, like 5 %, or a number of thousandths";
	case DT_KEY_BP:
		return "a part, like 60 %, or a number of ten-thousandths";
	case DT_KEY_BOOL:
		return "true or false";
	default:
		return "a whole number";
	}
}

static int convert(const char *text, enum dt_config_type type, uint64_t *number)
{
	bool yes = false;
	int ret;

	switch (type) {
	case DT_KEY_BYTES:
		return dt_units_bytes(text, number);
	case DT_KEY_US:
		return dt_units_time(text, 1000, number);
	case DT_KEY_MS:
		return dt_units_time(text, 1000000, number);
	case DT_KEY_PERMIL:
		return dt_units_part(text, 1000, number);
	case DT_KEY_BP:
		return dt_units_part(text, 10000, number);
	case DT_KEY_BOOL:
		ret = dt_units_bool(text, &yes);
		*number = yes;
		return ret;
	default:
		return dt_units_number(text, number);
	}
}

int dt_config_number(const struct dt_config_walk *walk, const struct dt_config_value *value,
		     enum dt_config_type type, uint64_t *number)
{
	int ret = dt_config_expect(walk, value, DT_CONFIG_TEXT, example(type));

	if (ret)
		return ret;
	*number = 0;
	ret = convert(value->text, type, number);
	if (!ret)
		return 0;
	return dt_config_wrong(walk->document, value->line, value->column, NULL, walk->error,
			       ret == -ERANGE ? "\"%.60s\" is too large for %s"
					      : "\"%.60s\" is not %s",
			       value->text, example(type));
}

static int take_signed(const struct dt_config_walk *walk, const struct dt_config_value *value,
		       const char *directory, const char *path)
{
	char text[24];
	int64_t number;
	int ret = dt_config_expect(walk, value, DT_CONFIG_TEXT, "a whole number");

	if (ret)
		return ret;
	if (dt_units_signed(value->text, &number))
		return dt_config_wrong(walk->document, value->line, value->column, NULL,
				       walk->error, "\"%.60s\" is not a whole number", value->text);
	(void)snprintf(text, sizeof(text), "%" PRId64, number);
	return dt_config_put(walk, directory, path, text);
}

static int take_word(const struct dt_config_walk *walk, const struct dt_config_value *value,
		     const char *directory, const char *path)
{
	const int ret = dt_config_expect(walk, value, DT_CONFIG_TEXT, "a word");

	if (ret)
		return ret;
	if (!*value->text || strpbrk(value->text, "\n\r"))
		return dt_config_wrong(walk->document, value->line, value->column, NULL,
				       walk->error, "\"%.60s\" is not a word", value->text);
	return dt_config_put(walk, directory, path, value->text);
}

static int take_value(struct dt_config_walk *walk, const struct dt_config_value *value,
		      const struct dt_config_key *key, const char *directory)
{
	uint64_t number;
	int ret;

	/* damo prints null for what it does not set */
	if (value->shape == DT_CONFIG_NULL || key->type == DT_KEY_IGNORED)
		return key->take && key->type == DT_KEY_OWN ? key->take(walk, value, directory) : 0;
	switch (key->type) {
	case DT_KEY_OWN:
		return key->take(walk, value, directory);
	case DT_KEY_MAP:
		return dt_config_map(walk, value, key->keys, directory);
	case DT_KEY_LIST:
		return dt_config_list(walk, value, key->keys, directory, key->path);
	case DT_KEY_SIGNED:
		return take_signed(walk, value, directory, key->path);
	case DT_KEY_WORD:
		return take_word(walk, value, directory, key->path);
	default:
		ret = dt_config_number(walk, value, key->type, &number);
		if (ret)
			return ret;
		if (key->type == DT_KEY_BOOL)
			return dt_config_put(walk, directory, key->path, number ? "Y" : "N");
		return dt_config_put_u64(walk, directory, key->path, number);
	}
}

static int unknown_key(const struct dt_config_walk *walk, const struct dt_config_value *member,
		       const struct dt_config_key *keys)
{
	char hint[512] = "known here:";
	size_t used = strlen(hint);

	for (; keys->name && used < sizeof(hint); keys++)
		used += (size_t)snprintf(hint + used, sizeof(hint) - used, " %s", keys->name);
	return dt_config_wrong(walk->document, member->key_line, member->key_column, hint,
			       walk->error, "unknown key \"%.60s\"", member->key);
}

int dt_config_map(struct dt_config_walk *walk, const struct dt_config_value *map,
		  const struct dt_config_key *keys, const char *directory)
{
	int ret = dt_config_expect(walk, map, DT_CONFIG_MAP, "a map");

	for (size_t i = 0; !ret && i < map->nr; i++) {
		const struct dt_config_key *key = keys;

		while (key->name && strcmp(key->name, map->members[i].key) != 0)
			key++;
		ret = key->name ? take_value(walk, &map->members[i], key, directory)
				: unknown_key(walk, &map->members[i], keys);
	}
	return ret;
}

int dt_config_list(struct dt_config_walk *walk, const struct dt_config_value *list,
		   const struct dt_config_key *keys, const char *directory, const char *nr_file)
{
	const char *slash = strrchr(nr_file, '/');
	const int length = slash ? (int)(slash - nr_file) + 1 : 0;
	char below[DT_DAMON_PATH];
	size_t nr = list->nr;
	int ret = dt_config_expect(walk, list, DT_CONFIG_LIST, "a list");

	/* perf events may have added one of their own */
	if (slash && !strcmp(slash, "/nr_probes") && walk->nr_probes > nr)
		nr = walk->nr_probes;
	if (!ret)
		ret = dt_config_put_u64(walk, directory, nr_file, nr);
	for (size_t i = 0; !ret && i < list->nr; i++) {
		if (snprintf(below, sizeof(below), "%s%s%.*s%zu", directory, *directory ? "/" : "",
			     length, nr_file, i) >= (int)sizeof(below))
			return dt_fail(walk->error, ENAMETOOLONG, NULL, "nested too deeply");
		/* they have defaults, and contexts facts that schemes need wherever they stand */
		if (!strcmp(nr_file, "contexts/nr_contexts"))
			ret = dt_config_context(walk, &list->members[i], below);
		else if (!strcmp(nr_file, "schemes/nr_schemes"))
			ret = dt_config_scheme(walk, below);
		if (!ret)
			ret = dt_config_map(walk, &list->members[i], keys, below);
	}
	return ret;
}

/* ---- the whole ---- */

int dt_config_open(struct dt_config **config, const char *path, struct dt_error *error)
{
	*config = calloc(1, sizeof(**config));
	if (!*config)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	return dt_config_read(&(*config)->document, path, error);
}

int dt_config_open_text(struct dt_config **config, const char *name, const char *text, size_t size,
			struct dt_error *error)
{
	*config = calloc(1, sizeof(**config));
	if (!*config)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	return dt_config_parse(&(*config)->document, name, text, size, error);
}

void dt_config_free(struct dt_config *config)
{
	if (!config)
		return;
	dt_config_clear(&config->document);
	free(config);
}

int dt_config_tree(const struct dt_config *config, const struct dt_setup_machine *machine,
		   const struct dt_damon_features *features, int32_t pid,
		   struct dt_damon_node *tree, struct dt_warnings *notes, struct dt_error *error)
{
	struct dt_config_walk walk = {.document = &config->document,
				      .machine = machine,
				      .features = features,
				      .pid = pid,
				      .tree = tree,
				      .notes = notes,
				      .error = error};
	const struct dt_config_value *kdamonds;
	int ret = dt_config_map(&walk, &config->document.root, dt_config_root, "");

	if (ret)
		return ret;
	kdamonds = dt_config_member(&config->document.root, "kdamonds");
	if (!kdamonds || !kdamonds->nr)
		return dt_config_wrong(&config->document, config->document.root.line,
				       config->document.root.column,
				       "doc/setup.md has an example, and share/ ready ones", error,
				       "it has no kdamonds");
	return 0;
}
