/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/download.h"

#include <errno.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "config.h"
#include "scanner/mem.h"
#include "scanner/text.h"

#define HEADER_LIMIT 32768  /* bytes of all headers */
#define TEXT_LIMIT   255    /* bytes of a header or message that are kept */
#define TLS_LIMIT    262144 /* bytes of TLS records; no policy needs so many */
#define RECORD_COST  256    /* what a record counts for, beside its bytes */

/* What was found, once. */
static void
find(struct download *d, enum sts_fetch_word word, char *detail)
{
	d->facts->fetch = word;
	free(d->facts->detail);
	d->facts->detail = detail;
}

/* What libcurl asks of us on the way.  To answer less than was offered ends the
 * transfer. */

static int
on_chain(X509_STORE_CTX *presented, void *arg)
{
	struct download *d = arg;
	char *detail = NULL;
	enum sts_fetch_word found = webpki_judge(d->webpki, presented, d->host, &detail);

	if (found != STS_FETCH_OK)
		find(d, found, detail);
	return found == STS_FETCH_OK;
}

/* So that libssl has nothing more to read, and the peer, who only sends, gets a reset. */
static void
cut_off(const struct download *d)
{
	struct linger at_once = { .l_onoff = 1 };
	char waste[4096];

	setsockopt(d->socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	shutdown(d->socket, SHUT_RDWR);
	while (recv(d->socket, waste, sizeof waste, MSG_DONTWAIT) > 0)
		;
}

/* What libssl shows of all that comes.  It reads messages that it ignores for as long as
 * there are any, and no clock runs meanwhile: so a peer is cut off in here. */
static void
on_message(int outgoing, int version, int type, const void *bytes, size_t length, SSL *tls,
	   void *arg)
{
	struct download *d = arg;
	const uint8_t *byte = bytes;

	(void)version, (void)tls;
	if (outgoing)
		return;
	if (type == SSL3_RT_ALERT && length >= 2)
		d->closed |= byte[1] == SSL_AD_CLOSE_NOTIFY;
	if (type == SSL3_RT_HEADER && length == SSL3_RT_HEADER_LENGTH)
		d->received += RECORD_COST + length + (size_t)(byte[3] << 8 | byte[4]);
	if (d->received > TLS_LIMIT)
		cut_off(d);
}

static CURLcode
on_context(CURL *transfer, void *context, void *d)
{
	(void)transfer;
	SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(context, on_chain, d);
	SSL_CTX_set_msg_callback(context, on_message);
	SSL_CTX_set_msg_callback_arg(context, d);
	return CURLE_OK;
}

static curl_socket_t
on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct download *d = arg;
	int fd = d->fd;

	(void)purpose, (void)address;
	d->fd = -1;
	d->socket = fd;
	return fd >= 0 ? fd : CURL_SOCKET_BAD;
}

/* libcurl 7.88 calls connect() all the same; as ours went on in the background,
 * Linux then answers that it is done. */
static int
on_options(void *d, curl_socket_t fd, curlsocktype purpose)
{
	(void)d, (void)fd, (void)purpose;
	return CURL_SOCKOPT_ALREADY_CONNECTED;
}

static long
status_of(const struct download *d)
{
	long status = 0;

	curl_easy_getinfo(d->transfer, CURLINFO_RESPONSE_CODE, &status);
	return status < 200 ? 0 : status; /* 1xx announces another */
}

static size_t
on_header(char *line, size_t size, size_t count, void *arg)
{
	struct download *d = arg;
	bool is_last = count > 0 && (line[0] == '\r' || line[0] == '\n');
	long status = status_of(d);

	d->heard += size * count;
	if (d->heard > HEADER_LIMIT) {
		find(d, STS_FETCH_HTTP_BROKEN, mem_strdup("the headers have no end"));
		return 0;
	}
	d->headed |= is_last && status != 0;
	/* The body of an error is of no use. */
	return d->headed && status != 200 ? 0 : size * count;
}

