/* SPDX-License-Identifier: GPL-2.0-only */
/* Flat rows: the columns of each table, and a row's values, whatever the format that writes them.
 */
#ifndef EXPORTERS_ROWS_H
#define EXPORTERS_ROWS_H

#include "exporters/export.h"

enum dt_cell_type {
	DT_CELL_ABSENT, /* not known: an empty field, null */
	DT_CELL_U64,
	DT_CELL_I64,
	DT_CELL_DOUBLE,
	DT_CELL_TEXT, /* not NULL */
};

struct dt_cell {
	enum dt_cell_type type;
	union {
		uint64_t u64;
		int64_t i64;
		double number;
		const char *text;
	};
};

/* Columns of a table at most, without the input's number. */
#define DT_ROW_MAX 18

struct dt_row {
	enum dt_export_table table;
	uint32_t nr;
	struct dt_cell cells[DT_ROW_MAX];
};

/* Names with their units, in the order of the cells; ends with NULL. */
const char *const *dt_row_columns(enum dt_export_table table);

/* Is the input's number the first column? Only where there are several inputs. */
static inline bool dt_row_numbered(const struct dt_export *export)
{
	return export->nr_inputs > 1;
}

/* Fill a row. */
void dt_row_region(struct dt_row *row, const struct dt_region *region,
		   const struct dt_stream *stream);
void dt_row_sample(struct dt_row *row, const struct dt_export *export,
		   const struct dt_export_samples *batch, uint32_t i);
void dt_row_goal(struct dt_row *row, const struct dt_goal *goal);
void dt_row_stat(struct dt_row *row, const struct dt_stat *stat);
void dt_row_esz(struct dt_row *row, const struct dt_esz *esz);
void dt_row_apply(struct dt_row *row, const struct dt_apply *apply);
/* Rows of one stretch: one for each tier that has samples. */
void dt_row_tier(struct dt_row *row, const struct dt_export_tiers *tiers, uint32_t tier,
		 double total);

/*
 * The functions of a format whose tables are rows: they call write(export, row), 0 or -errno, for
 * every row.
 */
typedef int (*dt_row_writer)(struct dt_export *export, const struct dt_row *row);
int dt_rows_samples(struct dt_export *export, const struct dt_export_samples *samples,
		    dt_row_writer write);
int dt_rows_tiers(struct dt_export *export, const struct dt_export_tiers *tiers,
		  dt_row_writer write);

#endif
