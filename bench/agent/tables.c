// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/tables.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "bench/agent/pcidev.h"
#include "bench/agent/uapi/iommufd.h"
#include "bench/agent/uapi/vfio.h"

#define BASE_PAGE 4096ull

void tables_init(struct tables *t)
{
	memset(t, 0, sizeof(*t));
	t->device = -1;
	t->iommufd = -1;
}

int tables_open(struct tables *t, const char *bdf, const char **what)
{
	char path[PATH_MAX];
	int err;

	*what = "no VFIO cdev";
	err = pcidev_cdev(bdf, path, sizeof(path));
	if (err)
		return err;
	*what = "open of the VFIO cdev";
	t->device = open(path, O_RDWR | O_CLOEXEC);
	if (t->device < 0)
		return -errno;
	*what = "open of /dev/iommu";
	t->iommufd = iommufd_open();
	if (t->iommufd < 0)
		return t->iommufd;
	*what = "VFIO_DEVICE_BIND_IOMMUFD";
	return vfio_bind(t->device, t->iommufd, &t->device_id);
}

/* See TABLES_DATA_IOVA for why base pages begin one page later. */
static uint64_t area_iova(const struct tables *t)
{
	return TABLES_AREA_IOVA + (t->area_page == BASE_PAGE ? BASE_PAGE : 0);
}

struct dma_area tables_area(const struct tables *t, const struct memory *m)
{
	return (struct dma_area){
		.pages = t->area_pages,
		.iova = area_iova(t),
		.stride = t->area_page,
		.va = m->part[MEM_DATA].va,
		.bytes = m->part[MEM_DATA].bytes,
	};
}

static int map_area(struct tables *t, const struct memory *m, uint32_t ioas)
{
	const struct mapping *data = &m->part[MEM_DATA];
	uint64_t all = t->area_pages * t->area_page, at, part;
	int err = all > TABLES_AREA_MAX ? -E2BIG : 0;

	for (at = 0; !err && at < all; at += part) {
		part = all - at < data->bytes ? all - at : data->bytes;
		err = iommufd_map_file(t->iommufd, ioas, data->fd, 0, part, area_iova(t) + at);
	}
	return err;
}

int tables_ioas(struct tables *t, const struct memory *m, uint32_t *ioas)
{
	const struct mapping *window = &m->part[MEM_WINDOW];
	int err = iommufd_ioas_alloc(t->iommufd, ioas);

	if (!err)
		err = iommufd_map_file(t->iommufd, *ioas, window->fd, 0, window->bytes,
				       TABLES_WINDOW_IOVA);
	return err ? err : map_area(t, m, *ioas);
}

int tables_fill_step(struct tables *t, const struct memory *m, const struct point *p, uint32_t ioas,
		     uint64_t *at)
{
	const struct mapping *data = &m->part[MEM_DATA];
	uint64_t left = p->ioas_bytes - *at, part = left < data->bytes ? left : data->bytes;
	uint64_t iova = TABLES_DATA_IOVA + *at;
	int err;

	if (p->page_bytes == BASE_PAGE)
		iova += BASE_PAGE;
	err = iommufd_map_file(t->iommufd, ioas, data->fd, 0, part, iova);
	if (!err)
		*at += part;
	return err;
}

int tables_fill(struct tables *t, const struct memory *m, const struct point *p, uint32_t ioas)
{
	uint64_t at = 0;
	int err = 0;

	while (!err && at < p->ioas_bytes)
		err = tables_fill_step(t, m, p, ioas, &at);
	return err;
}

int tables_add(struct tables *t)
{
	int err;

	if (t->nr == CYCLE_MAX_HWPTS)
		return -E2BIG;
	err = iommufd_hwpt_alloc(t->iommufd, t->device_id, t->ioas, &t->hwpt[t->nr]);
	if (!err)
		t->nr++;
	return err;
}

int tables_trim(struct tables *t, uint32_t nr)
{
	int err;

	while (t->nr > nr) {
		err = iommufd_destroy(t->iommufd, t->hwpt[t->nr - 1]);
		if (err)
			return err;
		t->nr--;
	}
	return 0;
}

void tables_close(struct tables *t)
{
	if (t->device >= 0)
		close(t->device);
	if (t->iommufd >= 0)
		close(t->iommufd);
	tables_init(t);
}

uint64_t tables_expected_pages(const struct point *p)
{
	uint64_t entries = p->ioas_bytes / p->page_bytes, pages = 0;

	while (entries > 512) {
		entries = (entries + 511) / 512;
		pages += entries;
	}
	return pages + 1;
}

int tables_wrong_size(const struct point *p, int64_t pages)
{
	/* Upper levels, the window, and a few large entries that chance made possible. */
	int64_t want = (int64_t)tables_expected_pages(p), slack = 16 + want / 64;

	if (pages > want + slack)
		return -1;
	return pages + slack < want;
}
