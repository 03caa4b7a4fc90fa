/* SPDX-License-Identifier: GPL-2.0-only */
/* Folded stacks, as flame graph tools read them. */
#include <stdlib.h>
#include <string.h>

#include "damon-trace/folded.h"

/* The frames above the one at hand, as one text. */
struct path {
	char *text;
	size_t length, room;
};

void dt_folded_free(struct dt_folded *folded)
{
	if (!folded)
		return;
	for (uint32_t i = 0; i < folded->nr_names; i++)
		free(folded->names[i]);
	free(folded->names);
	free(folded->nodes);
	free(folded);
}

/* Names may hold what separates frames and lines. */
static bool push(struct path *path, const char *name)
{
	const size_t length = strlen(name) + 1;

	if (path->room - path->length < length + 1) {
		const size_t room = (path->length + length + 1) * 2;
		char *text = realloc(path->text, room);

		if (!text)
			return false;
		path->text = text;
		path->room = room;
	}
	if (path->length)
		path->text[path->length++] = ';';
	for (; *name; name++)
		path->text[path->length++] = *name == ';'		  ? ':'
					     : (unsigned char)*name < ' ' ? '_'
									  : *name;
	path->text[path->length] = '\0';
	return true;
}

static bool write_below(FILE *out, const struct dt_folded *folded, uint32_t parent,
			struct path *path)
{
	const size_t length = path->length;

	for (uint32_t i = folded->nodes[parent].child; i; i = folded->nodes[i].sibling) {
		const struct dt_folded_node *node = &folded->nodes[i];

		if (!push(path, folded->names[node->name]))
			return false;
		if (node->count > 0)
			(void)fprintf(out, "%s %.0f\n", path->text, node->count);
		/* no deeper than the frames of a chain */
		if (!write_below(out, folded, i, path))
			return false;
		path->length = length;
	}
	return true;
}

bool dt_folded_write(FILE *out, const struct dt_folded *folded)
{
	struct path path = {0};
	const bool written = !folded->nr || write_below(out, folded, 0, &path);

	free(path.text);
	return written;
}
