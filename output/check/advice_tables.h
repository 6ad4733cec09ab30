/* SPDX-License-Identifier: Apache-2.0 */
/* The tables behind advice.h, by what they speak of. */
#ifndef OUTPUT_ADVICE_TABLES_H
#define OUTPUT_ADVICE_TABLES_H

#include <stddef.h>

#include "output/check/advice.h"
#include "scanner/judge.h"

/* A column's rows, by the values of its words. */
struct advice_table {
	const struct advice *rows;
	size_t count;
};

/* advice_smtp.c, advice_dane.c and advice_sts.c. */
extern const struct advice_table advice_tcp, advice_greeting, advice_ehlo, advice_offer,
    advice_starttls, advice_handshake, advice_certificate;
extern const struct advice_table advice_tlsa, advice_dane, advice_dane_reason,
    advice_dane_share, advice_dane_lints;
extern const struct advice_table advice_sts_record, advice_sts_fetch, advice_sts_policy,
    advice_sts_mode, advice_sts_server, advice_sts_domain, advice_tlsrpt, advice_sts_lints;

#define GOOD(says)                                                                             \
	{                                                                                      \
		ADVICE_GOOD, says, NULL                                                        \
	}
#define BAD(says, action)                                                                      \
	{                                                                                      \
		ADVICE_BAD, says, action                                                       \
	}
#define UNKNOWN(says, action)                                                                  \
	{                                                                                      \
		ADVICE_UNKNOWN, says, action                                                   \
	}
#define HINT(says, action)                                                                     \
	{                                                                                      \
		ADVICE_HINT, says, action                                                      \
	}

#define TABLE(rows)                                                                            \
	{                                                                                      \
		rows, sizeof rows / sizeof *rows                                               \
	}

#endif
