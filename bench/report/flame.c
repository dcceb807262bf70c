// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Flame graph of folded stacks. Like the scaling curve it has no script, no font file and no style sheet; what a
 * box is called, and how many samples it had, is in its title, which browsers show for the mouse.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "bench/lubench.h"
#include "bench/report/fmt.h"
#include "bench/report/fold.h"

#define W 1200
#define SIDE 10
#define HEAD 92
#define FOOT 26
#define BOX 17
#define LETTER 6.62 /* pixels of one letter in the font below, at size 11 */
#define NARROW 0.2  /* pixels below which a box is left out */

#define FONT "font-family=\"DejaVu Sans Mono,Menlo,Consolas,monospace\""

/* What a function belongs to, by the beginning of its name: the first that fits. The last fits all. */
static const struct part {
	const char *name;
	const char *colour;
	const char *prefix[14];
} parts[] = {
	{ "live update", "#8ecbef", { "luo_", "liveupdate_", "memfd_luo_" } },
	{ "KHO", "#66c2a5", { "kho_", "__kho_" } },
	{ "iommufd", "#f2b64c", { "iommufd_", "iopt_", "pfn_" } },
	{ "IOMMU",
	  "#f0a07a",
	  { "iommu_", "__iommu_", "pt_", "vtdss_", "x86_64_", "arm_lpae_", "__arm_lpae_",
	    "arm_smmu_", "__arm_smmu_", "intel_", "qi_", "cache_tag_", "preserve_",
	    "__preserve_" } },
	{ "VFIO, PCI", "#dba8c8", { "vfio_", "pci_" } },
	{ "locks",
	  "#f0e442",
	  { "mutex_", "__mutex_", "_raw_", "down_", "up_", "rwsem_", "queued_",
	    "native_queued_" } },
	{ "other", "#d5d5d5", { "" } },
};

struct canvas {
	FILE *out;
	const struct fold *f;
	uint64_t total;
	unsigned int depth;
	size_t left_out;
};

static void text(FILE *out, double x, double y, int size, const char *more, const char *s, int len)
{
	fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%d\"%s>", x, y, size, more);
	fmt_xml(out, s, len);
	fputs("</text>\n", out);
}

static const struct part *part_of(const char *name)
{
	size_t i, j;

	for (i = 0; i + 1 < ARRAY_LEN(parts); i++)
		for (j = 0; j < ARRAY_LEN(parts[i].prefix) && parts[i].prefix[j]; j++)
			if (!strncmp(name, parts[i].prefix[j], strlen(parts[i].prefix[j])))
				return &parts[i];
	return &parts[i];
}

static unsigned int depth_of(const struct fold *f)
{
	unsigned int most = 0, depth;
	const char *at;
	size_t i;

	for (i = 0; i < f->nr; i++) {
		depth = 1;
		for (at = f->at[i].text; (at = strchr(at, ';')); at++)
			depth++;
		most = depth > most ? depth : most;
	}
	return most;
}

static double place(const struct canvas *c, uint64_t samples)
{
	return SIDE + (double)samples / (double)c->total * (W - 2 * SIDE);
}

