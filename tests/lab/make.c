/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lab/make.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "scanner/log.h"

#define MANY_NAMES 2000
#define OTHER_HOST "another-host.example"

EVP_PKEY *
make_key(enum key_type type)
{
	EVP_PKEY *key = NULL;

	switch (type) {
	case KEY_P256:
		key = EVP_EC_gen("P-256");
		break;
	case KEY_P384:
		key = EVP_EC_gen("P-384");
		break;
	case KEY_RSA2048:
		key = EVP_RSA_gen(2048);
		break;
	case KEY_RSA1024:
		key = EVP_RSA_gen(1024);
		break;
	case KEY_ED25519:
	case KEY_COUNT:
		key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
		break;
	}
	if (key == NULL)
		die("cannot make a key");
	return key;
}

static void
add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;

	X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	if (extension == NULL || !X509_add_ext(certificate, extension, -1))
		die("cannot make a certificate extension: %s", value);
	X509_EXTENSION_free(extension);
}

static void
add_name(GENERAL_NAMES *names, const char *bytes, int length)
{
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_IA5STRING *text = ASN1_IA5STRING_new();

	if (name == NULL || text == NULL || !ASN1_STRING_set(text, bytes, length))
		die("cannot make a certificate's name");
	GENERAL_NAME_set0_value(name, GEN_DNS, text);
	sk_GENERAL_NAME_push(names, name);
}

/* "*" in place of the first label. */
static const char *
wildcard_of(const char *host, char *text, size_t size)
{
	const char *dot = strchr(host, '.');

	snprintf(text, size, "*%s", dot != NULL ? dot : "");
	return text;
}

static void
add_names(X509 *certificate, const struct recipe *recipe)
{
	GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
	const char *host = recipe->common_name;
	char text[300];
	int length = (int)strlen(host);

	if (recipe->naming == NAMING_WILDCARD)
		host = wildcard_of(host, text, sizeof text), length = (int)strlen(text);
	else if (recipe->naming == NAMING_OTHER)
		host = OTHER_HOST, length = (int)strlen(host);
	else if (recipe->naming == NAMING_NUL && length < 200) {
		memcpy(text, host, (size_t)length + 1);
		memcpy(text + length + 1, OTHER_HOST, sizeof OTHER_HOST);
		host = text;
		length += (int)sizeof OTHER_HOST;
	}
	add_name(names, host, length);
	for (int i = 0; recipe->naming == NAMING_MANY && i < MANY_NAMES; i++) {
		length = snprintf(text, sizeof text, "host-%d.many-names.example", i);
		add_name(names, text, length);
	}
	if (!X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, 0, 0))
		die("cannot make a certificate's names");
	GENERAL_NAMES_free(names);
}

static bool
has_names(const struct recipe *recipe)
{
	return recipe->named && recipe->naming != NAMING_CN_ONLY &&
	       recipe->naming != NAMING_NONE;
}

static void
add_extensions(X509 *certificate, const struct recipe *recipe)
{
	X509 *issuer = recipe->issuer != NULL ? recipe->issuer : certificate;
	char permitted[300];

	add_extension(certificate, issuer, NID_basic_constraints,
		      recipe->authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
	add_extension(certificate, issuer, NID_key_usage,
		      recipe->authority ? "critical,keyCertSign,cRLSign"
					: "critical,digitalSignature");
	if (recipe->named)
		add_extension(certificate, issuer, NID_ext_key_usage,
			      recipe->client_only ? "clientAuth" : "serverAuth");
	add_extension(certificate, issuer, NID_subject_key_identifier, "hash");
	if (recipe->issuer != NULL)
		add_extension(certificate, issuer, NID_authority_key_identifier, "keyid");
	if (has_names(recipe))
		add_names(certificate, recipe);
	if (recipe->permitted != NULL) {
		snprintf(permitted, sizeof permitted, "critical,permitted;DNS:%s",
			 recipe->permitted);
		add_extension(certificate, issuer, NID_name_constraints, permitted);
	}
}

static void
set_subject(X509 *certificate, const struct recipe *recipe)
{
	X509_NAME *subject = X509_get_subject_name(certificate);
	char shortened[65]; /* X.520 ub-common-name */
	const char *name = recipe->common_name;

	if (recipe->named && recipe->naming == NAMING_OTHER)
		name = OTHER_HOST;
	if (recipe->named && recipe->naming == NAMING_NONE)
		name = "a server without a name";
	snprintf(shortened, sizeof shortened, "%s", name);
	X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_ASC,
				   (const unsigned char *)"mxsweep laboratory", -1, -1, 0);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
				   (const unsigned char *)shortened, -1, -1, 0);
}

/* The last byte of the signature, one bit changed. */
static void
spoil_signature(X509 *certificate)
{
	const ASN1_BIT_STRING *signature;

	X509_get0_signature(&signature, NULL, certificate);
	signature->data[signature->length - 1] ^= 1;
}

X509 *
make_certificate(const struct recipe *recipe)
{
	static long serial = 1000;
	X509 *certificate = X509_new();
	const EVP_MD *digest = recipe->sha1 ? EVP_sha1() : EVP_sha256();

	if (certificate == NULL)
		die("cannot make a certificate");
	X509_set_version(certificate, recipe->version1 ? X509_VERSION_1 : X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
	X509_gmtime_adj(X509_getm_notBefore(certificate), recipe->from_days * 86400L);
	X509_gmtime_adj(X509_getm_notAfter(certificate), recipe->until_days * 86400L);
	X509_set_pubkey(certificate, recipe->key);
	set_subject(certificate, recipe);
	X509_set_issuer_name(
	    certificate,
	    X509_get_subject_name(recipe->issuer != NULL ? recipe->issuer : certificate));
	if (!recipe->version1)
		add_extensions(certificate, recipe);
	if (EVP_PKEY_is_a(recipe->signer, "ED25519"))
		digest = NULL;
	if (!X509_sign(certificate, recipe->signer, digest))
		die("cannot sign a certificate");
	if (recipe->bad_signature)
		spoil_signature(certificate);
	return certificate;
}
