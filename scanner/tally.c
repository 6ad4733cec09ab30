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

void
tally_record(struct tally *tally, const struct record *record)
{
	if (record->kind == RECORD_HOST) {
		tally->hosts++;
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
}
