/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DAMON's tree in memory: every file by its path, whatever the kernel's version has. Reading
 * changes nothing, and no kdamond notices.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "damon-trace/damon_sysfs.h"

struct dt_damon_node *dt_damon_node_add(struct dt_damon_node *parent, const char *name)
{
	struct dt_damon_node *child;

	if (parent->nr == parent->room) {
		const size_t room = parent->room ? parent->room * 2 : 8;
		struct dt_damon_node *children =
			realloc(parent->children, room * sizeof(*children));

		if (!children)
			return NULL;
		parent->children = children;
		parent->room = room;
	}
	child = &parent->children[parent->nr];
	*child = (struct dt_damon_node){.name = strdup(name)};
	if (!child->name)
		return NULL;
	parent->nr++;
	return child;
}

void dt_damon_node_clear(struct dt_damon_node *node)
{
	for (size_t i = 0; i < node->nr; i++)
		dt_damon_node_clear(&node->children[i]);
	free(node->children);
	free(node->name);
	free(node->text);
	*node = (struct dt_damon_node){0};
}

static struct dt_damon_node *find_child(const struct dt_damon_node *node, const char *name,
					size_t length)
{
	for (size_t i = 0; i < node->nr; i++)
		if (!strncmp(node->children[i].name, name, length) &&
		    !node->children[i].name[length])
			return &node->children[i];
	return NULL;
}

const struct dt_damon_node *dt_damon_node_find(const struct dt_damon_node *node, const char *path)
{
	while (node && *path) {
		const size_t length = strcspn(path, "/");

		node = find_child(node, path, length);
		path += length;
		path += strspn(path, "/");
	}
	return node;
}

/* Format a path; false when it is too long to be one of DAMON's. */
__attribute__((format(printf, 2, 0))) static bool format_path(char path[DT_DAMON_PATH],
							      const char *format, va_list arguments)
{
	const int length = vsnprintf(path, DT_DAMON_PATH, format, arguments);

	return length >= 0 && length < DT_DAMON_PATH;
}

/* The text of the file that the caller's variable arguments name, into `text`. */
#define TEXT_OF(text, node, format)                               \
	do {                                                      \
		char path[DT_DAMON_PATH];                         \
		va_list arguments;                                \
		const struct dt_damon_node *found = NULL;         \
		va_start(arguments, format);                      \
		if (format_path(path, format, arguments))         \
			found = dt_damon_node_find((node), path); \
		va_end(arguments);                                \
		(text) = found ? found->text : NULL;              \
	} while (0)

const char *dt_damon_node_text(const struct dt_damon_node *node, const char *format, ...)
{
	const char *text;

	TEXT_OF(text, node, format);
	return text;
}

bool dt_damon_node_number(const struct dt_damon_node *node, int64_t *value, const char *format, ...)
{
	const char *text;
	long long number;
	char *end;

	TEXT_OF(text, node, format);
	if (!text || !*text)
		return false;
	errno = 0;
	number = strtoll(text, &end, 10);
	if (errno || *end)
		return false;
	*value = number;
	return true;
}

bool dt_damon_node_u64(const struct dt_damon_node *node, uint64_t *value, const char *format, ...)
{
	unsigned long long number;
	const char *text;
	char *end;

	TEXT_OF(text, node, format);
	if (!text || *text < '0' || *text > '9')
		return false;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno || *end)
		return false;
	*value = number;
	return true;
}

static int put(struct dt_damon_node *node, const char *path, const char *value)
{
	char *text;

	while (*path) {
		const size_t length = strcspn(path, "/");
		struct dt_damon_node *child = find_child(node, path, length);
		char name[DT_DAMON_PATH];

		if (!child) {
			(void)snprintf(name, sizeof(name), "%.*s", (int)length, path);
			child = dt_damon_node_add(node, name);
		}
		if (!child)
			return -ENOMEM;
		node = child;
		path += length;
		path += strspn(path, "/");
	}
	text = strdup(value);
	if (!text)
		return -ENOMEM;
	free(node->text);
	node->text = text;
	node->file = true;
	node->writable = true;
	return 0;
}

int dt_damon_node_put(struct dt_damon_node *root, const char *value, const char *format, ...)
{
	char path[DT_DAMON_PATH];
	va_list arguments;
	bool fits;

	va_start(arguments, format);
	fits = format_path(path, format, arguments);
	va_end(arguments);
	return fits ? put(root, path, value) : -ENAMETOOLONG;
}