static size_t
on_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct download *d = arg;
	struct sts_facts *facts = d->facts;
	size_t length = size * count;

	if (length > POLICY_BODY_LIMIT - facts->body_length) {
		find(d, STS_FETCH_TOO_BIG, mem_strdup("the body is over 64 KiB"));
		return 0;
	}
	if (facts->body_length + length > d->room) {
		d->room = 2 * (facts->body_length + length);
		facts->body = mem_realloc(facts->body, d->room);
	}
	memcpy(facts->body + facts->body_length, bytes, length);
	facts->body_length += length;
	return length;
}

/* libcurl's own words, or what stands in for them. */
static char *
message_of(const struct download *d, CURLcode code)
{
	const char *message = d->message[0] != '\0' ? d->message : curl_easy_strerror(code);

	return text_of_bytes(message, strnlen(message, TEXT_LIMIT), 0);
}

static enum sts_fetch_word
word_of_status(long status)
{
	return status == 404   ? STS_FETCH_HTTP_404
	       : status >= 400 ? STS_FETCH_HTTP_STATUS
	       : status >= 300 ? STS_FETCH_HTTP_REDIRECT
			       : STS_FETCH_HTTP_STATUS;
}

/* Where neither a length nor chunks tell the end, only TLS can (RFC 9112 section 9.8);
 * libcurl takes any end. */
