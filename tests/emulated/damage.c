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

/* The starts of iommu_lu_ser, iommu_hw_ser, iommu_device_ser, iommu_domain_ser, iommu_block_page_ser, iommufd_lu_ser */
struct root {
	uint32_t version, nr_hw, nr_devices, reserved;
	uint64_t hw, device;
};

struct hw {
	uint64_t next, token;
	uint32_t type, reserved;
	uint64_t tables;
};

struct device {
	uint64_t next, domain, hw, owner;
	uint32_t type;
	uint16_t segment, devid;
};

struct domain {
	uint64_t sizes;
	uint32_t type, reserved;
	uint64_t table, nr_tables, nr_bytes;
	uint32_t features;
	uint16_t format;
	uint8_t top_level, iova_bits, address_bits, reserved2[7];
	uint64_t blocks;
};

struct blocks {
	uint64_t next, reserved;
	struct {
		uint64_t phys;
		uint32_t nr_pages, nr_tables;
	} block[2];
};

struct owner {
	uint32_t version, nr_hwpts;
	struct {
		uint64_t token, domain;
	} hwpt[DEVICES];
};

/* The starts of pci_liveupdate_page_ser and vfio_pci_liveupdate_ser */
struct pci {
	uint32_t magic;
	uint16_t version, device_bytes;
	uint64_t next;
	uint32_t nr_devices, reserved;
	struct {
		uint32_t domain;
		uint16_t devid;
		uint8_t header, root_bus;
		uint32_t used, refcount;
		uint16_t vendor, device, subsystem[2];
		uint32_t class, bus_numbers, bar[6], rest[16];
	} device[DEVICES];
};

struct cdev {
	uint32_t magic, version, domain;
	uint16_t devid, reserved;
};

#define PCI_MAGIC 0x4c494350
#define CDEV_MAGIC 0x4f494656

/* Records, from the root to what hangs on the victim, and those of PCI and VFIO */
enum {
	ROOT,
	HW,
	DEVICE,
	DOMAIN,
	BLOCKS,
	OWNER,
	PCI,
	CDEV,
	RECORDS
};

/* No memory of any machine here */
#define OUTSIDE (1ull << 46)

