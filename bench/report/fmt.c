// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/report/fmt.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/*
 * Unit steps: the value is shown in the last unit of which it holds at least one. 0.9995 and
 * not 1, because 999.6 ns would be printed as "1000 ns".
 */
static char *scaled(char buf[CELL], double v, double step, const char *const *units, int last)
{
	double a = fabs(v);
	int i = 0, digits;

	while (i < last && a >= 0.9995 * step) {
		a /= step;
		v /= step;
		i++;
	}
	digits = a < 9.995 ? 2 : a < 99.95 ? 1 : 0;
	if (v == 0)
		digits = 0;
	snprintf(buf, CELL, "%.*f %s", digits, v, units[i]);
	return buf;
}

char *fmt_time(char buf[CELL], double ns)
{
	static const char *const units[] = { "ns", "us", "ms", "s" };

	return scaled(buf, ns, 1000, units, 3);
}

char *fmt_bytes(char buf[CELL], double bytes)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB" };
	double v = bytes;
	int i = 0;

	while (i < 5 && v >= 1024 && v == floor(v) && fmod(v, 1024) == 0) {
		v /= 1024;
		i++;
	}
	if (v == floor(v) && fabs(v) < 1024) {
		snprintf(buf, CELL, "%.0f %s", v, units[i]);
		return buf;
	}
	return scaled(buf, bytes, 1024, units, 5);
}

char *fmt_count(char buf[CELL], double n)
{
	snprintf(buf, CELL, n == floor(n) || fabs(n) >= 1000 ? "%.0f" : "%.1f", n);
	return buf;
}

char *fmt_unit(char buf[CELL], const char *unit, double v)
{
	if (!strcmp(unit, "ns"))
		return fmt_time(buf, v);
	if (!strcmp(unit, "bytes"))
		return fmt_bytes(buf, v);
	return fmt_count(buf, v);
}

static void put_ascii(FILE *out, const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		/* one '?' for a whole UTF-8 character: its further bytes are 10xxxxxx */
		if ((s[i] & 0xc0) == 0x80)
			continue;
		fputc(s[i] >= ' ' && s[i] <= '~' ? s[i] : '?', out);
	}
}

void fmt_wrap(FILE *out, const char *head, const char *text)
{
	size_t indent = strlen(head), room = COLUMNS - indent, len, cut;

	fputs(head, out);
	for (;;) {
		len = strcspn(text, "\n");
		cut = len;
		if (len > room) {
			for (cut = room; cut > 0 && text[cut] != ' '; cut--)
				;
			if (!cut)
				cut = room;
		}
		put_ascii(out, text, cut);
		fputc('\n', out);
		text += cut;
		text += strspn(text, " \n");
		if (!*text)
			return;
		fprintf(out, "%*s", (int)indent, "");
	}
}

static bool same_kind(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

char notes_ref(struct notes *notes, const char *kind, const char *text)
{
	unsigned int i;

	for (i = 0; i < notes->n; i++)
		if (same_kind(notes->note[i].kind, kind) && !strcmp(notes->note[i].text, text))
			return (char)('a' + i);
	if (notes->n < NOTES_MAX) {
		bool last = notes->n == NOTES_MAX - 1;

		notes->note[notes->n].kind = last ? NULL : kind;
		notes->note[notes->n].text = last ? "further reasons: see the outcomes" : text;
		notes->n++;
	}
	return (char)('a' + notes->n - 1);
}

char *notes_missing(struct notes *notes, char buf[CELL], const char *kind, const char *text)
{
	snprintf(buf, CELL, "-(%c)", notes_ref(notes, kind, text));
	return buf;
}

void notes_print(FILE *out, const struct notes *notes)
{
	char head[64];
	unsigned int i;

	for (i = 0; i < notes->n; i++) {
		const char *kind = notes->note[i].kind;

		snprintf(head, sizeof(head), "  (%c) %.40s%s", (char)('a' + i), kind ? kind : "",
			 kind ? ": " : "");
		fmt_wrap(out, head, notes->note[i].text);
	}
}

void fmt_xml(FILE *out, const char *s, int len)
{
	for (; *s && len; s++, len--) {
		if (*s == '<')
			fputs("&lt;", out);
		else if (*s == '>')
			fputs("&gt;", out);
		else if (*s == '&')
			fputs("&amp;", out);
		else if (*s == '"')
			fputs("&quot;", out);
		else
			fputc((unsigned char)*s < ' ' || *s == 0x7f ? '?' : *s, out);
	}
}
