/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/letters.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scanner/mem.h"

#define MUST(what)                                                                             \
	do {                                                                                   \
		if (!(what)) {                                                                 \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #what);     \
			abort();                                                               \
		}                                                                              \
	} while (0)

#define PAST   .not_before = PKI_NOW - 90 * PKI_DAY, .not_after = PKI_NOW - PKI_DAY
#define FUTURE .not_before = PKI_NOW + PKI_DAY, .not_after = PKI_NOW + 90 * PKI_DAY
#define NAME   .dns = "mx.example.org"

#define MAKE(issuer, ...) pki_make(issuer, &(struct pki_spec){ __VA_ARGS__ })

static struct pki *pki[128];
struct bench *letters_bench;

static void
make_certificates(void)
{
	static struct pki rubbish = { .der = (uint8_t *)"\x30\x03rub", .length = 5 };
	static const uint8_t ec[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01 };
	uint8_t *kind;

	pki['R'] = MAKE(NULL, .cn = "Root", .ca = true);
	pki['T'] = MAKE(NULL, .cn = "Root", .ca = true, PAST, .shared_key = pki['R']->key);
	pki['O'] = MAKE(NULL, .cn = "Other", .ca = true);
	pki['M'] = MAKE(pki['R'], .cn = "Middle", .ca = true);
	pki['Q'] =
	    MAKE(pki['R'], .cn = "Middle", .ca = true, PAST, .shared_key = pki['M']->key);
	pki['L'] = MAKE(pki['M'], NAME);
	pki['D'] = MAKE(pki['M'], NAME, .shared_key = pki['L']->key);
	pki['P'] = MAKE(pki['M'], NAME, PAST);
	pki['F'] = MAKE(pki['M'], NAME, FUTURE);
	pki['W'] = MAKE(pki['M'], .dns = "*.example.org");
	pki['K'] = MAKE(pki['M'], .cn = "mx.example.org");
	pki['C'] = MAKE(pki['M'], NAME, .extended_key_usage = "clientAuth");
	pki['S'] = MAKE(NULL, NAME);
	pki['X'] = MAKE(NULL, NAME, PAST, .extended_key_usage = "clientAuth");
	pki['U'] = MAKE(pki['M'], NAME);
	kind = memmem(pki['U']->der, pki['U']->length, ec, sizeof ec);
	MUST(kind != NULL);
	kind[6] = 0x77;
	pki['-'] = &rubbish;
}

static void
open_bench(void)
{
	char error[256], *store = pki_store(1, pki['R']);

	letters_bench = judge.open(store, PKI_NOW, error);
	MUST(letters_bench != NULL);
	unlink(store);
	free(store);
}

void
letters_begin(void)
{
	make_certificates();
	open_bench();
}

void
letters_end(void)
{
	judge.close(letters_bench);
	for (size_t i = 'A'; i <= 'Z'; i++)
		pki_free(pki[i]);
}

const struct pki *
letters_certificate(char letter)
{
	return pki[(int)letter];
}

struct chain *
letters_chain(const char *letters)
{
	const uint8_t *bytes[16];
	size_t lengths[16], count = strlen(letters);

	for (size_t i = 0; i < count; i++) {
		bytes[i] = pki[(int)letters[i]]->der;
		lengths[i] = pki[(int)letters[i]]->length;
	}
	return chain_new(count, bytes, lengths);
}

static uint8_t
number(char digit)
{
	return digit == 'x' ? 255 : (uint8_t)(digit - '0');
}

/* The key of a certificate in DER, for OPENSSL_free. */
static uint8_t *
key_of(const struct pki *from, size_t *length)
{
	const uint8_t *at = from->der;
	X509 *x = d2i_X509(NULL, &at, (long)from->length);
	uint8_t *key = NULL;

	*length = (size_t)i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &key);
	X509_free(x);
	return key;
}

static size_t
write_data(uint8_t *out, char selector, char matching, char letter)
{
	const struct pki *from = pki[(int)letter];
	size_t length = letter != 'E' ? from->length : 0;
	uint8_t *key = letter != 'E' && selector == '1' ? key_of(from, &length) : NULL;
	const uint8_t *bytes = key != NULL     ? key
			       : letter != 'E' ? from->der
					       : (const uint8_t *)"";

	if (matching == '1')
		SHA256(bytes, length, out);
	else if (matching == '2')
		SHA512(bytes, length, out);
	else
		memcpy(out, bytes, length);
	OPENSSL_free(key);
	return matching == '1' ? 32 : matching == '2' ? 64 : length;
}

struct tlsa_record
letters_record(const char *text)
{
	struct tlsa_record record = { .rdata = mem_alloc(3 + 4096) };
	bool disguised = text[4] > ' ';

	for (int i = 0; i < 3; i++)
		record.rdata[i] = number(text[i]);
	record.length = 3 + write_data(record.rdata + 3, text[disguised ? 4 : 1],
				       text[disguised ? 5 : 2], text[3]);
	return record;
}

struct tlsa_set
letters_set(const char *text)
{
	struct tlsa_set set = { .lookup = TLSA_FOUND, .secure = true };
	size_t length;

	set.records = mem_alloc(16 * sizeof *set.records);
	for (; *text != '\0'; text += length + (text[length] == ' ')) {
		length = strcspn(text, " ");
		set.records[set.count++] = letters_record(text);
	}
	return set;
}

void
letters_clear(struct tlsa_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		free(set->records[i].rdata);
	free(set->records);
}

struct dane_verdict
letters_judge(const char *letters, const char *records, const char *const names[])
{
	static const char *const host[] = { "mx.example.org", NULL };
	struct chain *chain = letters[0] != '\0' ? letters_chain(letters) : NULL;
	struct tlsa_set set = letters_set(records);
	struct dane_verdict v;

	judge.dane(letters_bench, chain, &set, names != NULL ? names : host, &v);
	letters_clear(&set);
	free(chain);
	return v;
}

size_t
letters_check(const struct letters_case *cases, size_t count)
{
	size_t wrong = 0;

	for (size_t i = 0; i < count; i++) {
		struct dane_verdict v = letters_judge(cases[i].chain, cases[i].records, NULL);

		if (v.word == cases[i].word && v.matched == cases[i].matched &&
		    v.reason == cases[i].reason)
			continue;
		wrong++;
		printf("  chain %s, records %s: %s, matched %d, reason %s\n", cases[i].chain,
		       cases[i].records, word(WORDS_DANE, (int)v.word), v.matched,
		       word(WORDS_DANE_REASON, (int)v.reason));
	}
	return wrong;
}
