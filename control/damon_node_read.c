/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading a tree: whatever files are there. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include "damon-trace/damon_sysfs.h"

/* No path of DAMON's is deeper; links are not followed, so it cannot be endless either. */
#define DEPTH_MAX 16

/* Numbers in their order, before names. */
static int by_name(const void *a, const void *b)
{
	const char *left = ((const struct dt_damon_node *)a)->name,
		   *right = ((const struct dt_damon_node *)b)->name;
	const size_t left_digits = strspn(left, "0123456789");
	const size_t right_digits = strspn(right, "0123456789");

	if (left[left_digits] || right[right_digits] || left_digits == right_digits)
		return strcmp(left, right);
	return left_digits < right_digits ? -1 : 1;
}

/* 0 with *text NULL when it cannot be read now: its owner removes it, or has no right to it. */
static int read_text(char **copy, int dir, const char *name)
{
	const int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char text[DT_DAMON_TEXT];
	ssize_t length;

	*copy = NULL;
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
	*copy = strdup(text);
	return *copy ? 0 : -ENOMEM;
}

static int read_file(struct dt_damon_node *parent, int dir, const char *name, mode_t mode)
{
	struct dt_damon_node *node;
	char *text = NULL;

	/* root may open what is write-only, and would get an error or an old value */
	if (mode & S_IRUSR && read_text(&text, dir, name))
		return -ENOMEM;
	if (!text && !(mode & S_IWUSR))
		return 0;
	node = dt_damon_node_add(parent, name);
	if (!node) {
		free(text);
		return -ENOMEM;
	}
	node->text = text;
	node->file = true;
	node->writable = mode & S_IWUSR;
	return 0;
}

/* The regions that a scheme tried are data, not configuration, and may be many. */
static bool is_left_out(const struct dt_damon_node *parent, const char *name)
{
	return name[0] == '.' || (parent->name && !strcmp(parent->name, "tried_regions") &&
				  name[0] >= '0' && name[0] <= '9');
}

static int read_directory(struct dt_damon_node *node, int fd, unsigned depth, size_t *budget);

static int read_entry(struct dt_damon_node *parent, int dir, const char *name, unsigned depth,
		      size_t *budget)
{
	struct dt_damon_node *child;
	struct stat status;
	int fd;

	if (is_left_out(parent, name) || fstatat(dir, name, &status, AT_SYMLINK_NOFOLLOW) ||
	    !*budget)
		return 0;
	--*budget;
	if (S_ISREG(status.st_mode))
		return read_file(parent, dir, name, status.st_mode);
	if (!S_ISDIR(status.st_mode) || depth == DEPTH_MAX)
		return 0;
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return 0;
	child = dt_damon_node_add(parent, name);
	if (!child) {
		(void)close(fd);
		return -ENOMEM;
	}
	return read_directory(child, fd, depth + 1, budget);
}

/* Takes fd. */
static int read_directory(struct dt_damon_node *node, int fd, unsigned depth, size_t *budget)
{
	DIR *dir = fdopendir(fd);
	struct dirent *found;
	int ret = 0;

	if (!dir) {
		(void)close(fd);
		return 0;
	}
	while (!ret && (found = readdir(dir)))
		ret = read_entry(node, dirfd(dir), found->d_name, depth, budget);
	(void)closedir(dir);
	if (node->nr)
		qsort(node->children, node->nr, sizeof(*node->children), by_name);
	return ret;
}

int dt_damon_node_read(struct dt_damon_node *node, const char *directory, size_t *budget)
{
	const int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -ENOENT;
	return read_directory(node, fd, 0, budget);
}
