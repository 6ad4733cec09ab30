/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/peer.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHECKED(call)                                                                          \
	do {                                                                                   \
		if (!(call)) {                                                                 \
			perror(#call);                                                         \
			exit(1);                                                               \
		}                                                                              \
	} while (0)

static EVP_PKEY *key;
static X509 *certificate;
static unsigned char *der;
static int der_length;

/* A throw-away certificate that signs itself. */
static void
make_certificate(void)
{
	X509_NAME *name;

	key = EVP_EC_gen("prime256v1");
	certificate = X509_new();
	CHECKED(key != NULL && certificate != NULL);
	name = X509_get_subject_name(certificate);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
				   (const unsigned char *)"mx.example", -1, -1, 0);
	X509_set_issuer_name(certificate, name);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
	X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
	X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
	X509_set_pubkey(certificate, key);
	CHECKED(X509_sign(certificate, key, EVP_sha256()) > 0);
	der_length = i2d_X509(certificate, &der);
	CHECKED(der_length > 0);
}

const unsigned char *
peer_certificate(size_t *length)
{
	if (key == NULL)
		make_certificate();
	*length = (size_t)der_length;
	return der;
}

void
peer_cleanup(void)
{
	EVP_PKEY_free(key);
	X509_free(certificate);
	OPENSSL_free(der);
}

void
peer_listen(struct peer *peer, unsigned net, unsigned host, in_port_t *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(*port) };
	socklen_t length = sizeof at;
	int on = 1;

	at.sin_addr.s_addr = htonl(127U << 24 | net << 16 | host);
	peer->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(peer->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	CHECKED(bind(peer->listener, (struct sockaddr *)&at, sizeof at) == 0);
	CHECKED(listen(peer->listener, 1) == 0);
	getsockname(peer->listener, (struct sockaddr *)&at, &length);
	*port = ntohs(at.sin_port);
}

struct session {
	struct peer *peer;
	int fd;
	SSL *tls;
	bool hang_up, refused;
};

static bool
put(struct session *s, const char *bytes, size_t length)
{
	if (s->tls != NULL)
		return SSL_write(s->tls, bytes, (int)length) == (int)length;
	return send(s->fd, bytes, length, MSG_NOSIGNAL) == (ssize_t)length;
}

static void
expect(struct session *s, const char *want)
{
	char line[512] = "";
	size_t length = 0;

	while (length < sizeof line - 1 && (length == 0 || line[length - 1] != '\n'))
		if ((s->tls != NULL ? SSL_read(s->tls, line + length, 1)
				    : (int)recv(s->fd, line + length, 1, 0)) == 1)
			length++;
		else
			break;
	if (strncmp(line, want, strlen(want)) != 0 ||
	    (length > 0 && line[length - 1] != '\n')) {
		printf("peer: read \"%.*s\" instead of \"%s\"\n", (int)length, line, want);
		s->peer->strayed = true;
	}
}

static void
read_request(struct session *s)
{
	char *text = s->peer->request;
	size_t length = 0;

	while (length < sizeof s->peer->request - 1 &&
	       (length < 4 || strcmp(text + length - 4, "\r\n\r\n") != 0) &&
	       SSL_read(s->tls, text + length, 1) == 1)
		text[++length] = '\0';
	s->peer->strayed |= length == 0;
}

static void
hold(struct session *s)
{
	char waste[4096];

	while (recv(s->fd, waste, sizeof waste, 0) > 0)
		;
}

static void
drip(struct session *s, const char *text)
{
	for (; *text != '\0'; text++) {
		usleep(100000);
		if (!put(s, text, 1))
			return;
	}
}

static bool
put_with_nul(struct session *s, const char *text)
{
	char bytes[256];
	size_t length = strlen(text);

	for (size_t i = 0; i < length; i++)
		bytes[i] = (char)(text[i] == '@' ? '\0' : text[i]);
	return put(s, bytes, length);
}

static void
put_alert(struct session *s, const char *hex)
{
	char alert[] = { 21, 3, 1, 0, 2, 2, 0 };

	alert[6] = (char)strtol(hex, NULL, 16);
	put(s, alert, sizeof alert);
}

/* A TLS 1.2 ServerHello, and a Certificate message with bytes that are no DER. */
static void
put_bad_certificate(struct session *s)
{
	static const unsigned char flight[] = {
		22,   3,    3,    0,    42, 2,  0, 0, 38, 3, 3, 1, 2,    3,    4, 5,
		6,    7,    8,    9,    1,  2,  3, 4, 5,  6, 7, 8, 9,    1,    2, 3,
		4,    5,    6,    7,    8,  9,  1, 2, 3,  4, 5, 0, 0xc0, 0x2f, 0, /* no
										     extensions
										   */
		22,   3,    3,    0,    15, 11, 0, 0, 11, 0, 0, 8, 0,    0,    5, 0x30,
		0x03, 0x02, 0x01, 0x05,
	};

	put(s, (const char *)flight, sizeof flight);
}

