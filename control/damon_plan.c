/* SPDX-License-Identifier: GPL-2.0-only */
/* Which writes make the kernel's tree like another one, in the order that the kernel needs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "damon-trace/damon_sysfs.h"

int dt_damon_plan_add(struct dt_damon_plan *plan, const char *path, const char *value)
{
	struct dt_damon_write *write;

	if (plan->nr == plan->room) {
		const size_t room = plan->room ? plan->room * 2 : 64;
		struct dt_damon_write *writes = realloc(plan->writes, room * sizeof(*writes));

		if (!writes)
			return -ENOMEM;
		plan->writes = writes;
		plan->room = room;
	}
	write = &plan->writes[plan->nr];
	(void)snprintf(write->path, sizeof(write->path), "%s", path);
	write->value = strdup(value);
	if (!write->value)
		return -ENOMEM;
	plan->nr++;
	return 0;
}

void dt_damon_plan_clear(struct dt_damon_plan *plan)
{
	for (size_t i = 0; i < plan->nr; i++)
		free(plan->writes[i].value);
	free(plan->writes);
	*plan = (struct dt_damon_plan){0};
}

/* Three passes over the tree, so that all directories stand before the first value is written. */
enum pass {
	PASS_SKELETON, /* kdamonds, contexts, schemes: what tells which files this kernel has */
	PASS_COUNTS,   /* the other nr_* */
	PASS_VALUES,
};

struct walk {
	struct dt_damon_plan *plan;
	enum pass pass;
};

static bool is_skeleton(const char *name)
{
	return !strcmp(name, "nr_kdamonds") || !strcmp(name, "nr_contexts") ||
	       !strcmp(name, "nr_schemes");
}

/* The pass that a file belongs to, or none when it is no configuration. */
static bool is_of_pass(const struct dt_damon_node *file, const char *path, enum pass pass)
{
	const struct dt_damon_file *known = dt_damon_file_find(path);
	const bool count =
		!strncmp(file->name, "nr_", 3) && (!known || known->kind == DT_DAMON_COUNT);

	if (!file->text || !file->writable ||
	    (known && (known->kind == DT_DAMON_COMMAND || known->kind == DT_DAMON_RESULT)))
		return false;
	if (!count)
		return pass == PASS_VALUES;
	return pass == (is_skeleton(file->name) ? PASS_SKELETON : PASS_COUNTS);
}

static const struct dt_damon_node *child_of(const struct dt_damon_node *node, const char *name)
{
	return node ? dt_damon_node_find(node, name) : NULL;
}

/* Does a nr_* of this directory change? Then what stands below it now says nothing. */
static bool is_remade(const struct dt_damon_node *wanted, const struct dt_damon_node *current)
{
	for (size_t i = 0; i < wanted->nr; i++) {
		const struct dt_damon_node *file = &wanted->children[i], *now;

		if (!file->file || !file->text || strncmp(file->name, "nr_", 3) != 0)
			continue;
		now = child_of(current, file->name);
		if (!now || !now->text || strcmp(now->text, file->text) != 0)
			return true;
	}
	return false;
}

static int walk_file(const struct walk *walk, const struct dt_damon_node *file,
		     const struct dt_damon_node *current, const char *path)
{
	const struct dt_damon_node *now = child_of(current, file->name);

	if (!is_of_pass(file, path, walk->pass) ||
	    (now && now->text && !strcmp(now->text, file->text)))
		return 0;
	/* a new file holds nothing, and some would take the newline for a value */
	if (!now && !*file->text)
		return 0;
	return dt_damon_plan_add(walk->plan, path, file->text);
}

static int walk_directory(const struct walk *walk, const struct dt_damon_node *wanted,
			  const struct dt_damon_node *current, const char *path)
{
	const struct dt_damon_node *below = current && !is_remade(wanted, current) ? current : NULL;
	char name[DT_DAMON_PATH];
	int ret = 0;

	/* files first: the count that makes the directories is one of them */
	for (int files = 1; files >= 0; files--)
		for (size_t i = 0; i < wanted->nr && !ret; i++) {
			const struct dt_damon_node *child = &wanted->children[i];

			if (child->file != (files == 1))
				continue;
			if (snprintf(name, sizeof(name), "%s%s%s", path, *path ? "/" : "",
				     child->name) >= (int)sizeof(name))
				return -ENAMETOOLONG;
			ret = child->file ? walk_file(walk, child, current, name)
					  : walk_directory(walk, child,
							   child_of(below, child->name), name);
		}
	return ret;
}

