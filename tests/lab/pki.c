/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lab/pki.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scanner/log.h"
#include "scanner/mem.h"
#include "tests/lab/kinds.h"
#include "tests/lab/make.h"
#include "tests/lab/script.h"

#define BUCKETS 16384
#define HUNDRED 100

struct leaf {
	const struct kind *kind;
	char *host;
	X509 *certificate;
	struct leaf *next;
};

struct context {
	const struct tls_choice *choice;
	const struct kind *kind;
	SSL_CTX *ctx;
	struct context *next;
};

struct pki {
	EVP_PKEY *keys[KEY_COUNT]; /* made when first needed */
	EVP_PKEY *authority_key, *root_key, *unknown_root_key;
	X509 *root, *authorities[ISSUER_COUNT];
	STACK_OF(X509) * hundred;
	struct leaf *leaves[BUCKETS];
	struct context *contexts;
};

static EVP_PKEY *
key_of(struct pki *pki, enum key_type type)
{
	if (pki->keys[type] == NULL)
		pki->keys[type] = make_key(type);
	return pki->keys[type];
}

static void
make_authorities(struct pki *pki)
{
	struct recipe intermediate = { .common_name = "Laboratory intermediate",
				       .key = pki->authority_key,
				       .signer = pki->root_key,
				       .from_days = -365,
				       .until_days = 3650,
				       .authority = true };
	struct recipe root = intermediate, other;

	root.common_name = "Laboratory root";
	root.key = pki->root_key;
	pki->root = make_certificate(&root);
	intermediate.issuer = pki->root;
	pki->authorities[ISSUER_INTERMEDIATE] = make_certificate(&intermediate);
	pki->authorities[ISSUER_ROOT] = pki->root;
	other = root;
	other.common_name = "Unknown root";
	other.key = other.signer = pki->unknown_root_key;
	pki->authorities[ISSUER_UNKNOWN_ROOT] = make_certificate(&other);
	other = intermediate;
	other.common_name = "Expired intermediate";
	other.until_days = -1;
	pki->authorities[ISSUER_EXPIRED] = make_certificate(&other);
	other = intermediate;
	other.common_name = "Not an authority";
	other.authority = false;
	pki->authorities[ISSUER_NO_CA] = make_certificate(&other);
	other = intermediate;
	other.common_name = "Constrained intermediate";
	other.permitted = "elsewhere.example";
	pki->authorities[ISSUER_CONSTRAINED] = make_certificate(&other);
}

static void
write_root(const X509 *root, const char *file)
{
	FILE *stream = fopen(file, "w");

	if (stream == NULL || !PEM_write_X509(stream, root) || fclose(stream) != 0)
		die("%s: cannot write the root certificate", file);
}

struct pki *
pki_new(const char *root_file)
{
	struct pki *pki = mem_alloc(sizeof *pki);

	pki->authority_key = make_key(KEY_P256);
	pki->root_key = make_key(KEY_P256);
	pki->unknown_root_key = make_key(KEY_P256);
	make_authorities(pki);
	if (root_file != NULL)
		write_root(pki->root, root_file);
	return pki;
}

void
pki_check_kind(const char *kind)
{
	if (kind_find(kind) == NULL)
		die("no such certificate kind: %s", kind);
}

static EVP_PKEY *
signer_of(struct pki *pki, const struct kind *kind)
{
	switch (kind->issuer) {
	case ISSUER_ROOT:
		return pki->root_key;
	case ISSUER_UNKNOWN_ROOT:
		return pki->unknown_root_key;
	case ISSUER_SELF:
		return key_of(pki, kind->key);
	default:
		return pki->authority_key;
	}
}

static X509 *
make_leaf(struct pki *pki, const struct kind *kind, const char *host)
{
	bool dated = kind->from_days != 0 || kind->until_days != 0;
	struct recipe recipe = {
		.common_name = host,
		.naming = kind->naming,
		.named = true,
		.key = key_of(pki, kind->key),
		.signer = signer_of(pki, kind),
		.issuer = pki->authorities[kind->issuer],
		.from_days = dated ? kind->from_days : -30,
		.until_days = dated ? kind->until_days : 60,
		.client_only = kind->client_only,
		.sha1 = kind->sha1,
		.bad_signature = kind->bad_signature,
		.version1 = kind->version1,
	};

	return make_certificate(&recipe);
}

static X509 *
leaf_of(struct pki *pki, const struct kind *kind, const char *host)
{
	uint32_t hash = 2166136261u;
	struct leaf **bucket, *leaf;

	for (const char *p = host; *p != '\0'; p++)
		hash = (hash ^ (uint8_t)*p) * 16777619u;
	bucket = &pki->leaves[hash % BUCKETS];
	for (leaf = *bucket; leaf != NULL; leaf = leaf->next)
		if (leaf->kind == kind && strcmp(leaf->host, host) == 0)
			return leaf->certificate;
	leaf = mem_alloc(sizeof *leaf);
	*leaf = (struct leaf){ .kind = kind, .host = mem_strdup(host), .next = *bucket };
	leaf->certificate = make_leaf(pki, kind, host);
	*bucket = leaf;
	return leaf->certificate;
}

X509 *
pki_leaf(struct pki *pki, const char *name, const char *host)
{
	const struct kind *kind = kind_find(name);

	return kind->anonymous ? NULL : leaf_of(pki, kind, host);
}

