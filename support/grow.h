/* SPDX-License-Identifier: GPL-2.0-only */
/* Arrays that grow by one element at a time, without a room to keep beside their count. */
#ifndef SUPPORT_GROW_H
#define SUPPORT_GROW_H

#include <stddef.h>
#include <stdlib.h>

/*
 * Room for one element of size bytes behind count of them: the room doubles whenever count is a
 * power of two. The array, which may have moved; NULL when memory is out, and the old one stays.
 */
static inline void *dt_grow(void *array, size_t count, size_t size)
{
	if (count & (count - 1))
		return array;
	return realloc(array, (count ? count * 2 : 1) * size);
}

#endif
