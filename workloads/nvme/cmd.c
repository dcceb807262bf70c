// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/nvme/cmd.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

/* Walks the pages of a buffer: the first may begin anywhere in a page, the last may end anywhere. */
int64_t nvme_prps(const struct nvme_seg *seg, unsigned int nr, uint64_t *prp1, uint64_t *prp2,
		  uint64_t *list, unsigned int room, uint64_t list_iova)
{
	uint64_t at, end = 0, second = 0;
	unsigned int i, pages = 0;
	int64_t bytes = 0;

	for (i = 0; i < nr; i++) {
		at = seg[i].iova;
		if (!seg[i].bytes || at & 3 || (i && (at | end) & (NVME_PAGE - 1)))
			return -EINVAL;
		end = at + seg[i].bytes;
		bytes += seg[i].bytes;
		for (; at < end; at = (at | (NVME_PAGE - 1)) + 1, pages++) {
			if (!pages)
				*prp1 = htole64(at);
			else if (pages > room && pages > 1)
				return -E2BIG;
			if (pages == 1)
				second = at;
			if (pages && room)
				list[pages - 1] = htole64(at);
		}
	}
	if (!pages)
		return -EINVAL;
	*prp2 = htole64(pages > 2 ? list_iova : second);
	return bytes;
}

void nvme_rw(struct nvme_sqe *sqe, const struct nvme_io *io, uint16_t cid, uint32_t nsid, bool pi)
{
	uint64_t prp1 = sqe->prp1, prp2 = sqe->prp2;

	memset(sqe, 0, sizeof(*sqe));
	sqe->opcode = (uint8_t)io->op;
	sqe->cid = htole16(cid);
	sqe->nsid = htole32(nsid);
	if (io->op == NVME_FLUSH)
		return;
	sqe->prp1 = prp1;
	sqe->prp2 = prp2;
	sqe->cdw10 = htole32((uint32_t)io->slba);
	sqe->cdw11 = htole32((uint32_t)(io->slba >> 32));
	sqe->cdw12 = htole32((io->blocks - 1) | (pi ? NVME_PRACT : 0));
	/* Initial reference tag: what type 1 protection wants to be there is the low half of the address. */
	if (pi)
		sqe->cdw14 = htole32((uint32_t)io->slba);
}
