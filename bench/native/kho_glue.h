/* SPDX-License-Identifier: GPL-2.0-only */
/* The end of kho.c, which is cut out of the kernel: a kexec without one. */
#include "native.h"

bool native_kho_count;
unsigned long native_kho_counted;
unsigned long native_runs;

/* source.sh gave those of the kernel other names. */
#undef kho_preserve_folio
#undef kho_unpreserve_folio

int kho_preserve_folio(struct folio *folio)
{
	if (!native_kho_count)
		return kernel_preserve_folio(folio);
	native_kho_counted++;
	return 0;
}

void kho_unpreserve_folio(struct folio *folio)
{
	if (!native_kho_count)
		kernel_unpreserve_folio(folio);
}

int native_kho_init(void)
{
	native_kho_counted = 0;
	native_runs = 0;
	return kho_radix_init_tree(&kho_out.radix_tree, NULL);
}

void native_kho_exit(void)
{
	kho_radix_destroy_tree(&kho_out.radix_tree);
	kho_out.nr_pages.counter = 0;
}

int native_kho_reserve(void)
{
	const struct kho_radix_walk_cb cb = { .leaf = kho_preserved_memory_reserve };
	struct kho_run run = {};
	int err = kho_radix_walk_tree(&kho_out.radix_tree, &cb, &run);

	if (!err)
		kho_reserve_run(&run);
	return err;
}
