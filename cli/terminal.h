/* SPDX-License-Identifier: GPL-2.0-only */
/* What the terminal can show. */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include "damon-trace/render.h"

enum dt_color_choice {
	DT_CHOICE_AUTO,
	DT_CHOICE_ALWAYS,
	DT_CHOICE_NEVER,
	DT_CHOICE_16,
	DT_CHOICE_256,
	DT_CHOICE_TRUE,
};

/* Width of a picture for plain-text mail. */
#define DT_MAIL_WIDTH 72

/* Fill color, utf8, width and height of a style for output to the descriptor. */
void dt_terminal_style(struct dt_style *style, int fd, enum dt_color_choice choice, bool ascii);

#endif
