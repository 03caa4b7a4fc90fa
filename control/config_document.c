/* SPDX-License-Identifier: GPL-2.0-only */
/* See config_document.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "control/config_document.h"

/* Far more than a configuration has: what is nested or repeated by aliases without end. */
#define DEPTH_MAX      24
#define VALUES_MAX     100000
#define SIZE_MAX_BYTES (4u << 20)

int dt_config_wrong(const struct dt_config_document *document, unsigned line, unsigned column,
		    const char *hint, struct dt_error *error, const char *format, ...)
{
	char text[400];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	return dt_fail(error, EINVAL, hint, "%.100s:%u:%u: %s", document->name, line, column, text);
}

static void clear_value(struct dt_config_value *value)
{
	for (size_t i = 0; i < value->nr; i++)
		clear_value(&value->members[i]);
	free(value->members);
	free(value->key);
	free(value->text);
}

void dt_config_clear(struct dt_config_document *document)
{
	clear_value(&document->root);
	free(document->name);
	*document = (struct dt_config_document){0};
}

const struct dt_config_value *dt_config_member(const struct dt_config_value *map, const char *key)
{
	for (size_t i = 0; map && map->shape == DT_CONFIG_MAP && i < map->nr; i++)
		if (!strcmp(map->members[i].key, key))
			return &map->members[i];
	return NULL;
}

/* ---- from libyaml's document ---- */

struct copy {
	struct dt_config_document *document;
	yaml_document_t *yaml;
	size_t values;
	struct dt_error *error;
};

static int copy_value(struct copy *copy, struct dt_config_value *value, int index, unsigned depth);

static int out_of_memory(struct dt_error *error)
{
	return dt_fail(error, ENOMEM, NULL, "out of memory");
}

static bool is_null(const yaml_node_t *node)
{
	const char *text = (const char *)node->data.scalar.value;

	return node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	       (!*text || !strcmp(text, "~") || !strcmp(text, "null") || !strcmp(text, "Null") ||
		!strcmp(text, "NULL"));
}

static int copy_scalar(const struct copy *copy, struct dt_config_value *value,
		       const yaml_node_t *node)
{
	const char *text = (const char *)node->data.scalar.value;

	if (is_null(node))
		return 0;
	if (strlen(text) != node->data.scalar.length)
		return dt_config_wrong(copy->document, value->line, value->column, NULL,
				       copy->error, "a text with a NUL in it");
	value->shape = DT_CONFIG_TEXT;
	value->text = strdup(text);
	return value->text ? 0 : out_of_memory(copy->error);
}

