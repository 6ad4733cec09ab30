/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLSA records, each after its length in two bytes, as DNS might hold them: can each
 * be used (OpenSSL is asked too), and what do they say of one good chain?
 */
#include <assert.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "scanner/judge.h"
#include "tests/fuzz/fuzz.h"

#define RECORDS_MAX 200

static const char leaf[] = "-----BEGIN CERTIFICATE-----\n"
			   "MIIBYTCCAQigAwIBAgIBAzAKBggqhkjOPQQDAjAgMQ0wCwYDVQQKDARUZXN0MQ8w\n"
			   "DQYDVQQDDAZNaWRkbGUwIBcNMDEwOTA5MDE0NjQwWhgPMjA5NjEwMDIwNzA2NDBa\n"
			   "MCYxDTALBgNVBAoMBFRlc3QxFTATBgNVBAMMDG14c3dlZXAgdGVzdDBZMBMGByqG\n"
			   "SM49AgEGCCqGSM49AwEHA0IABJpq6CHfXBp36r1MAr8Kz1FbavV+z0zPA6vv+yYW\n"
			   "EZV1IXME+iI8Esj2Ky0ZWofeafkK/NNewItNpOgGSYydDYOjKzApMAwGA1UdEwEB\n"
			   "/wQCMAAwGQYDVR0RBBIwEIIObXguZXhhbXBsZS5vcmcwCgYIKoZIzj0EAwIDRwAw\n"
			   "RAIgNtOCh4hog2VVG2NT5xcecvF0EAhoLRcTevP9ICSKoVUCIC9yNFRSC42zLtm9\n"
			   "1mFw5PZ8Xim0FJnVnCbzyH4SDDWu\n"
			   "-----END CERTIFICATE-----\n";

