/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/tally.h"

static void
tally_server(struct tally *tally, const struct server_facts *facts)
{
	tally->servers++;
	tally->attempts += facts->attempts;
	tally->words[WORDS_TCP][facts->tcp]++;
	tally->words[WORDS_GREETING][facts->greeting]++;
	tally->words[WORDS_EHLO][facts->ehlo]++;
	tally->words[WORDS_OFFER][facts->offer]++;
	tally->words[WORDS_STARTTLS][facts->starttls]++;
	tally->words[WORDS_HANDSHAKE][facts->handshake]++;
}

static void
tally_standards(struct tally *tally, const struct record *record)
{
	const struct sts_facts *sts = record->target.sts;

	if (sts != NULL) {
		tally->words[WORDS_STS_RECORD][sts->record]++;
		tally->words[WORDS_STS_FETCH][sts->fetch]++;
		tally->words[WORDS_STS_POLICY][sts->policy]++;
		tally->words[WORDS_STS_MODE][sts->mode]++;
	}
	if (record->target.tlsrpt != NULL)
		tally->words[WORDS_TLSRPT][record->target.tlsrpt->record]++;
}

void
tally_record(struct tally *tally, const struct record *record)
{
	if (record->kind == RECORD_HOST) {
		tally->hosts++;
		tally->words[WORDS_TLSA][record->host.tlsa.lookup]++;
		for (size_t i = 0; i < record->host.count; i++)
			tally_server(tally, record->host.servers[i]);
		return;
	}
	tally->targets++;
	if (record->target.is_address)
		return;
	tally->words[WORDS_DNS][record->target.dns]++;
	tally->words[WORDS_MX][record->target.mx]++;
	tally->words[WORDS_SECURITY][record->target.mx_security]++;
	tally_standards(tally, record);
}
