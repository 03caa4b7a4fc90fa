/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of a kernel depend on, from the tree where it shows, else from the release. */
#include <stdlib.h>
#include <string.h>

#include "damon-trace/setup.h"

/* The first context of all kdamonds; NULL: there is none. */
static const struct dt_damon_node *first_context(const struct dt_damon_node *tree)
{
	for (size_t i = 0; tree && i < tree->nr; i++) {
		const struct dt_damon_node *context =
			dt_damon_node_find(&tree->children[i], "contexts/0");

		if (context)
			return context;
	}
	return NULL;
}

/* Is the release "7.3.4-..." that version or a later one? Unknown releases are taken for new. */
static bool is_since(const char *release, long major, long minor)
{
	char *end;
	const long first = strtol(release ? release : "", &end, 10);
	const long second = *end == '.' ? strtol(end + 1, NULL, 10) : 0;

	return !first || first > major || (first == major && second >= minor);
}

void dt_damon_features_find(struct dt_damon_features *features, const struct dt_damon_node *tree,
			    const char *release)
{
	const struct dt_damon_node *context = first_context(tree);
	const struct dt_damon_node *scheme =
		context ? dt_damon_node_find(context, "schemes/0") : NULL;

	*features = (struct dt_damon_features){.sampling = dt_sampling_seen(context)};
	if (scheme && dt_damon_node_find(scheme, "core_filters"))
		features->split_filters = true;
	else if (!scheme || !dt_damon_node_find(scheme, "filters"))
		features->split_filters = is_since(release, 6, 15);
}