static void
hang_up(int outgoing, int version, int type, const void *bytes, size_t length, SSL *tls,
	void *arg)
{
	(void)version, (void)length, (void)tls;
	if (!outgoing && type == SSL3_RT_HANDSHAKE &&
	    *(const char *)bytes == SSL3_MT_CLIENT_KEY_EXCHANGE)
		shutdown(((struct session *)arg)->fd, SHUT_RDWR);
}

/* Alerts received have reasons of their own. */
static void
be_refused(struct session *s)
{
	int reason;

	ERR_clear_error();
	s->peer->strayed |= SSL_accept(s->tls) == 1;
	reason = ERR_GET_REASON(ERR_peek_last_error());
	s->peer->alert = reason > SSL_AD_REASON_OFFSET ? reason - SSL_AD_REASON_OFFSET : 0;
}

static void
shake(struct session *s, int version)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	bool own = s->peer->certificate != NULL;
	const char *name;

	SSL_CTX_set_min_proto_version(context, version);
	SSL_CTX_set_max_proto_version(context, version);
	SSL_CTX_use_certificate(context, own ? s->peer->certificate : certificate);
	SSL_CTX_use_PrivateKey(context, own ? s->peer->key : key);
	if (s->peer->issuer != NULL)
		SSL_CTX_add1_chain_cert(context, s->peer->issuer);
	s->tls = SSL_new(context);
	SSL_CTX_free(context);
	SSL_set_fd(s->tls, s->fd);
	if (s->hang_up) {
		SSL_set_msg_callback(s->tls, hang_up);
		SSL_set_msg_callback_arg(s->tls, s);
	}
	if (s->refused)
		be_refused(s);
	else
		s->peer->strayed |= SSL_accept(s->tls) != 1 && !s->hang_up;
	name = SSL_get_servername(s->tls, TLSEXT_NAMETYPE_host_name);
	snprintf(s->peer->server_name, sizeof s->peer->server_name, "%s", name ? name : "");
}

static void
perform(struct session *s, const char *line)
{
	struct linger now = { .l_onoff = 1 };
	char waste[4096];

	switch (line[0]) {
	case '~':
		usleep(300000); /* and then as '>' */
				/* fall through */
	case '>':
		put(s, line + 1, strlen(line + 1));
		break;
	case '<':
		expect(s, line + 1);
		break;
	case '.':
		drip(s, line + 1);
		break;
	case '0':
		put_with_nul(s, line + 1);
		break;
	case '*':
		while (put_with_nul(s, line + 1))
			;
		break;
	case '9':
		for (int i = 0; i < 90; i++)
			put_with_nul(s, line + 1);
		break;
	case 'H':
		hold(s);
		break;
	case 'R':
		setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
		break;
	case 'I':
		s->peer->strayed |= recv(s->fd, waste, sizeof waste, 0) <= 0;
		break;
	case 'E':
		shutdown(s->fd, SHUT_WR);
		break;
	case 'A':
		put_alert(s, line + 1);
		break;
	case 'G':
		put_bad_certificate(s);
		break;
	case 'X':
		s->hang_up = true;
		shake(s, TLS1_2_VERSION);
		break;
	case '?':
		read_request(s);
		break;
	case 'Z':
		SSL_shutdown(s->tls);
		break;
	case 'F':
		s->refused = true; /* and then as T */
				   /* fall through */
	case 'T':
		shake(s, line[2] == '2' ? TLS1_2_VERSION : TLS1_3_VERSION);
		break;
	}
}

static void *
peer_main(void *arg)
{
	struct peer *peer = arg;
	struct sockaddr_in from;
	socklen_t length = sizeof from;
	struct session s = { .peer = peer };
	sigset_t pipe;

	/* libssl's own sockets raise it; on other threads nobody may. */
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe, NULL);
	s.fd = accept4(peer->listener, (struct sockaddr *)&from, &length, SOCK_CLOEXEC);
	if (s.fd < 0)
		return NULL; /* nobody came, and the listener was shut */
	inet_ntop(AF_INET, &from.sin_addr, peer->from, sizeof peer->from);
	for (const char *const *line = peer->script; *line != NULL; line++)
		perform(&s, *line);
	SSL_free(s.tls);
	close(s.fd);
	return NULL;
}

void
peer_start(struct peer *peer)
{
	size_t length;

	peer_certificate(&length);
	CHECKED(pthread_create(&peer->thread, NULL, peer_main, peer) == 0);
}

void
peer_join(struct peer *peer)
{
	shutdown(peer->listener, SHUT_RDWR);
	pthread_join(peer->thread, NULL);
	close(peer->listener);
}
