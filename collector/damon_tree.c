/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DAMON's configuration for host.json: its sysfs tree and the parameters of the modules that run
 * kdamonds of their own, every file that can be read. Nothing is written.
 */
#include <errno.h>
#include <stdlib.h>

#include "collector/host_impl.h"
#include "damon-trace/damon_sysfs.h"

struct dt_damon_tree {
	struct dt_damon_node root;
	bool truncated;
};

/* SYSFS/path as a member `name` of parent. 0, -ENOENT or -ENOMEM. */
static int read_below(struct dt_damon_tree *tree, struct dt_damon_node *parent, size_t *budget,
		      const char *name, const char *sysfs, const char *path)
{
	struct dt_damon_node child = {0}, *place;
	char full[1024];
	int ret;

	if (snprintf(full, sizeof(full), "%s/%s", sysfs, path) >= (int)sizeof(full))
		return -ENOENT;
	ret = dt_damon_node_read(&child, full, budget);
	place = ret ? NULL : dt_damon_node_add(parent, name);
	if (!place) {
		dt_damon_node_clear(&child);
		return ret ? ret : -ENOMEM;
	}
	child.name = place->name;
	*place = child;
	tree->truncated = !*budget;
	return 0;
}

/* DAMON_STAT and the like run kdamonds of their own, which the sysfs tree does not show. */
static int read_modules(struct dt_damon_tree *tree, size_t *budget, const char *sysfs)
{
	static const char *const modules[] = {"damon_lru_sort", "damon_reclaim", "damon_stat"};
	struct dt_damon_node *parent = dt_damon_node_add(&tree->root, "modules");
	char path[128];
	int ret = 0;

	if (!parent)
		return -ENOMEM;
	for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]) && ret != -ENOMEM; i++) {
		(void)snprintf(path, sizeof(path), "module/%s/parameters", modules[i]);
		ret = read_below(tree, parent, budget, modules[i], sysfs, path);
	}
	return ret == -ENOMEM ? ret : 0;
}

int dt_damon_tree_read(struct dt_damon_tree **tree, const struct dt_roots *roots,
		       struct dt_error *error)
{
	struct dt_damon_tree *made = calloc(1, sizeof(*made));
	size_t budget = DT_DAMON_ENTRIES;
	int ret = -ENOMEM, modules;

	if (made) {
		ret = read_below(made, &made->root, &budget, "kdamonds", roots->sysfs,
				 "kernel/mm/damon/admin/kdamonds");
		modules = ret == -ENOMEM ? ret : read_modules(made, &budget, roots->sysfs);
		/* "modules" is always there; with something in it that is a tree, too */
		if (modules || !made->root.children[made->root.nr - 1].nr)
			ret = modules ? modules : ret;
		else
			ret = 0;
	}
	if (!ret) {
		*tree = made;
		return 0;
	}
	dt_damon_tree_free(made);
	if (ret == -ENOMEM)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	return dt_fail(error, ENOENT, "it takes a kernel with CONFIG_DAMON_SYSFS",
		       "DAMON has no directory in %s/kernel/mm/damon", roots->sysfs);
}

void dt_damon_tree_free(struct dt_damon_tree *tree)
{
	if (!tree)
		return;
	dt_damon_node_clear(&tree->root);
	free(tree);
}

static void write_node(struct dt_json *json, const struct dt_damon_node *node)
{
	if (node->file) {
		/* what is only ever written has no text */
		if (node->text)
			dt_json_string(json, node->name, node->text);
		return;
	}
	dt_json_object(json, node->name);
	for (size_t i = 0; i < node->nr; i++)
		write_node(json, &node->children[i]);
	dt_json_object_end(json);
}

void dt_damon_tree_write(struct dt_json *json, const char *key, const struct dt_damon_tree *tree)
{
	if (!tree) {
		dt_json_null(json, key);
		return;
	}
	dt_json_object(json, key);
	for (size_t i = 0; i < tree->root.nr; i++) {
		dt_json_line(json);
		write_node(json, &tree->root.children[i]);
	}
	if (tree->truncated)
		dt_json_bool(json, "truncated", true);
	dt_json_object_end(json);
}

int dt_damon_tree_text(const struct dt_damon_tree *tree, char **text, size_t *size)
{
	struct dt_json json;
	FILE *out;

	*text = NULL;
	out = open_memstream(text, size);
	if (!out)
		return -ENOMEM;
	dt_json_begin(&json, out);
	dt_json_object(&json, NULL);
	dt_damon_tree_write(&json, "damon", tree);
	dt_json_object_end(&json);
	dt_json_end(&json);
	if (!fclose(out))
		return 0;
	free(*text);
	*text = NULL;
	return -ENOMEM;
}
