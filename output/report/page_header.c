/* SPDX-License-Identifier: Apache-2.0 */
/* The top of the page: its head, the headline, and which sweep this is. */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "output/report/html.h"
#include "output/report/page_parts.h"
#include "output/report/plot_parts.h"
#include "output/report/shown.h"
#include "scanner/mem.h"

/* The one style sheet that the page's own policy lets through. */
static void
write_policy(FILE *out, const char *style)
{
	unsigned char digest[EVP_MAX_MD_SIZE], text[4 * EVP_MAX_MD_SIZE];
	unsigned length = 0;

	EVP_Digest(style, strlen(style), digest, &length, EVP_sha256(), NULL);
	EVP_EncodeBlock(text, digest, (int)length);
	fprintf(out,
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';"
		" style-src 'sha256-%s'; base-uri 'none'; form-action 'none'\"/>\n",
		(const char *)text);
}

void
page_write_head(FILE *out, const json_t *document)
{
	const json_t *sweep = json_object_get(document, "sweep");
	char *style = mem_printf("\n%s@media screen and (prefers-color-scheme:dark){%s}\n",
				 page_style, plot_dark_rules);

	fputs("<head>\n<meta charset=\"utf-8\"/>\n", out);
	write_policy(out, style);
	fputs("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
	      "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
	      "<meta name=\"referrer\" content=\"no-referrer\"/>\n"
	      "<meta name=\"robots\" content=\"noindex\"/>\n<title>Mail transport security, ",
	      out);
	html_text(out, shown_day(page_word(sweep, "started")).text);
	fprintf(out, "</title>\n<style>%s</style>\n</head>\n", style);
	free(style);
}

/* <time datetime="2026-11-16T02:00:00Z">16 November 2026</time> */
static void
write_day(FILE *out, const char *when)
{
	time_t seconds;

	if (!shown_time(when, &seconds)) {
		html_text(out, shown_day(when).text);
		return;
	}
	fputs("<time", out);
	html_attribute(out, "datetime", when);
	putc('>', out);
	html_text(out, shown_day(when).text);
	fputs("</time>", out);
}

static void
write_count(FILE *out, const json_t *sweep, const char *key, const char *one, const char *many)
{
	const json_t *count = json_object_get(sweep, key);

	if (!json_is_integer(count))
		return;
	fprintf(out, " · %s %s", shown_count(json_integer_value(count)).text,
		json_integer_value(count) == 1 ? one : many);
}

static void
write_sweep(FILE *out, const json_t *sweep, const json_t *against)
{
	const char *vantage = page_word(sweep, "vantage"), *state = page_word(sweep, "state");

	fputs("<p class=\"which\">Sweep of ", out);
	write_day(out, page_word(sweep, "started"));
	if (*vantage != '\0') {
		fputs(", seen from ", out);
		html_text(out, vantage);
	}
	if (*state != '\0' && strcmp(state, "complete") != 0) {
		fputs(" <strong>(", out);
		html_text(out, state);
		fputs(")</strong>", out);
	}
	write_count(out, sweep, "domains", "domain", "domains");
	write_count(out, sweep, "servers", "server", "servers");
	if (json_is_object(against)) {
		fputs(" · compared with ", out);
		write_day(out, page_word(against, "started"));
	}
	fputs("</p>\n", out);
}

void
page_write_header(FILE *out, const json_t *document)
{
	const json_t *cautions = json_object_get(document, "cautions"), *caution;
	size_t i;

	fputs("<header>\n", out);
	html_element(out, "p", "kind",
		     json_is_true(json_object_get(document, "anonymous"))
			 ? "Mail transport security · anonymous report"
			 : "Mail transport security · report");
	html_element(out, "h1", NULL, page_word(document, "headline"));
	putc('\n', out);
	write_sweep(out, json_object_get(document, "sweep"),
		    json_object_get(document, "against"));
	if (json_array_size(cautions) > 0) {
		fputs("<aside aria-label=\"Before you compare\">\n"
		      "<p><strong>Before you compare</strong></p>\n<ul>\n",
		      out);
		json_array_foreach (cautions, i, caution) {
			html_element(out, "li", NULL, json_string_value(caution));
			putc('\n', out);
		}
		fputs("</ul>\n</aside>\n", out);
	}
	fputs("</header>\n", out);
}
