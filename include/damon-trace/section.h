/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Results in general shapes: words, figures, tables, charts and grids under one name. An analysis
 * that fills a section gets text, JSON, CSV and pictures without a line of rendering.
 *
 * Building never fails in the middle: when memory is out the pieces are NULL, every function takes
 * NULL, and report->out_of_memory says so at the end.
 *
 * Names are JSON keys and CSV headings: snake_case, with the unit as suffix where there is one
 * (latency_cycles, rate_bytes_s, share). Headings are for people and short.
 */
#ifndef DAMON_TRACE_SECTION_H
#define DAMON_TRACE_SECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dt_report;
struct dt_grid;

/* How a number is shown to people; JSON and CSV have it plain. */
enum dt_unit {
	DT_UNIT_NONE,	 /* a plain number, 3 significant decimals */
	DT_UNIT_COUNT,	 /* 1,234,567 */
	DT_UNIT_BYTES,	 /* 1.5 MiB */
	DT_UNIT_BYTES_S, /* 1.5 MiB/s */
	DT_UNIT_NS,	 /* a duration: 12.3 ms */
	DT_UNIT_SECONDS, /* a duration given in seconds */
	DT_UNIT_SHARE,	 /* 0..1, shown as 12.3 % */
	DT_UNIT_BP,	 /* 1/10000, shown as 12.34 % */
	DT_UNIT_CYCLES,
	DT_UNIT_HZ,	 /* per second */
	DT_UNIT_ADDRESS, /* hexadecimal; JSON: a number */
	DT_UNIT_TIME,	 /* ns on the recording's clock; shown in seconds from its start */
};

enum dt_value_type {
	DT_VALUE_ABSENT, /* not known: JSON null, an empty CSV field, "-" for people */
	DT_VALUE_NUMBER,
	DT_VALUE_INTEGER,
	DT_VALUE_TEXT,
	DT_VALUE_BOOL,
};

struct dt_value {
	enum dt_value_type type;
	union {
		double number; /* NaN counts as absent */
		uint64_t integer;
		char *text; /* owned */
		bool truth;
	};
};

/* What a value is called. */
struct dt_heading {
	const char *name; /* JSON key; static */
	const char *head; /* for people; static; NULL: not shown to them */
	enum dt_unit unit;
};

struct dt_figure {
	struct dt_heading heading;
	struct dt_value value;
};

struct dt_section;

struct dt_table {
	struct dt_section *section; /* that owns it */
	const char *name;	    /* static */
	const char *title; /* static; NULL: none, and people do not see the table when empty */
	uint32_t nr_columns;
	struct dt_heading *columns;
	size_t nr_rows, room;
	struct dt_value *values; /* row by row */
	uint32_t text_rows;	 /* most rows shown in text, the rest counted; 0: all */
};

/* Values over time at equal steps: series i, point j is values[i * nr_points + j], NaN missing. */
struct dt_chart {
	const char *name, *title; /* static */
	enum dt_unit unit;
	bool stacked; /* the series add up to a whole: drawn on top of each other */
	uint64_t start_ns, step_ns;
	uint32_t nr_series, nr_points;
	char **names; /* of the series, as JSON keys */
	char **heads; /* and for people */
	double *values;
};

/* One object of the report. */
struct dt_section {
	const char *key; /* in the report's JSON; static. Sections with one key follow each other */
	const char *title; /* static */
	bool many;	   /* an array of such sections in JSON, even when there is one */
	size_t nr_words;
	char **words; /* sentences in plain words, before all figures */
	size_t nr_figures;
	struct dt_figure *figures;
	size_t nr_tables;
	struct dt_table **tables;
	size_t nr_charts;
	struct dt_chart **charts;
	size_t nr_grids;
	struct dt_grid **grids; /* owned with their segments and values */
	char **grid_names;	/* JSON keys, one a grid */
};

/* Add a section. The report owns it. */
struct dt_section *dt_report_section(struct dt_report *report, const char *key, const char *title,
				     bool many);

/* A sentence in plain words. */
void dt_section_say(struct dt_section *section, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Figures. head NULL: in JSON and CSV only. */
void dt_section_number(struct dt_section *section, const char *name, const char *head,
		       enum dt_unit unit, double value);
void dt_section_integer(struct dt_section *section, const char *name, const char *head,
			enum dt_unit unit, uint64_t value);
void dt_section_text(struct dt_section *section, const char *name, const char *head,
		     const char *text);
void dt_section_bool(struct dt_section *section, const char *name, const char *head, bool truth);
void dt_section_absent(struct dt_section *section, const char *name, const char *head);

/* A table with copies of the headings. */
struct dt_table *dt_section_table(struct dt_section *section, const char *name, const char *title,
				  const struct dt_heading *columns, uint32_t nr_columns);
/* A new row of absent values. Rows move when further ones are added. NULL when memory is out. */
struct dt_value *dt_table_row(struct dt_table *table);

/* Set one value of a row; row may be NULL. */
void dt_value_number(struct dt_value *row, uint32_t column, double number);
void dt_value_integer(struct dt_value *row, uint32_t column, uint64_t integer);
void dt_value_text(struct dt_value *row, uint32_t column, const char *text); /* copied */
void dt_value_bool(struct dt_value *row, uint32_t column, bool truth);

/* A chart whose values are all missing; names and heads (nr_series of each) are copied. */
struct dt_chart *dt_section_chart(struct dt_section *section, const char *name, const char *title,
				  enum dt_unit unit, uint32_t nr_series, const char *const *names,
				  const char *const *heads, uint32_t nr_points, uint64_t start_ns,
				  uint64_t step_ns);
/* Of one series; nr_points values. NULL for no chart. */
double *dt_chart_series(struct dt_chart *chart, uint32_t series);

/* Add a grid; its segments and values now belong to the section. False when memory is out. */
bool dt_section_grid(struct dt_section *section, const char *name, const struct dt_grid *grid);

/* Free all sections of the report. */
void dt_sections_clear(struct dt_report *report);

#endif
