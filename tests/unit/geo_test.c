/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The databases are made here: a tree of 32-bit records over the bits of the
 * address, the values, and the metadata (MaxMind DB format 2.0).
 */
#include "scanner/geo.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scanner/mem.h"
#include "tests/unit/test.h"

#define NODES_MAX 1024

/* A record of a node: 0 is nothing, above it the next node, below it the value. */
struct maker {
	int nodes[NODES_MAX][2], count, ip_version;
	uint8_t bytes[4096];
	int length;
};

static void
put(struct maker *m, int type, const void *bytes, int size)
{
	m->bytes[m->length++] = (uint8_t)((type < 8 ? type << 5 : 0) | (size < 29 ? size : 29));
	if (type >= 8)
		m->bytes[m->length++] = (uint8_t)(type - 7);
	if (size >= 29)
		m->bytes[m->length++] = (uint8_t)(size - 29);
	if (bytes != NULL) {
		memcpy(m->bytes + m->length, bytes, (size_t)size);
		m->length += size;
	}
}

static void
put_text(struct maker *m, const char *text)
{
	put(m, 2, text, (int)strlen(text));
}

static void
put_map(struct maker *m, int pairs)
{
	put(m, 7, NULL, pairs);
}

static void
put_number(struct maker *m, const char *key, int type, unsigned value)
{
	uint8_t bytes[4] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16),
			     (uint8_t)(value >> 8), (uint8_t)value };
	int size = type == 5 ? 2 : 4;

	put_text(m, key);
	put(m, type, bytes + 4 - size, size);
}

/* The value to be written next belongs to the network. */
static void
start_value(struct maker *m, const char *text, int prefix)
{
	struct address a;
	int node = 0, skip = 0;

	CHECK(address_parse(&a, text));
	if (a.family == 4 && m->ip_version == 6)
		skip = 96;
	m->count = m->count > 0 ? m->count : 1;
	for (int bit = 0; bit < skip + prefix; bit++) {
		int at = bit - skip;
		int side = at < 0 ? 0 : a.bytes[at / 8] >> (7 - at % 8) & 1;

		if (bit == skip + prefix - 1) {
			m->nodes[node][side] = -1 - m->length;
			break;
		}
		if (m->nodes[node][side] == 0)
			m->nodes[node][side] = m->count++;
		node = m->nodes[node][side];
	}
}

static void
put_metadata(struct maker *m)
{
	put_map(m, 9);
	put_number(m, "node_count", 6, (unsigned)m->count);
	put_number(m, "record_size", 5, 32);
	put_number(m, "ip_version", 5, (unsigned)m->ip_version);
	put_number(m, "binary_format_major_version", 5, 2);
	put_number(m, "binary_format_minor_version", 5, 0);
	put_text(m, "database_type");
	put_text(m, "Test");
	put_text(m, "build_epoch");
	put(m, 9, "\1", 1);
	put_text(m, "languages");
	put(m, 11, NULL, 1);
	put_text(m, "en");
	put_text(m, "description");
	put_map(m, 1);
	put_text(m, "en");
	put_text(m, "Test");
}

/* The path of a new file; the caller unlinks and frees it. */
static char *
finish(struct maker *m)
{
	char *path = mem_strdup("/tmp/mxsweep-geo-XXXXXX");
	FILE *file = fdopen(mkstemp(path), "wb");
	int values = m->length;

	for (int i = 0; i < m->count * 2; i++) {
		int to = m->nodes[i / 2][i % 2];

		to = to == 0 ? m->count : to > 0 ? to : m->count + 16 + (-1 - to);
		for (int shift = 24; shift >= 0; shift -= 8)
			fputc(to >> shift & 255, file);
	}
	fwrite((uint8_t[16]){ 0 }, 1, 16, file);
	fwrite(m->bytes, 1, (size_t)values, file);
	fputs("\xab\xcd\xefMaxMind.com", file);
	put_metadata(m);
	fwrite(m->bytes + values, 1, (size_t)(m->length - values), file);
	CHECK(fclose(file) == 0);
	return path;
}

static void
put_asn(struct maker *m, const char *network, int prefix, unsigned asn, const char *name)
{
	start_value(m, network, prefix);
	put_map(m, 2);
	put_number(m, "autonomous_system_number", 6, asn);
	put_text(m, "autonomous_system_organization");
	put_text(m, name);
}

static void
put_nested(struct maker *m, const char *network, int prefix, const char *code)
{
	start_value(m, network, prefix);
	put_map(m, 1);
	put_text(m, "country");
	put_map(m, 1);
	put_text(m, "iso_code");
	put_text(m, code);
}

static void
put_flat(struct maker *m, const char *network, int prefix, const char *code)
{
	start_value(m, network, prefix);
	put_map(m, 1);
	put_text(m, "country_code");
	put_text(m, code);
}

