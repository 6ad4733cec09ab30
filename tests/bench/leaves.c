/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/leaves.h"

#include <openssl/conf.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/world.h"

#define INTERMEDIATES 8
#define DAY           86400L
#define ALGORITHMS    2 /* RSA-2048, P-256 */

struct authority {
	EVP_PKEY *key;
	X509 *certificate;
	SSL_CTX *context; /* of an intermediate: with it as the chain */
};

struct leaves {
	struct authority roots[ALGORITHMS], intermediates[ALGORITHMS][INTERMEDIATES];
	EVP_PKEY *keys[ALGORITHMS];
	X509 *certificates[ALGORITHMS][WORLD_LEAVES];
};

/* What is written into a certificate, as X509V3_EXT_conf_nid reads it. */
struct field {
	int nid;
	const char *value;
};

static const struct field authority_fields[] = {
	{ NID_basic_constraints, "critical,CA:TRUE" },
	{ NID_key_usage, "critical,keyCertSign,cRLSign" },
	{ NID_subject_key_identifier, "hash" },
	{ 0, NULL },
};

/* About the size and content of what public authorities issue. */
static const struct field leaf_fields[] = {
	{ NID_key_usage, "critical,digitalSignature,keyEncipherment" },
	{ NID_ext_key_usage, "serverAuth,clientAuth" },
	{ NID_basic_constraints, "critical,CA:FALSE" },
	{ NID_subject_key_identifier, "hash" },
	{ NID_authority_key_identifier, "keyid" },
	{ NID_info_access, "OCSP;URI:http://o.ca.bench,caIssuers;URI:http://i.ca.bench/" },
	{ NID_certificate_policies, "2.23.140.1.2.1" },
	{ NID_crl_distribution_points, "URI:http://crl.ca.bench/1.crl" },
	{ 0, NULL },
};

static void *
made(void *object)
{
	if (object == NULL) {
		fprintf(stderr, "server: the TLS library cannot make a certificate\n");
		ERR_print_errors_fp(stderr);
		exit(2);
	}
	return object;
}

static void
add_field(X509 *certificate, X509 *issuer, int nid, const char *value)
{
	CONF *empty = made(NCONF_new(NULL)); /* some fields insist on a file of settings */
	X509V3_CTX context;
	X509_EXTENSION *extension;

	X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
	X509V3_set_nconf(&context, empty);
	extension = made(X509V3_EXT_conf_nid(NULL, &context, nid, value));
	X509_add_ext(certificate, extension, -1);
	X509_EXTENSION_free(extension);
	NCONF_free(empty);
}

/* All but the signature; issuer NULL: itself. */
static X509 *
make_body(const char *name, EVP_PKEY *key, X509 *issuer, const struct field *fields)
{
	static long serial = 1;
	X509 *x = made(X509_new());
	const unsigned char *text = (const unsigned char *)name;

	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
	X509_gmtime_adj(X509_getm_notBefore(x), -30 * DAY);
	X509_gmtime_adj(X509_getm_notAfter(x), 60 * DAY);
	X509_set_pubkey(x, key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC, text, -1, -1,
				   0);
	X509_set_issuer_name(x, X509_get_subject_name(issuer != NULL ? issuer : x));
	for (; fields->value != NULL; fields++)
		add_field(x, issuer != NULL ? issuer : x, fields->nid, fields->value);
	return x;
}

static EVP_PKEY *
make_key(unsigned algorithm)
{
	return made(algorithm == 0 ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256"));
}

static void
make_authority(struct authority *authority, const char *name, unsigned algorithm,
	       const struct authority *issuer)
{
	authority->key = make_key(algorithm);
	authority->certificate =
	    make_body(name, authority->key, issuer != NULL ? issuer->certificate : NULL,
		      authority_fields);
	X509_sign(authority->certificate, issuer != NULL ? issuer->key : authority->key,
		  EVP_sha256());
}

/* TLS as mail servers have it; no tickets, because nobody comes twice. */
static void
make_context(struct authority *authority)
{
	SSL_CTX *context = made(SSL_CTX_new(TLS_server_method()));

	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
	SSL_CTX_set_num_tickets(context, 0);
	SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
	/* Only to say for which type of key the chain is; each SSL gets its leaf. */
	SSL_CTX_use_certificate(context, authority->certificate);
	SSL_CTX_add1_chain_cert(context, authority->certificate);
	authority->context = context;
}

static void
make_leaf(struct leaves *leaves, unsigned algorithm, unsigned leaf)
{
	struct authority *issuer = &leaves->intermediates[algorithm][leaf % INTERMEDIATES];
	char name[WORLD_NAME], names[3 * WORLD_NAME];
	X509 *x;

	snprintf(name, sizeof name, "%c%u.bench", algorithm == 0 ? 'r' : 'e', leaf);
	snprintf(names, sizeof names, "DNS:%s,DNS:*.%s", name, name);
	x = make_body(name, leaves->keys[algorithm], issuer->certificate, leaf_fields);
	add_field(x, issuer->certificate, NID_subject_alt_name, names);
	X509_sign(x, issuer->key, EVP_sha256());
	leaves->certificates[algorithm][leaf] = x;
}

static void
write_roots(const struct leaves *leaves, const char *file)
{
	FILE *stream = fopen(file, "w");

	if (stream == NULL) {
		perror(file);
		exit(2);
	}
	for (unsigned i = 0; i < ALGORITHMS; i++)
		PEM_write_X509(stream, leaves->roots[i].certificate);
	if (fclose(stream) != 0) {
		perror(file);
		exit(2);
	}
}

struct leaves *
leaves_new(const char *root_file)
{
	struct leaves *leaves = made(calloc(1, sizeof *leaves));
	char name[WORLD_NAME];

	for (unsigned a = 0; a < ALGORITHMS; a++) {
		snprintf(name, sizeof name, "Benchmark root %u", a + 1);
		make_authority(&leaves->roots[a], name, a, NULL);
		for (unsigned i = 0; i < INTERMEDIATES; i++) {
			snprintf(name, sizeof name, "Benchmark intermediate %u.%u", a + 1, i);
			make_authority(&leaves->intermediates[a][i], name, a,
				       &leaves->roots[a]);
			make_context(&leaves->intermediates[a][i]);
		}
		leaves->keys[a] = make_key(a);
		for (unsigned i = 0; i < WORLD_LEAVES; i++)
			make_leaf(leaves, a, i);
	}
	write_roots(leaves, root_file);
	return leaves;
}

static void
clear_authority(struct authority *authority)
{
	EVP_PKEY_free(authority->key);
	X509_free(authority->certificate);
	SSL_CTX_free(authority->context);
}

void
leaves_free(struct leaves *leaves)
{
	for (unsigned a = 0; a < ALGORITHMS; a++) {
		clear_authority(&leaves->roots[a]);
		for (unsigned i = 0; i < INTERMEDIATES; i++)
			clear_authority(&leaves->intermediates[a][i]);
		EVP_PKEY_free(leaves->keys[a]);
		for (unsigned i = 0; i < WORLD_LEAVES; i++)
			X509_free(leaves->certificates[a][i]);
	}
	free(leaves);
}

SSL *
leaves_ssl(const struct leaves *leaves, bool ec, unsigned leaf)
{
	SSL *tls = SSL_new(leaves->intermediates[ec][leaf % INTERMEDIATES].context);

	if (tls != NULL && (SSL_use_certificate(tls, leaves->certificates[ec][leaf]) != 1 ||
			    SSL_use_PrivateKey(tls, leaves->keys[ec]) != 1)) {
		SSL_free(tls);
		tls = NULL;
	}
	return tls;
}