static bool
is_whole(const struct download *d)
{
	struct curl_header *coding;
	curl_off_t length = -1;

	curl_easy_getinfo(d->transfer, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	return d->headed && (length >= 0 || d->closed ||
			     (curl_easy_header(d->transfer, "Transfer-Encoding", 0,
					       CURLH_HEADER, -1, &coding) == CURLHE_OK &&
			      strcasestr(coding->value, "chunked") != NULL));
}

static bool
was_secured(const struct download *d)
{
	curl_off_t when = 0;

	curl_easy_getinfo(d->transfer, CURLINFO_APPCONNECT_TIME_T, &when);
	return when > 0;
}

/* When no callback has: the status goes before what became of a useless body. */
static void
judge_end(struct download *d, CURLcode code)
{
	long status = status_of(d);

	if (status != 0 && status != 200)
		find(d, word_of_status(status), mem_printf("status %ld", status));
	else if (code == CURLE_OK && is_whole(d))
		find(d, STS_FETCH_OK, NULL);
	else if (code == CURLE_OK)
		find(d, STS_FETCH_HTTP_BROKEN, mem_strdup("the answer is cut off"));
	else if (code == CURLE_OPERATION_TIMEDOUT)
		find(d, STS_FETCH_TIMEOUT, message_of(d, code));
	else if (code == CURLE_FILESIZE_EXCEEDED)
		find(d, STS_FETCH_TOO_BIG, mem_strdup("the body is over 64 KiB"));
	else if (d->facts->secured)
		find(d, STS_FETCH_HTTP_BROKEN, message_of(d, code));
	else if (code == CURLE_OUT_OF_MEMORY || code == CURLE_FAILED_INIT)
		d->error = ENOMEM;
	else
		find(d, STS_FETCH_TLS_OTHER, message_of(d, code));
}

/* Only a whole body is one; it may be empty. */
static void
settle_body(struct sts_facts *facts)
{
	if (facts->fetch == STS_FETCH_OK) {
		facts->body = mem_realloc(facts->body, facts->body_length + 1);
		return;
	}
	free(facts->body);
	facts->body = NULL;
	facts->body_length = 0;
}

void
download_over(CURL *transfer, CURLcode code)
{
	struct download *d;
	const char *type = NULL;

	curl_easy_getinfo(transfer, CURLINFO_PRIVATE, &d);
	curl_easy_getinfo(transfer, CURLINFO_CONTENT_TYPE, &type);
	d->facts->http_status = (int)status_of(d);
	d->facts->secured = was_secured(d);
	if (type != NULL && d->facts->http_status != 0)
		d->facts->content_type = text_of_bytes(type, strnlen(type, TEXT_LIMIT), 0);
	if (d->facts->fetch == 0 && d->error == 0)
		judge_end(d, code);
	settle_body(d->facts);
	d->done(d);
}

/* The same for every transfer.  Our callback judges the certificates; with
 * VERIFYPEER libcurl would read a trust store for each connection. */
static const struct {
	CURLoption option;
	long value;
} manners[] = {
	{ CURLOPT_NOSIGNAL, 1 },
	{ CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1 },
	{ CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
	{ CURLOPT_SSL_VERIFYPEER, 0 },
	{ CURLOPT_SSL_VERIFYHOST, 0 },
	{ CURLOPT_SSL_SESSIONID_CACHE, 0 },
	{ CURLOPT_FOLLOWLOCATION, 0 },
	{ CURLOPT_NETRC, CURL_NETRC_IGNORED },
	{ CURLOPT_FRESH_CONNECT, 1 },
	{ CURLOPT_FORBID_REUSE, 1 },
	{ CURLOPT_DNS_CACHE_TIMEOUT, 0 },
	{ CURLOPT_MAXFILESIZE, POLICY_BODY_LIMIT },
};

static void
set_callbacks(struct download *d)
{
	CURL *transfer = d->transfer;

	curl_easy_setopt(transfer, CURLOPT_PRIVATE, d);
	curl_easy_setopt(transfer, CURLOPT_OPENSOCKETFUNCTION, on_socket);
	curl_easy_setopt(transfer, CURLOPT_OPENSOCKETDATA, d);
	curl_easy_setopt(transfer, CURLOPT_SOCKOPTFUNCTION, on_options);
	curl_easy_setopt(transfer, CURLOPT_SSL_CTX_FUNCTION, on_context);
	curl_easy_setopt(transfer, CURLOPT_SSL_CTX_DATA, d);
	curl_easy_setopt(transfer, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(transfer, CURLOPT_HEADERDATA, d);
	curl_easy_setopt(transfer, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(transfer, CURLOPT_WRITEDATA, d);
	curl_easy_setopt(transfer, CURLOPT_ERRORBUFFER, d->message);
}

/* Where to, by name for the host and by address for the connection, so that
 * nothing is looked up, and by no proxy. */
static void
set_destination(struct download *d)
{
	unsigned port = d->port;
	char address[ADDRESS_TEXT];
	char *url = mem_printf("https://%s:%u/.well-known/mta-sts.txt", d->host, port);
	char *route = mem_printf(d->address.family == 6 ? "::[%s]:%u" : "::%s:%u",
				 address_format(&d->address, address), port);

	d->route = curl_slist_append(NULL, route);
	curl_easy_setopt(d->transfer, CURLOPT_URL, url);
	curl_easy_setopt(d->transfer, CURLOPT_CONNECT_TO, d->route);
	curl_easy_setopt(d->transfer, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(d->transfer, CURLOPT_PROXY, "");
	curl_easy_setopt(d->transfer, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(d->transfer, CURLOPT_USERAGENT, "mxsweep/" PACKAGE_VERSION);
	free(url);
	free(route);
}

bool
download_start(struct download *d, int fd, int64_t time)
{
	long milliseconds = time > 1000 ? (long)(time / 1000) : 1; /* 0 is for ever */

	d->fd = fd;
	d->transfer = curl_easy_init();
	if (d->transfer == NULL) {
		close(fd);
		return false;
	}
	for (size_t i = 0; i < sizeof manners / sizeof *manners; i++)
		curl_easy_setopt(d->transfer, manners[i].option, manners[i].value);
	curl_easy_setopt(d->transfer, CURLOPT_TIMEOUT_MS, milliseconds);
	curl_easy_setopt(d->transfer, CURLOPT_CONNECTTIMEOUT_MS, milliseconds);
	set_callbacks(d);
	set_destination(d);
	return d->route != NULL && multi_add(d->multi, d->transfer);
}

void
download_end(struct download *d)
{
	if (d->transfer != NULL) {
		multi_remove(d->multi, d->transfer);
		curl_easy_cleanup(d->transfer);
		curl_slist_free_all(d->route);
		if (d->fd >= 0)
			close(d->fd);
	}
	d->transfer = NULL;
}