static const char middle[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBUTCB+KADAgECAgECMAoGCCqGSM49BAMCMB4xDTALBgNVBAoMBFRlc3QxDTAL\n"
    "BgNVBAMMBFJvb3QwIBcNMDEwOTA5MDE0NjQwWhgPMjA5NjEwMDIwNzA2NDBaMCAx\n"
    "DTALBgNVBAoMBFRlc3QxDzANBgNVBAMMBk1pZGRsZTBZMBMGByqGSM49AgEGCCqG\n"
    "SM49AwEHA0IABIHQ7YAVUIsq4ohkvIDNcrTz7zokUpGD+4rvHJaMWfBPveD8Flyq\n"
    "8Ala5WHm3LjpIrlcgM400TDHetYEMGii+VejIzAhMA8GA1UdEwEB/wQFMAMBAf8w\n"
    "DgYDVR0PAQH/BAQDAgEGMAoGCCqGSM49BAMCA0gAMEUCIQCP/Y3Egz3Kz+R6ht+2\n"
    "gjjt1bqtaT6SOHZih/f77ATxRAIgHCUAGBvEYAgxsVQCNAesPe+PcbLgV4vKuJdp\n"
    "o736RMQ=\n"
    "-----END CERTIFICATE-----\n";

static const char root[] = "-----BEGIN CERTIFICATE-----\n"
			   "MIIBTzCB9qADAgECAgEBMAoGCCqGSM49BAMCMB4xDTALBgNVBAoMBFRlc3QxDTAL\n"
			   "BgNVBAMMBFJvb3QwIBcNMDEwOTA5MDE0NjQwWhgPMjA5NjEwMDIwNzA2NDBaMB4x\n"
			   "DTALBgNVBAoMBFRlc3QxDTALBgNVBAMMBFJvb3QwWTATBgcqhkjOPQIBBggqhkjO\n"
			   "PQMBBwNCAAROvbkCgxnModTnCl8ScFMaoQwdltOOwrd4SpfDCNsIUAw4ltkqpDQp\n"
			   "GB9iYxvcAjqs0JKHIr3ldx5onD+07avkoyMwITAPBgNVHRMBAf8EBTADAQH/MA4G\n"
			   "A1UdDwEB/wQEAwIBBjAKBggqhkjOPQQDAgNIADBFAiEAyYM0EUct54FZBe/tYbvR\n"
			   "ACJjxxhj2w4eU0gJrMLIzlUCIDVag8FUHusGBteH02NqUcCZeDQsuAn9RwyFJn1X\n"
			   "08ux\n"
			   "-----END CERTIFICATE-----\n";

static struct bench *
open_bench(void)
{
	char path[32], error[256];
	int descriptor = memfd_create("root", 0);
	struct bench *bench;

	assert(write(descriptor, root, sizeof root - 1) == sizeof root - 1);
	snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
	bench = judge.open(path, 1750000000, error);
	assert(bench != NULL);
	close(descriptor);
	return bench;
}

static struct chain *
make_chain(void)
{
	const char *const texts[] = { leaf, middle, root };
	const uint8_t *bytes[3];
	uint8_t *der[3] = { NULL };
	size_t lengths[3];
	struct chain *chain;

	for (size_t i = 0; i < 3; i++) {
		BIO *text = BIO_new_mem_buf(texts[i], -1);
		X509 *x = PEM_read_bio_X509(text, NULL, NULL, NULL);

		lengths[i] = (size_t)i2d_X509(x, &der[i]);
		bytes[i] = der[i];
		X509_free(x);
		BIO_free(text);
	}
	chain = chain_new(3, bytes, lengths);
	for (size_t i = 0; i < 3; i++)
		OPENSSL_free(der[i]);
	return chain;
}

static void
cut(struct tlsa_set *set, const uint8_t *data, size_t size)
{
	while (size >= 2 && set->count < RECORDS_MAX) {
		size_t length = (size_t)data[0] << 8 | data[1];

		data += 2;
		size -= 2;
		if (length > size)
			length = size;
		set->records[set->count++] =
		    (struct tlsa_record){ .length = length,
					  .rdata = length > 0 ? (uint8_t *)data : NULL };
		data += length;
		size -= length;
	}
}

/* Only usages 0 and 1 are told apart from what OpenSSL says. */
static void
check_usable(SSL_CTX *context, const struct tlsa_record *record)
{
	SSL *ssl = SSL_new(context);
	int added = 0;

	assert(SSL_dane_enable(ssl, "mx.example.org") > 0);
	if (record->length > 3)
		added =
		    SSL_dane_tlsa_add(ssl, record->rdata[0], record->rdata[1], record->rdata[2],
				      record->rdata + 3, record->length - 3);
	assert(added >= 0);
	assert(judge.tlsa_usable(record) == (added > 0 && record->rdata[0] >= 2));
	SSL_free(ssl);
}

/* Of one usage and selector, no digest may match beside a stronger one. */
static void
check_agility(const struct tlsa_set *set, size_t count, const uint8_t *matched)
{
	for (size_t i = 0; i < count && matched[2] != 0; i++)
		if (judge.tlsa_usable(&set->records[i]) &&
		    memcmp(set->records[i].rdata, matched, 2) == 0)
			assert(set->records[i].rdata[2] <= matched[2]);
}

static void
check_match(const struct tlsa_set *set, size_t count, const struct dane_verdict *v,
	    const struct certificate_der *first)
{
	const struct tlsa_record *record;

	assert((v->matched >= 0) == (v->word == DANE_OK_EE || v->word == DANE_OK_TA));
	assert((v->word == DANE_UNUSABLE) == (count == 0));
	if (v->matched < 0)
		return;
	record = &set->records[v->matched];
	assert(v->reason == 0);
	assert(judge.tlsa_usable(record));
	assert(record->rdata[0] == (v->word == DANE_OK_EE ? 3 : 2));
	assert(v->word == DANE_OK_TA ||
	       judge.tlsa_matches(record, first->bytes, first->length));
	check_agility(set, count, record->rdata);
}

/* How many records there are up to the last that counts; 0 if none can be used. */
static size_t
considered(const struct tlsa_set *set)
{
	size_t count = 0;

	for (size_t i = 0; i < set->count && i < 100; i++)
		if (judge.tlsa_usable(&set->records[i]))
			count = i + 1;
	return count;
}

void
fuzz_one(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "mx.example.org", NULL };
	static struct bench *bench;
	static struct chain *chain;
	static SSL_CTX *context;
	struct tlsa_record records[RECORDS_MAX];
	struct tlsa_set set = { .records = records };
	struct dane_verdict v, bare;

	if (bench == NULL) {
		bench = open_bench();
		chain = make_chain();
		context = SSL_CTX_new(TLS_client_method());
		assert(SSL_CTX_dane_enable(context) > 0);
	}
	cut(&set, data, size);
	for (size_t i = 0; i < set.count; i++)
		check_usable(context, &records[i]);
	judge.dane(bench, chain, &set, names, &v);
	check_match(&set, considered(&set), &v, &chain->certificates[0]);
	judge.dane(bench, NULL, &set, names, &bare);
	assert(bare.word == (considered(&set) > 0 ? DANE_MISMATCH : DANE_UNUSABLE));
	assert(bare.reason != 0 && bare.matched < 0);
}
