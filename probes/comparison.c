/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/comparison.h"

#include "probes/association.h"
#include "probes/chain.h"

const char *const dane_lint_names[DANE_LINTS] = { "no-spare", "selector-0", "unusable",
						  "full" };

/* What is known of one record. */
enum {
	USABLE = 1,
	CONSIDERED = 2, /* usable, and not passed over for a stronger digest */
	EMPTY = 4,
	LEAF = 8,   /* its data are the leaf's */
	ABOVE = 16, /* or those of another certificate that was presented */
	OTHER_SELECTOR = 32,
	OTHER_MATCHING = 64, /* they would be, with the other selector or matching type */
};

/* Digest agility (RFC 7671 section 9): of one usage and selector only the strongest
 * digest counts, and full data always do.  The stronger has the higher number. */
static bool
passed_over(const struct comparison *c, size_t which)
{
	const struct tlsa_record *record = &c->records[which];

	if (association_matching(record) == MATCHING_FULL)
		return false;
	for (size_t i = 0; i < c->count; i++)
		if ((c->known[i] & USABLE) &&
		    association_usage(&c->records[i]) == association_usage(record) &&
		    association_selector(&c->records[i]) == association_selector(record) &&
		    association_matching(&c->records[i]) > association_matching(record))
			return true;
	return false;
}

static void
weigh(struct comparison *c, const struct tlsa_set *set)
{
	*c = (struct comparison){ .records = set->records, .count = set->count };
	if (c->count > COMPARISON_RECORDS_MAX)
		c->count = COMPARISON_RECORDS_MAX;
	for (size_t i = 0; i < c->count; i++) {
		if (association_usable(&c->records[i]))
			c->known[i] |= USABLE;
		if (association_is_empty(&c->records[i]))
			c->known[i] |= EMPTY;
	}
	for (size_t i = 0; i < c->count; i++)
		if ((c->known[i] & USABLE) && !passed_over(c, i))
			c->known[i] |= CONSIDERED;
}

/* as_is: LEAF or ABOVE. */
static unsigned
liken(const struct tlsa_record *record, const struct selection *selection, unsigned as_is)
{
	int selector = association_selector(record), matching = association_matching(record);
	unsigned known = 0;

	if (association_fits(record, selector, matching, selection))
		known |= as_is;
	for (int s = 0; s < SELECTORS; s++)
		if (s != selector && association_fits(record, s, matching, selection))
			known |= OTHER_SELECTOR;
	for (int m = 0; m < MATCHINGS; m++)
		if (m != matching && association_fits(record, selector, m, selection))
			known |= OTHER_MATCHING;
	return known;
}

static void
compare(struct comparison *c, const struct chain *chain)
{
	struct selection selection;

	for (size_t i = 0; i < chain->count && i < CHAIN_PRESENTED_MAX; i++) {
		association_select(&selection, chain->certificates[i].bytes,
				   chain->certificates[i].length);
		for (size_t j = 0; j < c->count; j++)
			c->known[j] |= liken(&c->records[j], &selection, i == 0 ? LEAF : ABOVE);
		association_release(&selection);
	}
}

void
comparison_make(struct comparison *c, const struct tlsa_set *set, const struct chain *chain)
{
	weigh(c, set);
	if (chain != NULL)
		compare(c, chain);
}

bool
comparison_usable(const struct comparison *c, size_t which)
{
	return c->known[which] & USABLE;
}

bool
comparison_any_usable(const struct comparison *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (comparison_usable(c, i))
			return true;
	return false;
}

bool
comparison_lacks_anchor(const struct comparison *c)
{
	for (size_t i = 0; i < c->count; i++)
		if ((c->known[i] & USABLE) &&
		    (association_usage(&c->records[i]) != USAGE_DANE_TA ||
		     association_matching(&c->records[i]) == MATCHING_FULL ||
		     (c->known[i] & (LEAF | ABOVE))))
			return false;
	return true;
}

/* Is it as it should be for a certificate in its place? */
static bool
is_right(const struct tlsa_record *record, unsigned known)
{
	int usage = association_usage(record);

	return (usage == USAGE_DANE_EE && (known & LEAF)) ||
	       (usage == USAGE_DANE_TA && (known & ABOVE));
}

/* 0: nothing is wrong with it. */
static enum dane_reason_word
fault(const struct tlsa_record *record, unsigned known)
{
	if (known & EMPTY)
		return DANE_REASON_EMPTY_HASH;
	if (is_right(record, known))
		return 0;
	if (known & (LEAF | ABOVE))
		return DANE_REASON_USAGE;
	if (known & OTHER_SELECTOR)
		return DANE_REASON_SELECTOR;
	return (known & OTHER_MATCHING) ? DANE_REASON_MATCHING : DANE_REASON_DATA;
}

enum dane_reason_word
comparison_reason(const struct comparison *c)
{
	static const enum dane_reason_word order[] = { DANE_REASON_EMPTY_HASH,
						       DANE_REASON_USAGE, DANE_REASON_SELECTOR,
						       DANE_REASON_MATCHING };
	bool found[DANE_REASON_DATA + 1] = { false };
	bool pkix_only = c->count > 0;

	for (size_t i = 0; i < c->count; i++) {
		const struct tlsa_record *record = &c->records[i];
		int usage = association_usage(record);

		if ((c->known[i] & CONSIDERED) && is_right(record, c->known[i]))
			return 0;
		found[fault(record, c->known[i])] = true;
		pkix_only &= usage == USAGE_PKIX_TA || usage == USAGE_PKIX_EE;
	}
	found[DANE_REASON_USAGE] |= pkix_only;
	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		if (found[order[i]])
			return order[i];
	return DANE_REASON_DATA;
}

/* Could the record vouch for another certificate than the leaf? */
static bool
is_spare(unsigned known)
{
	return (known & CONSIDERED) && !(known & (EMPTY | LEAF));
}

unsigned
comparison_lint(const struct comparison *c, enum dane_word word)
{
	unsigned lint = word == DANE_OK_EE ? DANE_LINT_NO_SPARE : 0u;

	for (size_t i = 0; i < c->count; i++) {
		const struct tlsa_record *record = &c->records[i];

		if (!(c->known[i] & USABLE)) {
			lint |= DANE_LINT_UNUSABLE;
			continue;
		}
		if (is_spare(c->known[i]))
			lint &= ~(unsigned)DANE_LINT_NO_SPARE;
		if (association_usage(record) == USAGE_DANE_EE &&
		    association_selector(record) == SELECTOR_CERT)
			lint |= DANE_LINT_SELECTOR_0;
		if (association_matching(record) == MATCHING_FULL)
			lint |= DANE_LINT_FULL;
	}
	return lint;
}
