/* SPDX-License-Identifier: Apache-2.0 */
/* Each line is a TXT record: of MTA-STS, and of TLSRPT. */
#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/judge.h"
#include "tests/fuzz/fuzz.h"

#define TEXTS_MAX 8

static size_t
cut(const uint8_t *data, size_t size, struct txt texts[TEXTS_MAX])
{
	size_t count = 0;

	for (size_t start = 0; start < size && count < TEXTS_MAX;) {
		const uint8_t *feed = memchr(data + start, '\n', size - start);
		size_t length = (feed != NULL ? (size_t)(feed - data) : size) - start;

		texts[count++] = (struct txt){ data + start, length };
		start += length + 1;
	}
	return count;
}

static void
check_id(const char *id)
{
	assert(id[0] != '\0' && strlen(id) <= 32);
	for (; *id != '\0'; id++)
		assert(isalnum((unsigned char)*id));
}

static enum sts_record_word
read_sts(const struct txt texts[], size_t count)
{
	struct sts_facts facts = { .max_age = -1 };

	judge.sts_record(texts, count, &facts);
	assert(word(WORDS_STS_RECORD, (int)facts.record) != NULL);
	assert(facts.record != STS_RECORD_TEMPORARY);
	assert((facts.id != NULL) == (facts.record == STS_RECORD_OK));
	assert((facts.record_text == NULL) == (facts.record == STS_RECORD_NONE));
	if (facts.id != NULL) {
		check_id(facts.id);
		assert(strstr(facts.record_text, facts.id) != NULL);
	}
	free(facts.id);
	free(facts.record_text);
	return facts.record;
}

static enum tlsrpt_word
read_tlsrpt(const struct txt texts[], size_t count)
{
	struct tlsrpt_facts facts = { 0 };
	enum tlsrpt_word w;

	judge.tlsrpt_record(texts, count, &facts);
	w = facts.record;
	assert(word(WORDS_TLSRPT, (int)w) != NULL && w != TLSRPT_TEMPORARY);
	assert((facts.record_text == NULL) == (w == TLSRPT_NONE));
	if (w == TLSRPT_OK || w == TLSRPT_UNUSABLE_RUA)
		assert(facts.rua != NULL && strchr(facts.rua, ':') != NULL);
	else
		assert(facts.rua == NULL || w == TLSRPT_BAD_SYNTAX);
	free(facts.rua);
	free(facts.record_text);
	return w;
}

/* Neither the order of the records nor one of another kind makes a difference. */
void
fuzz_one(const uint8_t *data, size_t size)
{
	struct txt texts[TEXTS_MAX + 1] = { 0 }, turned[TEXTS_MAX];
	size_t count = cut(data, size, texts);
	enum sts_record_word sts = read_sts(texts, count);
	enum tlsrpt_word tlsrpt = read_tlsrpt(texts, count);

	for (size_t i = 0; i < count; i++)
		turned[i] = texts[count - 1 - i];
	assert(read_sts(turned, count) == sts);
	assert(read_tlsrpt(turned, count) == tlsrpt);
	texts[count] = (struct txt){ (const uint8_t *)"v=spf1 -all", 11 };
	assert(read_sts(texts, count + 1) == sts);
	assert(read_tlsrpt(texts, count + 1) == tlsrpt);
}
