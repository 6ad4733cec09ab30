/* SPDX-License-Identifier: Apache-2.0 */
#include "scanner/blocklist.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/test.h"

static char block_path[64], allow_path[64];

static const char *
write_file(char path[64], const char *text, size_t length)
{
	int fd;

	strcpy(path, "/tmp/blocklist-test-XXXXXX");
	fd = mkstemp(path);
	CHECK(fd >= 0 && write(fd, text, length) == (ssize_t)length);
	close(fd);
	return path;
}

static const char *
file_of(char path[64], const char *text)
{
	return text == NULL ? NULL : write_file(path, text, strlen(text));
}

static struct blocklist *
open_list(const char *block, const char *allow, bool allow_reserved)
{
	struct blocklist *list = blocklist_open(file_of(block_path, block),
						file_of(allow_path, allow), allow_reserved);

	if (block != NULL)
		unlink(block_path);
	if (allow != NULL)
		unlink(allow_path);
	return list;
}

static bool
blocks(const struct blocklist *list, const char *text)
{
	struct address address;

	CHECK(address_parse(&address, text));
	return blocklist_blocks_address(list, &address);
}

static bool
reserved(const char *text)
{
	struct address address;

	CHECK(address_parse(&address, text));
	return address_is_reserved(&address);
}

static void
knows_reserved_ranges(void)
{
	static const char *const inside[] = {
		"0.0.0.0",
		"0.255.255.255",
		"10.1.2.3",
		"100.64.0.1",
		"100.127.255.255",
		"127.0.0.1",
		"169.254.1.1",
		"172.16.0.1",
		"172.31.255.255",
		"192.0.0.8",
		"192.0.2.1",
		"192.31.196.1",
		"192.52.193.1",
		"192.88.99.1",
		"192.168.0.1",
		"192.175.48.1",
		"198.18.0.1",
		"198.19.255.255",
		"198.51.100.1",
		"203.0.113.255",
		"224.0.0.1",
		"239.255.255.255",
		"240.0.0.1",
		"255.255.255.255",
		"::",
		"::1",
		"::ffff:8.8.8.8",
		"64:ff9b::808:808",
		"64:ff9b:1::1",
		"100::1",
		"2001::1",
		"2001:1ff::1",
		"2001:db8::1",
		"2620:4f:8000::1",
		"3fff::1",
		"3fff:fff::1",
		"fc00::1",
		"fdff::1",
		"fe80::1",
		"febf::1",
		"fec0::1",
		"ff02::1",
		"2002:a00:1::1",
		"2002:c01f:c401::1",
		"2002:7f00:1::",
		"2002:ac10:1::1",
		"2002:c0a8:1::1",
		"2002:e000:1::",
	};
	static const char *const outside[] = {
		"1.0.0.0",
		"9.255.255.255",
		"11.0.0.0",
		"100.63.255.255",
		"100.128.0.0",
		"126.255.255.255",
		"128.0.0.0",
		"172.15.255.255",
		"172.32.0.0",
		"192.0.1.0",
		"192.0.3.0",
		"192.31.195.255",
		"198.17.255.255",
		"198.20.0.0",
		"223.255.255.255",
		"2001:200::1",
		"2001:4860:4860::8888",
		"2001:db7::1",
		"2001:db9::1",
		"2002:808:808::1",
		"2002:c01f:c201::1",
		"2620:4f:8001::1",
		"3ffe::1",
		"2a00:1450::1",
		"fbff::1",
	};

	for (size_t i = 0; i < sizeof inside / sizeof inside[0]; i++)
		if (!reserved(inside[i]))
			CHECK_TEXT(inside[i], "reserved");
	for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++)
		if (reserved(outside[i]))
			CHECK_TEXT(outside[i], "not reserved");
}

static void
blocks_what_a_file_names(void)
{
	struct blocklist *list = open_list("\xef\xbb\xbf# opt-outs\r\n"
					   "8.8.0.0/16\n8.8.0.0/24\n"
					   "8.8.4.0/24 # inside the other\r\n"
					   "9.9.9.9\n"
					   "2a00:1:2:3:4::/64\n"
					   "  Example.ORG.  # and all below\n"
					   "m\xc3\xbcnchen.de\n"
					   "255.1.1.1/1",
					   NULL, false);

	CHECK(blocks(list, "8.8.0.0") && blocks(list, "8.8.255.255") &&
	      blocks(list, "8.8.200.1"));
	CHECK(!blocks(list, "8.7.255.255") && !blocks(list, "8.9.0.0"));
	CHECK(blocks(list, "9.9.9.9") && !blocks(list, "9.9.9.8") && !blocks(list, "9.9.9.10"));
	CHECK(blocks(list, "2a00:1:2:3::9") && !blocks(list, "2a00:1:2:4::9"));
	CHECK(blocks(list, "129.0.0.1"));       /* host bits beside a prefix are let go */
	CHECK(blocks(list, "2002:808:808::1")); /* 6to4 of 8.8.8.8 */
	CHECK(blocks(list, "10.0.0.1"));
	CHECK(blocklist_blocks_name(list, "example.org"));
	CHECK(blocklist_blocks_name(list, "mx.a.example.org"));
	CHECK(!blocklist_blocks_name(list, "notexample.org"));
	CHECK(!blocklist_blocks_name(list, "org") && !blocklist_blocks_name(list, ""));
	CHECK(blocklist_blocks_name(list, "xn--mnchen-3ya.de"));
	CHECK(blocklist_blocks_address(list, &(struct address){ 0 }));
	blocklist_free(list);
}

