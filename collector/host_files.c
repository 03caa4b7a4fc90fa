/* SPDX-License-Identifier: GPL-2.0-only */
/* See host_files.h. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/host_files.h"

__attribute__((format(printf, 2, 0))) static int make_path(char path[PATH_MAX], const char *format,
							   va_list arguments)
{
	const int length = vsnprintf(path, PATH_MAX, format, arguments);

	return length < 0 || length >= PATH_MAX ? -ENAMETOOLONG : 0;
}

/* Fill path from a function's own variable arguments. */
#define PATH_FROM(path, ret, format)                          \
	do {                                                  \
		va_list arguments;                            \
		va_start(arguments, format);                  \
		(ret) = make_path((path), format, arguments); \
		va_end(arguments);                            \
	} while (0)

static int read_line(char *text, size_t size, const char *path)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t length;
	size_t begin;

	*text = '\0';
	if (fd < 0)
		return -errno;
	length = read(fd, text, size - 1);
	if (length < 0) {
		const int code = errno;

		(void)close(fd);
		return -code;
	}
	(void)close(fd);
	text[length] = '\0';
	text[strcspn(text, "\n")] = '\0';
	begin = strspn(text, " \t");
	memmove(text, text + begin, strlen(text + begin) + 1);
	for (begin = strlen(text); begin && strchr(" \t\r", text[begin - 1]); begin--)
		text[begin - 1] = '\0';
	return 0;
}

int dt_host_line(char *text, size_t size, const char *format, ...)
{
	char path[PATH_MAX];
	int ret;

	*text = '\0';
	PATH_FROM(path, ret, format);
	return ret ? ret : read_line(text, size, path);
}

bool dt_host_number(uint64_t *value, int base, const char *format, ...)
{
	char path[PATH_MAX], text[64], *end;
	unsigned long long number;
	int ret;

	PATH_FROM(path, ret, format);
	if (ret || read_line(text, sizeof(text), path) || !*text || *text == '-')
		return false;
	errno = 0;
	number = strtoull(text, &end, base);
	if (errno || *end)
		return false;
	*value = number;
	return true;
}

FILE *dt_host_open(const char *format, ...)
{
	char path[PATH_MAX];
	int ret;

	PATH_FROM(path, ret, format);
	errno = -ret;
	return ret ? NULL : fopen(path, "re");
}

bool dt_host_exists(const char *format, ...)
{
	char path[PATH_MAX];
	int ret;

	PATH_FROM(path, ret, format);
	return !ret && !access(path, F_OK);
}

static int by_number(const void *a, const void *b)
{
	const uint32_t *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

/* The number behind the prefix; false: the name is not of that form. */
static bool parse_name(const char *name, const char *prefix, uint32_t *number)
{
	const size_t length = strlen(prefix);
	unsigned long value;
	char *end;

	if (strncmp(name, prefix, length) != 0 || name[length] < '0' || name[length] > '9')
		return false;
	errno = 0;
	value = strtoul(name + length, &end, 10);
	if (errno || *end || value > UINT32_MAX)
		return false;
	*number = (uint32_t)value;
	return true;
}

static int collect(DIR *dir, const char *prefix, uint32_t **numbers, size_t *nr)
{
	size_t room = 0;
	struct dirent *entry;
	uint32_t number;

	while ((entry = readdir(dir))) {
		if (!parse_name(entry->d_name, prefix, &number))
			continue;
		if (*nr == room) {
			uint32_t *larger;

			room = room ? room * 2 : 16;
			larger = realloc(*numbers, room * sizeof(*larger));
			if (!larger)
				return -ENOMEM;
			*numbers = larger;
		}
		(*numbers)[(*nr)++] = number;
	}
	return 0;
}

int dt_host_numbers(uint32_t **numbers, size_t *nr, const char *prefix, const char *format, ...)
{
	char path[PATH_MAX];
	DIR *dir;
	int ret;

	*numbers = NULL;
	*nr = 0;
	PATH_FROM(path, ret, format);
	if (ret)
		return ret;
	dir = opendir(path);
	if (!dir)
		return -errno;
	ret = collect(dir, prefix, numbers, nr);
	(void)closedir(dir);
	if (ret) {
		free(*numbers);
		*numbers = NULL;
		*nr = 0;
	} else if (*nr) {
		qsort(*numbers, *nr, sizeof(**numbers), by_number);
	}
	return ret;
}

bool dt_host_parse(const char *text, int base, uint64_t *value, const char **rest)
{
	unsigned long long number;
	char *end;

	text += strspn(text, " \t");
	/* strtoull would take a sign */
	if (!isxdigit((unsigned char)*text))
		return false;
	errno = 0;
	number = strtoull(text, &end, base);
	if (errno || end == text)
		return false;
	*value = number;
	if (rest)
		*rest = end;
	return true;
}

bool dt_host_field(const char *line, const char *key, int base, uint64_t *value)
{
	const size_t length = strlen(key);

	line += strspn(line, " \t");
	return !strncmp(line, key, length) && dt_host_parse(line + length, base, value, NULL);
}

uint32_t dt_host_list_count(const char *list)
{
	uint32_t count = 0;

	while (*list >= '0' && *list <= '9') {
		char *end;
		const unsigned long first = strtoul(list, &end, 10);
		const unsigned long last = *end == '-' ? strtoul(end + 1, &end, 10) : first;

		if (last < first || last - first >= UINT32_MAX - count)
			break;
		count += (uint32_t)(last - first + 1);
		if (*end != ',')
			break;
		list = end + 1;
	}
	return count;
}
