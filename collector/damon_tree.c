/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DAMON's configuration as it stands in sysfs: every file that can be read, by its path, whatever
 * the kernel's version has. Nothing is written, so nothing changes and no kdamond notices.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include "collector/host_impl.h"

/* No path of DAMON's is deeper; links are not followed, so it cannot be endless either. */
#define DEPTH_MAX 16
/* Files and directories of a whole tree: 30 schemes with all their parts have some 3,000. */
#define ENTRIES_MAX 65536
/* The longest content of a file: sysfs has a page. */
#define TEXT_MAX 4096

struct entry {
	char *name;
	char *text; /* of a file; NULL: a directory */
	size_t nr, room;
	struct entry *children;
};

struct dt_damon_tree {
	struct entry root;
	size_t nr_entries;
	bool truncated;
};

static void free_entry(struct entry *entry)
{
	for (size_t i = 0; i < entry->nr; i++)
		free_entry(&entry->children[i]);
	free(entry->children);
	free(entry->name);
	free(entry->text);
}

/* A new child, whose name is a copy; NULL: no memory. Children move when more are added. */
static struct entry *add_entry(struct dt_damon_tree *tree, struct entry *parent, const char *name)
{
	struct entry *child;

	if (parent->nr == parent->room) {
		const size_t room = parent->room ? parent->room * 2 : 8;
		struct entry *children = realloc(parent->children, room * sizeof(*children));

		if (!children)
			return NULL;
		parent->children = children;
		parent->room = room;
	}
	child = &parent->children[parent->nr];
	*child = (struct entry){.name = strdup(name)};
	if (!child->name)
		return NULL;
	parent->nr++;
	tree->nr_entries++;
	return child;
}

/* Numbers in their order, before names. */
static int by_name(const void *a, const void *b)
{
	const char *left = ((const struct entry *)a)->name,
		   *right = ((const struct entry *)b)->name;
	const size_t left_digits = strspn(left, "0123456789");
	const size_t right_digits = strspn(right, "0123456789");

	if (left[left_digits] || right[right_digits] || left_digits == right_digits)
		return strcmp(left, right);
	return left_digits < right_digits ? -1 : 1;
}

/* A file that cannot be read now (its owner removes it, or has no right to it) is left out. */
static int read_text(struct dt_damon_tree *tree, struct entry *parent, int dir, const char *name)
{
	const int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct entry *entry;
	char text[TEXT_MAX];
	ssize_t length;

	if (fd < 0)
		return 0;
	length = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	if (length < 0)
		return 0;
	text[length] = '\0';
	/* some files have several lines; the last one's end says nothing */
	if (length && text[length - 1] == '\n')
		text[length - 1] = '\0';
	entry = add_entry(tree, parent, name);
	if (!entry)
		return -ENOMEM;
	entry->text = strdup(text);
	return entry->text ? 0 : -ENOMEM;
}

/* The regions that a scheme tried are data, not configuration, and may be many. */
static bool is_left_out(const struct entry *parent, const char *name)
{
	return name[0] == '.' ||
	       (!strcmp(parent->name, "tried_regions") && name[0] >= '0' && name[0] <= '9');
}

static int read_directory(struct dt_damon_tree *tree, struct entry *entry, int fd, unsigned depth);

static int read_entry(struct dt_damon_tree *tree, struct entry *parent, int dir, const char *name,
		      unsigned depth)
{
	struct entry *child;
	struct stat status;
	int fd;

	if (is_left_out(parent, name) || fstatat(dir, name, &status, AT_SYMLINK_NOFOLLOW))
		return 0;
	if (tree->nr_entries >= ENTRIES_MAX) {
		tree->truncated = true;
		return 0;
	}
	/* root may open what is write-only, and would get an error or an old value */
	if (S_ISREG(status.st_mode))
		return status.st_mode & S_IRUSR ? read_text(tree, parent, dir, name) : 0;
	if (!S_ISDIR(status.st_mode) || depth == DEPTH_MAX)
		return 0;
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return 0;
	child = add_entry(tree, parent, name);
	if (!child) {
		(void)close(fd);
		return -ENOMEM;
	}
	return read_directory(tree, child, fd, depth + 1);
}

/* Takes fd. */
static int read_directory(struct dt_damon_tree *tree, struct entry *entry, int fd, unsigned depth)
{
	DIR *dir = fdopendir(fd);
	struct dirent *found;
	int ret = 0;

	if (!dir) {
		(void)close(fd);
		return 0;
	}
	while (!ret && (found = readdir(dir)))
		ret = read_entry(tree, entry, dirfd(dir), found->d_name, depth);
	(void)closedir(dir);
	if (entry->nr)
		qsort(entry->children, entry->nr, sizeof(*entry->children), by_name);
	return ret;
}

/* SYSFS/path as a member `name` of parent. 0, -ENOENT or -ENOMEM. */
static int read_below(struct dt_damon_tree *tree, struct entry *parent, const char *name,
		      const char *sysfs, const char *path)
{
	char full[1024];
	struct entry *child;
	int fd;

	if (snprintf(full, sizeof(full), "%s/%s", sysfs, path) >= (int)sizeof(full))
		return -ENOENT;
	fd = open(full, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -ENOENT;
	child = add_entry(tree, parent, name);
	if (!child) {
		(void)close(fd);
		return -ENOMEM;
	}
	return read_directory(tree, child, fd, 0);
}

/* DAMON_STAT and the like run kdamonds of their own, which the sysfs tree does not show. */
static int read_modules(struct dt_damon_tree *tree, const char *sysfs)
{
	static const char *const modules[] = {"damon_lru_sort", "damon_reclaim", "damon_stat"};
	struct entry *parent = add_entry(tree, &tree->root, "modules");
	char path[128];
	int ret = 0;

	if (!parent)
		return -ENOMEM;
	for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]) && ret != -ENOMEM; i++) {
		(void)snprintf(path, sizeof(path), "module/%s/parameters", modules[i]);
		ret = read_below(tree, parent, modules[i], sysfs, path);
	}
	return ret == -ENOMEM ? ret : 0;
}

int dt_damon_tree_read(struct dt_damon_tree **tree, const struct dt_roots *roots,
		       struct dt_error *error)
{
	struct dt_damon_tree *made = calloc(1, sizeof(*made));
	int ret = -ENOMEM, modules;

	if (made) {
		ret = read_below(made, &made->root, "kdamonds", roots->sysfs,
				 "kernel/mm/damon/admin/kdamonds");
		modules = ret == -ENOMEM ? ret : read_modules(made, roots->sysfs);
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
	free_entry(&tree->root);
	free(tree);
}

static void write_entry(struct dt_json *json, const struct entry *entry)
{
	if (entry->text) {
		dt_json_string(json, entry->name, entry->text);
		return;
	}
	dt_json_object(json, entry->name);
	for (size_t i = 0; i < entry->nr; i++)
		write_entry(json, &entry->children[i]);
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
		write_entry(json, &tree->root.children[i]);
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