int dt_damon_plan_make(struct dt_damon_plan *plan, const struct dt_damon_node *wanted,
		       const struct dt_damon_node *current, struct dt_error *error)
{
	struct walk walk = {.plan = plan};
	int ret = 0;

	for (walk.pass = PASS_SKELETON; walk.pass <= PASS_VALUES && !ret; walk.pass++) {
		ret = walk_directory(&walk, wanted, current, "");
		if (walk.pass == PASS_SKELETON)
			plan->nr_skeleton = plan->nr;
	}
	return ret ? dt_fail(error, -ret, NULL, "cannot plan the writes: %s", strerror(-ret)) : 0;
}

int dt_damon_plan_run(struct dt_damon_sysfs *sysfs, const struct dt_damon_plan *plan, size_t from,
		      size_t to, size_t *done, struct dt_error *error)
{
	size_t i;
	int ret = 0;

	for (i = from; i < to && i < plan->nr; i++) {
		ret = dt_damon_sysfs_put(sysfs, plan->writes[i].path, plan->writes[i].value, error);
		if (ret)
			break;
	}
	if (done)
		*done = i > from ? i - from : 0;
	return ret;
}

/* Put back what the first nr writes replaced, last first. The first error, or 0. */
static int take_back(struct dt_damon_sysfs *sysfs, const struct dt_damon_plan *plan, size_t nr,
		     char *const *before, struct dt_error *error)
{
	int first = 0;

	while (nr--) {
		struct dt_error other;
		const int ret =
			dt_damon_sysfs_put(sysfs, plan->writes[nr].path, before[nr], &other);

		if (ret && !first) {
			first = ret;
			*error = other;
		}
	}
	return first;
}

static void free_texts(char **texts, size_t nr)
{
	for (size_t i = 0; texts && i < nr; i++)
		free(texts[i]);
	free(texts);
}

/* The texts that the plan's files have now, as many as there are writes. */
static int read_before(const struct dt_damon_sysfs *sysfs, const struct dt_damon_plan *plan,
		       char ***texts, struct dt_error *error)
{
	char **before = calloc(plan->nr + 1, sizeof(*before));
	char text[DT_DAMON_TEXT];
	int ret = 0;

	*texts = NULL;
	if (!before)
		return dt_fail(error, ENOMEM, NULL, "out of memory");
	for (size_t i = 0; !ret && i < plan->nr; i++) {
		ret = dt_damon_sysfs_get(sysfs, plan->writes[i].path, text, error);
		if (ret)
			break;
		before[i] = strdup(text);
		if (!before[i])
			ret = -ENOMEM;
	}
	if (!ret) {
		*texts = before;
		return 0;
	}
	free_texts(before, plan->nr);
	if (ret == -ENOMEM)
		(void)dt_fail(error, ENOMEM, NULL, "out of memory");
	return ret;
}

int dt_damon_sysfs_transaction(struct dt_damon_sysfs *sysfs, const struct dt_damon_plan *plan,
			       unsigned kdamond, const char *command, struct dt_error *error)
{
	const volatile sig_atomic_t *stop = sysfs->stop;
	struct dt_error inner = {{0}, {0}}, second = {{0}, {0}};
	bool commanded = false;
	char **before;
	size_t done = 0;
	int ret = read_before(sysfs, plan, &before, error);

	if (ret || !before)
		return ret;
	ret = dt_damon_plan_run(sysfs, plan, 0, plan->nr, &done, &inner);
	if (!ret) {
		commanded = true;
		ret = dt_damon_sysfs_command(sysfs, kdamond, command, &inner);
	}
	/* going back is not to be interrupted by what made us go back */
	sysfs->stop = NULL;
	if (ret && (take_back(sysfs, plan, done, before, &second) ||
		    (commanded && dt_damon_sysfs_command(sysfs, kdamond, command, &second))))
		(void)snprintf(inner.hint, sizeof(inner.hint),
			       "and the old values are not all back: %.400s", second.message);
	sysfs->stop = stop;
	free_texts(before, plan->nr);
	if (ret && error)
		*error = inner;
	return ret;
}