void
pki_issue(struct pki *pki, const char *name, const char *host, const char *file)
{
	const struct kind *kind = kind_find(name);
	FILE *stream = fopen(file, "w");

	if (stream == NULL ||
	    !PEM_write_PrivateKey(stream, key_of(pki, kind->key), NULL, NULL, 0, NULL, NULL) ||
	    !PEM_write_X509(stream, leaf_of(pki, kind, host)) ||
	    (kind->following != FOLLOWING_NOTHING &&
	     !PEM_write_X509(stream, pki->authorities[kind->issuer])) ||
	    fclose(stream) != 0)
		die("%s: cannot write a certificate", file);
}

static STACK_OF(X509) * hundred_certificates(struct pki *pki)
{
	char name[32];
	struct recipe recipe = { .common_name = name,
				 .key = pki->authority_key,
				 .signer = pki->authority_key,
				 .from_days = -1,
				 .until_days = 365,
				 .authority = true };

	if (pki->hundred != NULL)
		return pki->hundred;
	pki->hundred = sk_X509_new_null();
	for (int i = 0; i < HUNDRED - 2; i++) {
		snprintf(name, sizeof name, "Stray certificate %d", i);
		sk_X509_push(pki->hundred, make_certificate(&recipe));
	}
	return pki->hundred;
}

static void
add_chain(struct pki *pki, SSL_CTX *ctx, const struct kind *kind)
{
	STACK_OF(X509) * strays;

	if (kind->following == FOLLOWING_NOTHING)
		return;
	SSL_CTX_add1_chain_cert(ctx, pki->authorities[kind->issuer]);
	if (kind->following == FOLLOWING_ROOT_TOO)
		SSL_CTX_add1_chain_cert(ctx, pki->root);
	if (kind->following != FOLLOWING_HUNDRED)
		return;
	strays = hundred_certificates(pki);
	for (int i = 0; i < sk_X509_num(strays); i++)
		SSL_CTX_add1_chain_cert(ctx, sk_X509_value(strays, i));
}

/* Everything is allowed here: old versions, small keys, no certificate. */
static SSL_CTX *
make_context(struct pki *pki, const struct tls_choice *choice, const struct kind *kind,
	     X509 *leaf)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	int highest = choice->highest;

	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_ALLOW_CLIENT_RENEGOTIATION);
	SSL_CTX_set_num_tickets(ctx, 0);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	if (kind->anonymous || choice->renegotiate)
		highest = TLS1_2_VERSION;
	SSL_CTX_set_min_proto_version(ctx, choice->lowest ? choice->lowest : TLS1_VERSION);
	SSL_CTX_set_max_proto_version(ctx, highest);
	SSL_CTX_set_cipher_list(ctx, kind->anonymous   ? "aNULL@SECLEVEL=0"
				     : choice->ciphers ? choice->ciphers
						       : "ALL:!aNULL:@SECLEVEL=0");
	if (choice->ask)
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	if (leaf != NULL) {
		SSL_CTX_use_certificate(ctx, leaf);
		SSL_CTX_use_PrivateKey(ctx, key_of(pki, kind->key));
		add_chain(pki, ctx, kind);
	}
	return ctx;
}

/* One context for each statement and kind; the leaf is put into each SSL. */
static SSL_CTX *
context_of(struct pki *pki, const struct tls_choice *choice, const struct kind *kind,
	   X509 *leaf)
{
	struct context *context = pki->contexts;

	while (context != NULL && (context->choice != choice || context->kind != kind))
		context = context->next;
	if (context == NULL) {
		context = mem_alloc(sizeof *context);
		context->choice = choice;
		context->kind = kind;
		context->ctx = make_context(pki, choice, kind, leaf);
		context->next = pki->contexts;
		pki->contexts = context;
	}
	return context->ctx;
}

SSL *
pki_ssl(struct pki *pki, const struct tls_choice *choice, const char *name, const char *host)
{
	const struct kind *kind = kind_find(name);
	X509 *leaf = kind->anonymous ? NULL : leaf_of(pki, kind, host);
	SSL *ssl = SSL_new(context_of(pki, choice, kind, leaf));

	if (ssl != NULL && leaf != NULL)
		SSL_use_certificate(ssl, leaf);
	return ssl;
}

void
pki_free(struct pki *pki)
{
	struct context *context;
	struct leaf *leaf;

	while ((context = pki->contexts) != NULL) {
		pki->contexts = context->next;
		SSL_CTX_free(context->ctx);
		free(context);
	}
	for (int i = 0; i < BUCKETS; i++)
		while ((leaf = pki->leaves[i]) != NULL) {
			pki->leaves[i] = leaf->next;
			X509_free(leaf->certificate);
			free(leaf->host);
			free(leaf);
		}
	for (int i = 0; i < ISSUER_COUNT; i++)
		X509_free(pki->authorities[i]);
	for (int i = 0; i < KEY_COUNT; i++)
		EVP_PKEY_free(pki->keys[i]);
	EVP_PKEY_free(pki->authority_key);
	EVP_PKEY_free(pki->root_key);
	EVP_PKEY_free(pki->unknown_root_key);
	sk_X509_pop_free(pki->hundred, X509_free);
	free(pki);
}
