// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * damage PID MEMORY-START PAGE KIND: damages one of the IOMMU records that a guest has ready for its next
 * kernel. PID is a process that has the guest's memory open, which begins at guest address MEMORY-START; on the
 * witness page at guest address PAGE the guest waits in phase control until this program says blackout.
 *
 * The records are found by what they must look like, see include/linux/kho/abi/iommu.h of the series: nothing
 * inside of the guest could tell their addresses, or write to them.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/agent/witness.h"

#define PAGE 4096
/* IOMMU_LU_VERSION and IOMMUFD_LU_VERSION */
#define VERSION 2
#define MAX_RECORDS 8

/* The devices that are preserved: 00:04.0, whose records are damaged, and 00:05.0 */
#define DEVICES 2
#define VICTIM 0x20

/* The starts of iommu_lu_ser, iommu_hw_ser, iommu_device_ser, iommu_domain_ser and iommufd_lu_ser */
struct root {
	uint32_t version, nr_hw, nr_devices, reserved;
	uint64_t hw, device;
};

struct hw {
	uint64_t next, token;
	uint32_t type, reserved;
};

struct device {
	uint64_t next, domain, hw, owner;
	uint32_t type;
	uint16_t segment, devid;
};

struct domain {
	uint64_t sizes;
	uint32_t type, reserved;
	uint64_t table;
};

struct owner {
	uint32_t version, nr_hwpts;
};

static int ram;
static uint64_t start;

static void die(const char *what)
{
	fprintf(stderr, "damage: %s: %s\n", what, errno ? strerror(errno) : "not as expected");
	exit(1);
}

static bool get(uint64_t gpa, void *buf, size_t len)
{
	errno = 0;
	return gpa >= start && gpa % PAGE == 0 &&
	       pread(ram, buf, len, (off_t)(gpa - start)) == (ssize_t)len;
}

static void put(uint64_t gpa, const void *buf, size_t len)
{
	errno = 0;
	if (pwrite(ram, buf, len, (off_t)(gpa - start)) != (ssize_t)len)
		die("writing to the guest");
}

static void open_ram(const char *pid)
{
	char dir[64], path[400], link[64];
	struct dirent *entry;
	ssize_t n;
	DIR *fds;

	snprintf(dir, sizeof(dir), "/proc/%s/fd", pid);
	fds = opendir(dir);
	if (!fds)
		die(dir);
	while ((entry = readdir(fds))) {
		snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		n = readlink(path, link, sizeof(link) - 1);
		if (n < 0)
			continue;
		link[n] = '\0';
		if (strncmp(link, "/memfd:lubench-ram", 18))
			continue;
		ram = open(path, O_RDWR | O_CLOEXEC);
		closedir(fds);
		if (ram < 0)
			die(path);
		return;
	}
	errno = ENOENT;
	die("memory of the guest");
}

/* All devices, each with all that it needs; where the victim's record is, or 0. */
static uint64_t find_victim(const struct root *r)
{
	uint64_t at = r->device, victim = 0;
	struct device d;
	struct hw hw;
	uint32_t i;

	for (i = 0; i < r->nr_devices; i++, at = d.next) {
		if (!get(at, &d, sizeof(d)) || !get(d.hw, &hw, sizeof(hw)) || d.segment ||
		    !d.type || hw.type != d.type || hw.reserved || d.domain % PAGE ||
		    d.owner % PAGE)
			return 0;
		if (d.devid == VICTIM)
			victim = at;
	}
	return at ? 0 : victim;
}

static bool is_root(const uint8_t *page, uint64_t *victim)
{
	const struct root *r = (const void *)page;
	size_t i;

	if (r->version != VERSION || r->reserved || !r->nr_hw || r->nr_hw > MAX_RECORDS ||
	    r->nr_devices != DEVICES || !r->hw || !r->device)
		return false;
	for (i = sizeof(*r); i < PAGE; i++)
		if (page[i])
			return false;
	*victim = find_victim(r);
	return *victim != 0;
}

/* Pages that were never touched stay so. */
static uint64_t find_root(uint64_t *victim)
{
	uint64_t found = 0, who;
	uint8_t page[PAGE] __attribute__((aligned(8)));
	off_t at = 0, end;

	while ((at = lseek(ram, at, SEEK_DATA)) >= 0) {
		end = lseek(ram, at, SEEK_HOLE);
		for (; at < end; at += PAGE) {
			if (!get(start + (uint64_t)at, page, PAGE) || !is_root(page, &who))
				continue;
			if (found)
				die("a second root record");
			found = start + (uint64_t)at;
			*victim = who;
		}
	}
	errno = 0;
	if (!found)
		die("the root record");
	return found;
}

static void damage(const char *kind, uint64_t root, uint64_t victim)
{
	const uint32_t version = VERSION + 1;
	struct device d;
	struct owner owner;
	struct root r;

	if (!get(root, &r, sizeof(r)) || !get(victim, &d, sizeof(d)))
		die("reading the records");
	if (!strcmp(kind, "version")) {
		put(root + offsetof(struct root, version), &version, sizeof(version));
	} else if (!strcmp(kind, "list")) {
		/* An IOMMU that comes after itself */
		put(r.hw + offsetof(struct hw, next), &r.hw, sizeof(r.hw));
	} else if (!strcmp(kind, "domain")) {
		/* KHO has preserved that page, but it is no page table */
		put(d.domain + offsetof(struct domain, table), &d.domain, sizeof(d.domain));
	} else if (!strcmp(kind, "iommufd")) {
		if (!get(d.owner, &owner, sizeof(owner)) || owner.version != VERSION ||
		    owner.nr_hwpts != DEVICES)
			die("the record of the iommufd");
		put(d.owner + offsetof(struct owner, version), &version, sizeof(version));
	} else {
		errno = EINVAL;
		die(kind);
	}
	printf("damaged: %s, root record at %#llx\n", kind, (unsigned long long)root);
}

int main(int argc, char **argv)
{
	const uint32_t go = LUB_PHASE_BLACKOUT;
	uint64_t page, root, victim = 0;
	struct lub_witness w;

	if (argc != 5)
		return 2;
	open_ram(argv[1]);
	start = strtoull(argv[2], NULL, 0);
	page = strtoull(argv[3], NULL, 0);
	if (!get(page, &w, sizeof(w)))
		die("the witness page");
	if (memcmp(w.magic, LUB_WITNESS_MAGIC, sizeof(w.magic)) || w.phase != LUB_PHASE_CONTROL)
		return 0;
	root = find_root(&victim);
	damage(argv[4], root, victim);
	put(page + offsetof(struct lub_witness, phase), &go, sizeof(go));
	return 0;
}