static void
allow_list_restricts(void)
{
	struct blocklist *list = open_list("5.5.5.5\n", "5.5.0.0/16\n127.0.0.0/8\n", false);

	CHECK(!blocks(list, "5.5.1.1") && blocks(list, "5.6.0.0"));
	CHECK(blocks(list, "5.5.5.5"));   /* the block list wins */
	CHECK(blocks(list, "127.0.0.1")); /* reserved ranges stay closed */
	CHECK(!blocklist_blocks_name(list, "example.org"));
	blocklist_free(list);
	list = open_list("bad.example.org", "example.org", false);
	CHECK(!blocks(list, "5.6.0.0"));
	CHECK(!blocklist_blocks_name(list, "a.example.org"));
	CHECK(blocklist_blocks_name(list, "bad.example.org"));
	CHECK(blocklist_blocks_name(list, "example.com"));
	blocklist_free(list);
}

static void
reserved_ranges_open_for_laboratories(void)
{
	struct blocklist *list = open_list("127.0.0.2\n", NULL, true);

	CHECK(!blocks(list, "127.0.0.1") && blocks(list, "127.0.0.2"));
	CHECK(blocks(list, "::ffff:127.0.0.2") && !blocks(list, "::ffff:127.0.0.1"));
	blocklist_free(list);
	list = open_list(NULL, NULL, true);
	CHECK(!blocks(list, "::1"));
	blocklist_free(list);
	blocklist_free(NULL);
}

static enum block_line
parse(const char *line)
{
	struct address network;
	unsigned prefix;
	char name[254];

	return blocklist_parse(line, strlen(line), &network, &prefix, name);
}

static void
reads_lines(void)
{
	CHECK(parse("") == BLOCK_EMPTY && parse(" # x\n") == BLOCK_EMPTY);
	CHECK(parse("10.0.0.0/8") == BLOCK_ADDRESS && parse("::/0") == BLOCK_ADDRESS);
	CHECK(parse("example.org#x") == BLOCK_NAME && parse("_a.b") == BLOCK_NAME);
	CHECK(parse("10.0.0.0/33") == BLOCK_BAD && parse("10.0.0.0/") == BLOCK_BAD);
	CHECK(parse("10.0.0.0/-1") == BLOCK_BAD && parse("10.0.0.0/8x") == BLOCK_BAD);
	CHECK(parse("::/129") == BLOCK_BAD && parse("10/8") == BLOCK_BAD);
	CHECK(parse("10.0.0.0/4294967304") == BLOCK_BAD);
	CHECK(parse("a b") == BLOCK_BAD && parse("*.example.org") == BLOCK_BAD);
	CHECK(parse(".example.org") == BLOCK_BAD && parse("10.0.0.1.") == BLOCK_BAD);
}

static void
says_where_a_line_is_bad(void)
{
	const char *path = file_of(block_path, "# x\n10.0.0.0/8\n10.0.0.0/99 # far\n");
	char line[512], want[128];
	int ends[2], status;
	pid_t child;
	ssize_t n;

	CHECK(pipe(ends) == 0);
	fflush(stdout);
	child = fork();
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		blocklist_open(path, NULL, false);
		_exit(0);
	}
	close(ends[1]);
	n = read(ends[0], line, sizeof line - 1);
	line[n > 0 ? n : 0] = '\0';
	close(ends[0]);
	waitpid(child, &status, 0);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 2);
	snprintf(want, sizeof want, "mxsweep: %s:3: neither ", path);
	CHECK(strncmp(line, want, strlen(want)) == 0);
	CHECK(strchr(line, '\n') == line + strlen(line) - 1);
	unlink(path);
}

/* A linear scan of these would take minutes. */
static void
is_fast_with_many_entries(void)
{
	size_t room = 8 << 20, used = 0;
	char *text = malloc(room);
	struct blocklist *list;
	clock_t start;
	int hits = 0;

	for (int i = 0; text != NULL && i < 100000; i++)
		used +=
		    (size_t)snprintf(text + used, room - used, "%d.%d.%d.0/25\nn%d.example\n",
				     20 + i / 65536, i / 256 % 256, i % 256, i);
	list = blocklist_open(write_file(block_path, text, used), NULL, false);
	unlink(block_path);
	free(text);
	start = clock();
	for (int i = 0; i < 100000; i++) {
		struct address a = { 4,
				     { (uint8_t)(20 + i / 65536), (uint8_t)(i / 256),
				       (uint8_t)i, (uint8_t)(i % 2 * 128) } };
		char name[64];

		snprintf(name, sizeof name, "a.b.n%d.example", i * 2);
		hits += blocklist_blocks_address(list, &a);
		hits += blocklist_blocks_name(list, name);
	}
	CHECK(hits == 100000);
	CHECK(clock() - start < 5 * CLOCKS_PER_SEC);
	blocklist_free(list);
}

int
main(void)
{
	RUN(knows_reserved_ranges);
	RUN(blocks_what_a_file_names);
	RUN(allow_list_restricts);
	RUN(reserved_ranges_open_for_laboratories);
	RUN(reads_lines);
	RUN(says_where_a_line_is_bad);
	RUN(is_fast_with_many_entries);
	return test_end();
}
