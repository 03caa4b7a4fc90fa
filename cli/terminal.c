/* SPDX-License-Identifier: GPL-2.0-only */
/* What the terminal can show: colours, characters, size. */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/terminal.h"

/* Where the output is no terminal, and the narrowest picture that can be read. */
#define DEFAULT_WIDTH 80
#define LEAST_WIDTH   40
#define MOST_WIDTH    400

static bool contains(const char *variable, const char *word)
{
	const char *value = getenv(variable);

	return value && strcasestr(value, word);
}

/* The locale that decides about characters, as setlocale(3) finds it. */
static bool is_utf8(void)
{
	static const char *const variables[] = {"LC_ALL", "LC_CTYPE", "LANG"};

	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		const char *value = getenv(variables[i]);

		if (value && *value)
			return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
	}
	return false;
}

static enum dt_color best_color(void)
{
	if (contains("COLORTERM", "truecolor") || contains("COLORTERM", "24bit") ||
	    contains("TERM", "direct"))
		return DT_COLOR_TRUE;
	return contains("TERM", "256color") ? DT_COLOR_256 : DT_COLOR_16;
}

static enum dt_color choose_color(int fd, enum dt_color_choice choice)
{
	const char *no_color = getenv("NO_COLOR");

	switch (choice) {
	case DT_CHOICE_NEVER:
		return DT_COLOR_NONE;
	case DT_CHOICE_16:
		return DT_COLOR_16;
	case DT_CHOICE_256:
		return DT_COLOR_256;
	case DT_CHOICE_TRUE:
		return DT_COLOR_TRUE;
	case DT_CHOICE_ALWAYS:
		return best_color();
	default:
		if (!isatty(fd) || (no_color && *no_color) || !getenv("TERM") ||
		    contains("TERM", "dumb"))
			return DT_COLOR_NONE;
		return best_color();
	}
}

static unsigned find_width(int fd)
{
	struct winsize size;
	const char *columns = getenv("COLUMNS");
	unsigned long width = columns ? strtoul(columns, NULL, 10) : 0;

	if (isatty(fd) && !ioctl(fd, TIOCGWINSZ, &size) && size.ws_col)
		width = size.ws_col;
	else if (!width)
		width = DEFAULT_WIDTH;
	if (width < LEAST_WIDTH)
		return LEAST_WIDTH;
	return width > MOST_WIDTH ? MOST_WIDTH : (unsigned)width;
}

void dt_terminal_style(struct dt_style *style, int fd, enum dt_color_choice choice, bool ascii)
{
	if (ascii) {
		style->color = DT_COLOR_NONE;
		style->utf8 = false;
		style->width = DT_MAIL_WIDTH;
		return;
	}
	style->color = choose_color(fd, choice);
	style->utf8 = is_utf8();
	style->width = find_width(fd);
}