static char *
make_asn_db(void)
{
	struct maker *m = mem_alloc(sizeof *m);
	char name[261], *path;

	m->ip_version = 6;
	put_asn(m, "192.0.2.0", 24, 64496, "Example Net");
	put_asn(m, "2001:db8::", 32, 4200000000, "Größe\x01\xff");
	memset(name, 'n', 260);
	name[260] = '\0';
	put_asn(m, "198.51.100.128", 25, 64497, name);
	start_value(m, "203.0.113.0", 24); /* one field in a small type, none other */
	put_map(m, 1);
	put_number(m, "autonomous_system_number", 5, 64498);
	start_value(m, "203.0.114.0", 24); /* fields of wrong types, and one empty */
	put_map(m, 2);
	put_text(m, "autonomous_system_number");
	put_text(m, "AS64499");
	put_text(m, "autonomous_system_organization");
	put_text(m, "");
	path = finish(m);
	free(m);
	return path;
}

static char *
make_geo_db(int ip_version)
{
	struct maker *m = mem_alloc(sizeof *m);
	char *path;

	m->ip_version = ip_version;
	put_nested(m, "192.0.2.0", 24, "DE");
	put_flat(m, "198.51.100.0", 24, "FR");
	put_nested(m, "203.0.113.0", 25, "DEU");
	put_flat(m, "203.0.113.128", 25, "x\n");
	if (ip_version == 6)
		put_flat(m, "2001:db8::", 32, "CH");
	path = finish(m);
	free(m);
	return path;
}

static void
discard(char *path)
{
	unlink(path);
	free(path);
}

static void
check_place(const struct geo *geo, const char *text, uint32_t asn, const char *as_name,
	    const char *country)
{
	struct server_facts *facts = server_facts_new();

	CHECK(text == NULL || address_parse(&facts->address, text));
	geo_locate(geo, facts);
	geo_locate(geo, facts); /* leaks nothing, changes nothing */
	CHECK(facts->asn == asn);
	CHECK_TEXT(facts->as_name, as_name);
	CHECK_TEXT(facts->country, country);
	server_facts_free(facts);
}

static void
locates_addresses(void)
{
	char *asn_db = make_asn_db(), *geo_db = make_geo_db(6), name[256];
	struct geo *geo = geo_open(asn_db, geo_db);

	memset(name, 'n', 255);
	name[255] = '\0';
	check_place(geo, "192.0.2.77", 64496, "Example Net", "DE");
	check_place(geo, "2001:db8:1::5", 4200000000, "Größe\\x01\\xff", "CH");
	check_place(geo, "198.51.100.129", 64497, name, "FR");
	check_place(geo, "198.51.100.127", 0, NULL, "FR");
	check_place(geo, "203.0.113.1", 64498, NULL, "");
	check_place(geo, "203.0.113.200", 64498, NULL, "");
	check_place(geo, "203.0.114.1", 0, NULL, "");
	check_place(geo, "10.0.0.1", 0, NULL, "");
	check_place(geo, "2001:db9::1", 0, NULL, "");
	check_place(geo, NULL, 0, NULL, "");
	geo_close(geo);
	discard(asn_db);
	discard(geo_db);
}

static void
works_without_either(void)
{
	char *geo_db = make_geo_db(4);
	struct geo *geo = geo_open(NULL, geo_db);

	check_place(geo, "192.0.2.1", 0, NULL, "DE");
	check_place(geo, "2001:db8::1", 0, NULL, ""); /* the database has no IPv6 */
	geo_close(geo);
	geo = geo_open(NULL, NULL);
	check_place(geo, "192.0.2.1", 0, NULL, "");
	geo_close(geo);
	geo_close(NULL);
	discard(geo_db);
}

/* What a child says on stderr before it exits with 2. */
static void
check_dies(const char *path, char said[512])
{
	int ends[2], status = 0;
	ssize_t length;
	pid_t child;

	CHECK(pipe(ends) == 0);
	child = fork();
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		geo_close(geo_open(path, NULL));
		_exit(0);
	}
	close(ends[1]);
	length = read(ends[0], said, 511);
	said[length > 0 ? length : 0] = '\0';
	close(ends[0]);
	CHECK(waitpid(child, &status, 0) == child);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 2);
	CHECK(strstr(said, path) != NULL);
}

static void
dies_of_no_database(void)
{
	char said[512], *path = make_asn_db();

	check_dies("/nonexistent/asn.mmdb", said);
	CHECK_TEXT(said, "mxsweep: cannot read MaxMind database /nonexistent/asn.mmdb: "
			 "No such file or directory\n");
	CHECK(truncate(path, 300) == 0);
	check_dies(path, said);
	CHECK(strstr(said, "is not a MaxMind database") != NULL);
	CHECK(truncate(path, 0) == 0);
	check_dies(path, said);
	discard(path);
	check_dies("/tmp", said);
}

int
main(void)
{
	RUN(locates_addresses);
	RUN(works_without_either);
	RUN(dies_of_no_database);
	return test_end();
}
