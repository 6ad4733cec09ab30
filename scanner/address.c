/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

bool
address_parse(struct address *a, const char *text)
{
	bool colon = strchr(text, ':') != NULL;

	memset(a, 0, sizeof *a);
	if (inet_pton(colon ? AF_INET6 : AF_INET, text, a->bytes) == 1)
		a->family = colon ? 6 : 4;
	return a->family != 0;
}

const char *
address_format(const struct address *a, char text[ADDRESS_TEXT])
{
	text[0] = '\0';
	if (a->family != 0)
		inet_ntop(a->family == 4 ? AF_INET : AF_INET6, a->bytes, text, ADDRESS_TEXT);
	return text;
}

bool
address_equal(const struct address *a, const struct address *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

socklen_t
address_socket(const struct address *a, uint16_t port, struct sockaddr_storage *to)
{
	struct sockaddr_in *in = (struct sockaddr_in *)to;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)to;

	memset(to, 0, sizeof *to);
	if (a->family == 4) {
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		memcpy(&in->sin_addr, a->bytes, 4);
		return sizeof *in;
	}
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(port);
	memcpy(&in6->sin6_addr, a->bytes, 16);
	return sizeof *in6;
}

struct address
address_of_socket(const struct sockaddr *sa)
{
	struct address a = { 0 };

	if (sa->sa_family == AF_INET) {
		a.family = 4;
		memcpy(a.bytes, &((const struct sockaddr_in *)sa)->sin_addr, 4);
	} else if (sa->sa_family == AF_INET6) {
		a.family = 6;
		memcpy(a.bytes, &((const struct sockaddr_in6 *)sa)->sin6_addr, 16);
	}
	return a;
}

struct address
address_network(const struct address *a, unsigned prefix)
{
	struct address network = *a;

	for (unsigned bit = prefix; bit < 128; bit++)
		network.bytes[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
	return network;
}

struct address
address_neighbourhood(const struct address *a)
{
	return address_network(a, a->family == 4 ? 24 : 48);
}

bool
address_is_loopback(const struct address *a)
{
	static const uint8_t one[16] = { [15] = 1 };

	return a->family == 4 ? a->bytes[0] == 127 : memcmp(a->bytes, one, 16) == 0;
}