/* One function, from sample @from to sample @to of all; level 0 is below all functions. */
static void box(struct canvas *c, unsigned int level, const char *name, int len, uint64_t from,
		uint64_t to, const char *colour)
{
	double x = place(c, from), width = place(c, to) - x;
	double y = HEAD + (double)(c->depth - level) * BOX;
	uint64_t parts_of_10000 = (to - from) * 10000 / c->total;
	int room = (int)((width - 6) / LETTER), shown;

	if (width < NARROW) {
		c->left_out++;
		return;
	}
	fputs("<g><title>", c->out);
	fmt_xml(c->out, name, len);
	fprintf(c->out, " (%" PRIu64 " samples, %" PRIu64 ".%02" PRIu64 " %%)</title>", to - from,
		parts_of_10000 / 100, parts_of_10000 % 100);
	fprintf(c->out,
		"<rect x=\"%.2f\" y=\"%.0f\" width=\"%.2f\" height=\"%d\" fill=\"%s\" "
		"stroke=\"#ffffff\" stroke-width=\"0.5\"/>",
		x, y, width, BOX, colour);
	/* A name that does not fit ends in two dots; below three letters nothing is to be read. */
	shown = len <= room ? len : room - 2;
	if (shown >= 3) {
		fprintf(c->out, "<text x=\"%.2f\" y=\"%.1f\" font-size=\"11\">", x + 3, y + 12.5);
		fmt_xml(c->out, name, shown);
		fputs(shown < len ? "..</text>" : "</text>", c->out);
	}
	fputs("</g>\n", c->out);
}

/* The stacks [first, end) have the first @level functions in common, which are @skip bytes of text. */
static void draw(struct canvas *c, size_t first, size_t end, unsigned int level, size_t skip,
		 uint64_t from)
{
	const struct fold_stack *at = c->f->at;
	size_t next;

	for (; first < end; first = next) {
		const char *name = at[first].text + skip;
		size_t len = strlen(at[first].text) < skip ? 0 : strcspn(name, ";");
		uint64_t to = from;

		/* Stacks that end here come first. */
		if (!len) {
			from += at[first].count;
			next = first + 1;
			continue;
		}
		for (next = first; next < end && !strncmp(at[next].text + skip, name, len) &&
				   (!at[next].text[skip + len] || at[next].text[skip + len] == ';');
		     next++)
			to += at[next].count;
		box(c, level, name, (int)len, from, to, part_of(name)->colour);
		draw(c, first, next, level + 1, skip + len + 1, from);
		from = to;
	}
}

static void frame(struct canvas *c, const char *title, const char *about)
{
	int height = HEAD + (int)(c->depth + 1) * BOX + FOOT;
	double x = SIDE;
	char line[80];
	size_t i;

	fprintf(c->out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
		"height=\"%d\" " FONT " fill=\"#222222\">\n<title>",
		W, height, W, height);
	fmt_xml(c->out, title, -1);
	fprintf(c->out, "</title>\n<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n", W,
		height);
	text(c->out, SIDE, 26, 16, " font-weight=\"bold\"", title, -1);
	text(c->out, SIDE, 46, 11, " fill=\"#555555\"", about, (int)((W - 2 * SIDE) / LETTER));
	for (i = 0; i < ARRAY_LEN(parts); i++) {
		fprintf(c->out,
			"<rect x=\"%.1f\" y=\"58\" width=\"12\" height=\"12\" fill=\"%s\"/>\n", x,
			parts[i].colour);
		text(c->out, x + 17, 68, 11, "", parts[i].name, -1);
		x += 17 + (double)(strlen(parts[i].name) + 2) * LETTER;
	}
	snprintf(line, sizeof(line), "%" PRIu64 " samples", c->total);
	text(c->out, W - SIDE, 68, 11, " text-anchor=\"end\"", line, -1);
}

int flame_svg(FILE *out, const struct fold *f, const char *title, const char *about)
{
	struct canvas c = { .out = out, .f = f, .total = fold_total(f), .depth = depth_of(f) };
	char line[120];

	if (!c.total)
		return -ENODATA;
	frame(&c, title, about);
	box(&c, 0, "all", 3, 0, c.total, "#eeeeee");
	draw(&c, 0, f->nr, 1, 0, 0);
	snprintf(line, sizeof(line), "not drawn: %zu boxes narrower than %.1f pixels", c.left_out,
		 NARROW);
	text(out, SIDE, HEAD + (c.depth + 1) * BOX + 16, 10, " fill=\"#555555\"", line, -1);
	fputs("</svg>\n", out);
	return fflush(out) || ferror(out) ? -EIO : 0;
}