static int copy_list(struct copy *copy, struct dt_config_value *value, const yaml_node_t *node,
		     unsigned depth)
{
	const size_t nr = (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
	int ret = 0;

	value->shape = DT_CONFIG_LIST;
	value->members = calloc(nr + 1, sizeof(*value->members));
	if (!value->members)
		return out_of_memory(copy->error);
	for (size_t i = 0; i < nr && !ret; i++) {
		value->nr = i + 1;
		ret = copy_value(copy, &value->members[i], node->data.sequence.items.start[i],
				 depth + 1);
	}
	return ret;
}

static int copy_key(const struct copy *copy, const struct dt_config_value *map,
		    struct dt_config_value *member, int index)
{
	const yaml_node_t *key = yaml_document_get_node(copy->yaml, index);

	member->key_line = key ? (unsigned)key->start_mark.line + 1 : map->line;
	member->key_column = key ? (unsigned)key->start_mark.column + 1 : map->column;
	if (!key || key->type != YAML_SCALAR_NODE)
		return dt_config_wrong(copy->document, member->key_line, member->key_column, NULL,
				       copy->error, "a key must be a word");
	for (size_t i = 0; i + 1 < map->nr; i++)
		if (!strcmp(map->members[i].key, (const char *)key->data.scalar.value))
			return dt_config_wrong(copy->document, member->key_line, member->key_column,
					       NULL, copy->error, "\"%s\" is here twice",
					       (const char *)key->data.scalar.value);
	member->key = strdup((const char *)key->data.scalar.value);
	return member->key ? 0 : out_of_memory(copy->error);
}

static int copy_map(struct copy *copy, struct dt_config_value *value, const yaml_node_t *node,
		    unsigned depth)
{
	const yaml_node_pair_t *pairs = node->data.mapping.pairs.start;
	const size_t nr = (size_t)(node->data.mapping.pairs.top - pairs);
	int ret = 0;

	value->shape = DT_CONFIG_MAP;
	value->members = calloc(nr + 1, sizeof(*value->members));
	if (!value->members)
		return out_of_memory(copy->error);
	for (size_t i = 0; i < nr && !ret; i++) {
		value->nr = i + 1;
		ret = copy_key(copy, value, &value->members[i], pairs[i].key);
		if (!ret)
			ret = copy_value(copy, &value->members[i], pairs[i].value, depth + 1);
	}
	return ret;
}

static int copy_value(struct copy *copy, struct dt_config_value *value, int index, unsigned depth)
{
	const yaml_node_t *node = yaml_document_get_node(copy->yaml, index);

	if (!node)
		return 0;
	value->line = (unsigned)node->start_mark.line + 1;
	value->column = (unsigned)node->start_mark.column + 1;
	if (depth > DEPTH_MAX || ++copy->values > VALUES_MAX)
		return dt_config_wrong(copy->document, value->line, value->column, NULL,
				       copy->error,
				       depth > DEPTH_MAX ? "nested too deeply" : "too many values");
	switch (node->type) {
	case YAML_SCALAR_NODE:
		return copy_scalar(copy, value, node);
	case YAML_SEQUENCE_NODE:
		return copy_list(copy, value, node, depth);
	case YAML_MAPPING_NODE:
		return copy_map(copy, value, node, depth);
	default:
		return 0;
	}
}

static int syntax_error(const struct dt_config_document *document, const yaml_parser_t *parser,
			struct dt_error *error)
{
	if (parser->error == YAML_MEMORY_ERROR)
		return out_of_memory(error);
	if (parser->error == YAML_READER_ERROR)
		return dt_fail(error, EINVAL, "it takes YAML or JSON, in UTF-8",
			       "%.100s: byte %zu: %s", document->name, parser->problem_offset,
			       parser->problem ? parser->problem : "cannot be read");
	return dt_config_wrong(document, (unsigned)parser->problem_mark.line + 1,
			       (unsigned)parser->problem_mark.column + 1, "it takes YAML or JSON",
			       error, "%s%s%s", parser->context ? parser->context : "",
			       parser->context ? ": " : "",
			       parser->problem ? parser->problem : "cannot be read");
}

static int load(struct dt_config_document *document, yaml_parser_t *parser, struct dt_error *error)
{
	yaml_document_t yaml, second;
	struct copy copy = {document, &yaml, 0, error};
	const yaml_node_t *root;
	int ret;

	if (!yaml_parser_load(parser, &yaml))
		return syntax_error(document, parser, error);
	root = yaml_document_get_root_node(&yaml);
	if (!root) {
		yaml_document_delete(&yaml);
		return dt_fail(error, EINVAL, NULL, "%.100s: it is empty", document->name);
	}
	/* libyaml counts the nodes of a document from 1, and the root is the first */
	ret = copy_value(&copy, &document->root, 1, 0);
	yaml_document_delete(&yaml);
	if (ret)
		return ret;
	if (!yaml_parser_load(parser, &second))
		return syntax_error(document, parser, error);
	root = yaml_document_get_root_node(&second);
	if (root)
		ret = dt_config_wrong(document, (unsigned)root->start_mark.line + 1,
				      (unsigned)root->start_mark.column + 1, NULL, error,
				      "a second document");
	yaml_document_delete(&second);
	return ret;
}

int dt_config_parse(struct dt_config_document *document, const char *name, const char *text,
		    size_t size, struct dt_error *error)
{
	yaml_parser_t parser;
	int ret;

	*document = (struct dt_config_document){.name = strdup(name)};
	if (!document->name || !yaml_parser_initialize(&parser))
		return out_of_memory(error);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
	ret = load(document, &parser, error);
	yaml_parser_delete(&parser);
	return ret;
}

/* All of a stream; *text is the caller's. */
static int slurp(FILE *in, const char *name, char **text, size_t *size, struct dt_error *error)
{
	*text = malloc(SIZE_MAX_BYTES + 1);
	if (!*text)
		return out_of_memory(error);
	*size = fread(*text, 1, SIZE_MAX_BYTES + 1, in);
	if (ferror(in))
		return dt_fail(error, errno ? errno : EIO, NULL, "cannot read %s: %s", name,
			       strerror(errno));
	if (*size > SIZE_MAX_BYTES)
		return dt_fail(error, EFBIG, NULL, "%s: too large for a configuration", name);
	return 0;
}

int dt_config_read(struct dt_config_document *document, const char *path, struct dt_error *error)
{
	const bool standard = !strcmp(path, "-");
	FILE *in = standard ? stdin : fopen(path, "re");
	char *text = NULL;
	size_t size = 0;
	int ret;

	*document = (struct dt_config_document){0};
	if (!in)
		return dt_fail(error, errno, NULL, "cannot open %s: %s", path, strerror(errno));
	errno = 0;
	ret = slurp(in, path, &text, &size, error);
	if (!standard)
		(void)fclose(in);
	if (!ret)
		ret = dt_config_parse(document, standard ? "stdin" : path, text, size, error);
	free(text);
	return ret;
}