/* What is written where: @value, or @value more than was there, or the address of a record */
static const struct kind {
	const char *name;
	unsigned int record, offset, bytes;
	enum {
		VALUE,
		MORE,
		ADDRESS
	} how;
	uint64_t value;
} kinds[] = {
#define FIELD(record, field) offsetof(struct record, field), sizeof(((struct record *)0)->field)
	{ "version", ROOT, FIELD(root, version), MORE, 1 },
	/* An IOMMU that comes after itself, devices that nobody could count, one more than there are */
	{ "list", HW, FIELD(hw, next), ADDRESS, HW },
	{ "count", ROOT, FIELD(root, nr_devices), VALUE, UINT32_MAX },
	{ "short", ROOT, FIELD(root, nr_devices), MORE, 1 },
	{ "outside", ROOT, FIELD(root, hw), VALUE, OUTSIDE },
	{ "other-iommu", HW, FIELD(hw, token), MORE, PAGE },
	{ "other-type", HW, FIELD(hw, type), MORE, 1 },
	{ "other-tables", HW, FIELD(hw, tables), MORE, PAGE },
	{ "gone", DEVICE, FIELD(device, devid), VALUE, 0xf8 },
	{ "device-type", DEVICE, FIELD(device, type), MORE, 1 },
	{ "no-domain", DEVICE, FIELD(device, domain), VALUE, OUTSIDE },
	{ "no-owner", DEVICE, FIELD(device, owner), VALUE, 0 },
	/* KHO has preserved that page, but it is no page table */
	{ "domain", DOMAIN, FIELD(domain, table), ADDRESS, DOMAIN },
	{ "domain-type", DOMAIN, FIELD(domain, type), MORE, 1 },
	{ "format", DOMAIN, FIELD(domain, format), MORE, 1 },
	{ "width", DOMAIN, FIELD(domain, iova_bits), MORE, 9 },
	{ "block-list", BLOCKS, FIELD(blocks, next), ADDRESS, BLOCKS },
	{ "block-outside", BLOCKS, FIELD(blocks, block[0].phys), VALUE, OUTSIDE },
	{ "block-size", BLOCKS, FIELD(blocks, block[0].nr_pages), VALUE, 1u << 31 },
	{ "block-record", BLOCKS, FIELD(blocks, block[0].phys), ADDRESS, DOMAIN },
	{ "iommufd", OWNER, FIELD(owner, version), MORE, 1 },
	{ "iommufd-count", OWNER, FIELD(owner, nr_hwpts), VALUE, 1 << 20 },
	{ "pci-version", PCI, FIELD(pci, version), MORE, 1 },
	{ "pci-device", PCI, FIELD(pci, device[0].device), MORE, 1 },
	{ "pci-bar", PCI, FIELD(pci, device[0].bar[1]), MORE, PAGE },
	{ "pci-moved", PCI, FIELD(pci, device[0].devid), VALUE, 0xa8 },
	{ "cdev", CDEV, FIELD(cdev, version), MORE, 1 },
#undef FIELD
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

static bool is_root(const uint8_t *page)
{
	const struct root *r = (const void *)page;
	size_t i;

	if (r->version != VERSION || r->reserved || !r->nr_hw || r->nr_hw > MAX_RECORDS ||
	    r->nr_devices != DEVICES || !r->hw || !r->device)
		return false;
	for (i = sizeof(*r); i < PAGE; i++)
		if (page[i])
			return false;
	return find_victim(r) != 0;
}

static bool is_pci(const uint8_t *page)
{
	const struct pci *p = (const void *)page;

	return p->magic == PCI_MAGIC && p->version == 1 && !p->reserved && !p->next &&
	       p->device_bytes == sizeof(p->device[0]) && p->device[0].used == 1 &&
	       p->device[0].devid == VICTIM;
}

static bool is_cdev(const uint8_t *page)
{
	const struct cdev *c = (const void *)page;

	return c->magic == CDEV_MAGIC && c->version == 1 && !c->domain && c->devid == VICTIM &&
	       !c->reserved;
}

/* Pages that were never touched stay so. */
static uint64_t find(const char *what, bool (*is)(const uint8_t *page))
{
	uint8_t page[PAGE] __attribute__((aligned(8)));
	off_t at = 0, end;
	uint64_t found = 0;

	while ((at = lseek(ram, at, SEEK_DATA)) >= 0) {
		end = lseek(ram, at, SEEK_HOLE);
		for (; at < end; at += PAGE) {
			errno = EEXIST;
			if (!get(start + (uint64_t)at, page, PAGE) || !is(page))
				continue;
			if (found)
				die(what);
			found = start + (uint64_t)at;
		}
	}
	errno = 0;
	if (!found)
		die(what);
	return found;
}

static void find_records(uint64_t at[RECORDS])
{
	struct domain domain;
	struct owner owner;
	struct device d;
	struct root r;

	at[ROOT] = find("the root record", is_root);
	if (!get(at[ROOT], &r, sizeof(r)))
		die("reading the root record");
	at[HW] = r.hw;
	at[DEVICE] = find_victim(&r);
	if (!get(at[DEVICE], &d, sizeof(d)) || !get(d.domain, &domain, sizeof(domain)) ||
	    !get(d.owner, &owner, sizeof(owner)))
		die("reading the records");
	if (domain.type != d.type || !domain.nr_tables || owner.version != VERSION ||
	    owner.nr_hwpts != DEVICES)
		die("the records of the domain and of the iommufd");
	at[DOMAIN] = d.domain;
	at[BLOCKS] = domain.blocks;
	at[OWNER] = d.owner;
	at[PCI] = find("the list of PCI devices", is_pci);
	at[CDEV] = find("the record of the cdev", is_cdev);
}

static void damage(const char *name, const uint64_t at[RECORDS])
{
	uint8_t page[PAGE] __attribute__((aligned(8)));
	uint64_t old = 0, val;
	const struct kind *k;

	for (k = kinds; k < kinds + sizeof(kinds) / sizeof(kinds[0]); k++)
		if (!strcmp(k->name, name))
			break;
	errno = EINVAL;
	if (k == kinds + sizeof(kinds) / sizeof(kinds[0]))
		die(name);
	if (!at[k->record] || !get(at[k->record], page, PAGE))
		die("reading the record");
	memcpy(&old, page + k->offset, k->bytes);
	val = k->how == ADDRESS ? at[k->value] : k->how == MORE ? old + k->value : k->value;
	put(at[k->record] + k->offset, &val, k->bytes);
	printf("damaged: %s: %#llx at %#llx is %#llx now\n", name, (unsigned long long)old,
	       (unsigned long long)at[k->record] + k->offset, (unsigned long long)val);
}

int main(int argc, char **argv)
{
	const uint32_t go = LUB_PHASE_BLACKOUT;
	uint64_t page, at[RECORDS];
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
	find_records(at);
	damage(argv[4], at);
	put(page + offsetof(struct lub_witness, phase), &go, sizeof(go));
	return 0;
}
