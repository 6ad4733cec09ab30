/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/report_sample.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WEEKS 52
#define WEEK  (7 * 86400)
#define FIRST 1764547200 /* 2025-12-01 */

#define SIXTY "Long-Name-Telecommunications-And-Broadcasting-Organisation-of"

const char *const report_hostile[] = {
	"</script><img src=x onerror=alert(1)>",
	"\"];system(\"id\")",
	"'; system('touch /tmp/owned'); set output '/tmp/owned",
	"`touch /tmp/owned` @macro $(id) %s %n",
	"EOD\nE\n!touch /tmp/owned\n",
	"ends with a backslash \\",
	"T0E T1E <text>T2E</text> ]]> <!-- --> &amp;",
	"\xe2\x80\xaeredro fo tuo\xe2\x80\xac \x07 bell \xe2\x80\x8b",
	SIXTY SIXTY SIXTY SIXTY SIXTY,
	"http://evil.example/?a=1&b=2",
	"\xe6\xaf\x8e\xe9\x80\xb1\xe3\x81\xae\xe3\x83\xa1\xe3\x83\xbc\xe3\x83\xab "
	"\xd8\xa8\xd8\xb1",
	"",
	NULL,
};

static json_t *
parse(const char *text)
{
	json_error_t error;
	json_t *made;
	char *copy = strdup(text);

	for (char *at = copy; *at != '\0'; at++)
		*at = *at == '\'' ? '"' : *at;
	made = json_loads(copy, 0, &error);
	if (made == NULL)
		fprintf(stderr, "sample: %s in: %s\n", error.text, text);
	free(copy);
	return made;
}

static json_t *
section(json_t *document, const char *id, const char *title, const char *text)
{
	json_t *made = json_pack("{s:s, s:s, s:[], s:[], s:[]}", "id", id, "title", title,
				 "text", "plots", "tables");

	if (*text != '\0')
		json_array_append_new(json_object_get(made, "text"), json_string(text));
	json_array_append_new(json_object_get(document, "sections"), made);
	return made;
}

/* Columns and rows as JSON with ' for ". */
static json_t *
table(json_t *section, const char *id, const char *title, const char *unit, int of,
      const char *columns, json_t *rows)
{
	json_t *made =
	    json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:n, s:i}", "id", id, "title", title,
		      "unit", unit, "of", of > 0 ? json_integer(of) : json_null(), "columns",
		      parse(columns), "rows", rows, "note", "omitted", 0);

	json_array_append_new(json_object_get(section, "tables"), made);
	return made;
}

static void
plot(json_t *section, const char *parts, const char *title, const char *alt)
{
	json_t *made = parse(parts);

	json_object_set_new(made, "title", json_string(title));
	json_object_set_new(made, "alt", json_string(alt));
	json_array_append_new(json_object_get(section, "plots"), made);
}

static void
day_of(int week, char day[32])
{
	time_t when = FIRST + (time_t)week * WEEK;
	struct tm tm;

	gmtime_r(&when, &tm);
	strftime(day, 32, "%Y-%m-%dT02:00:00Z", &tm);
}

/* Each share grows or falls in a straight line with a wave on it. */
static json_t *
history(const double *from, const double *to, int count)
{
	json_t *rows = json_array();

	for (int week = 0; week < WEEKS; week++) {
		json_t *row = json_array();
		char day[32];

		day_of(week, day);
		json_array_append_new(row, json_string(day));
		json_array_append_new(row, json_integer(981000 + 37 * week));
		for (int i = 0; i < count; i++) {
			double share = from[i] + (to[i] - from[i]) * week / (WEEKS - 1) +
				       0.002 * sin(week * 0.9 + i);

			/* A week in which nothing was measured. */
			json_array_append_new(row, week == 30 ? json_null() : json_real(share));
		}
		json_array_append_new(rows, row);
	}
	return rows;
}

static void
adoption(json_t *document)
{
	static const double from[] = { 0.871, 0.662, 0.041, 0.031 };
	static const double to[] = { 0.914, 0.713, 0.058, 0.0374 };
	json_t *made =
	    section(document, "adoption", "Adoption",
		    "Of 982,887 domains that answered, 91.4 % offer STARTTLS on every "
		    "server, 1.3 points more than a week ago.");
	json_t *t;

	t = table(made, "adoption-history", "Adoption over 52 weeks", "domains that answered",
		  0,
		  "[{'id':'day','title':'Sweep','kind':'date'},"
		  "{'id':'of','title':'Domains that answered','kind':'count'},"
		  "{'id':'starttls','title':'STARTTLS','kind':'share'},"
		  "{'id':'certificate','title':'Valid certificates','kind':'share'},"
		  "{'id':'dane','title':'DANE','kind':'share'},"
		  "{'id':'mta_sts','title':'MTA-STS','kind':'share'}]",
		  history(from, to, 4));
	json_object_set_new(t, "note",
			    json_string("In the week of 29 June nothing was swept."));
	plot(made,
	     "{'id':'adoption','kind':'lines','unit':'% of domains that answered',"
	     "'table':'adoption-history','x':'day',"
	     "'y':['starttls','certificate','dane','mta_sts'],'label':null}",
	     "STARTTLS is nearly everywhere, authentication is not",
	     "Four lines over a year: STARTTLS rises from 87.1 to 91.4 %, valid certificates "
	     "from "
	     "66.2 to 71.3 %, DANE from 4.1 to 5.8 %, MTA-STS from 3.1 to 3.7 %.");
	plot(made,
	     "{'id':'adoption-starttls','kind':'lines','unit':'% of domains that answered',"
	     "'table':'adoption-history','x':'day','y':['starttls'],'label':null}",
	     "STARTTLS grew by 4.3 points in a year", "One line, from 87.1 to 91.4 %.");
	plot(made,
	     "{'id':'adoption-standards','kind':'lines','unit':'% of domains that answered',"
	     "'table':'adoption-history','x':'day','y':['dane','mta_sts'],'label':null}",
	     "DANE is ahead of MTA-STS and stays there", "Two lines below six percent.");
}

static void
stripping(json_t *document)
{
	json_t *made =
	    section(document, "stripping", "Stripping",
		    "4,711 of 1,204,392 servers that answered have STARTTLS taken away "
		    "on the way to them, in 9 networks.");
	json_t *rows = json_array(), *t;

	for (int i = 0; report_hostile[i] != NULL; i++)
		json_array_append_new(rows,
				      json_pack("[s,s,i,i,f]", report_hostile[i],
						i % 2 ? "TN" : "IQ", 960 - 77 * i, 1000 - 7 * i,
						(960 - 77 * i) / (double)(1000 - 7 * i)));
	t = table(made, "stripping-networks", "Networks that strip", "servers that answered", 0,
		  "[{'id':'network','title':'Network','kind':'text'},"
		  "{'id':'country','title':'Country','kind':'text'},"
		  "{'id':'n','title':'Stripped','kind':'count'},"
		  "{'id':'of','title':'Answered','kind':'count'},"
		  "{'id':'share','title':'Share','kind':'share'}]",
		  rows);
	json_object_set_new(t, "omitted", json_integer(12));
	plot(made,
	     "{'id':'stripping-networks','kind':'bars','unit':'% of servers that answered',"
	     "'table':'stripping-networks','x':'network','y':['share'],'label':'network'}",
	     "One network strips 96 % of the servers behind it: "
	     "</text><script>alert(1)</script>",
	     "Twelve ranked bars \"<quoted>\" & more.");
	table(
	    made, "stripping-forms", "The form of stripping", "servers that are stripped", 4711,
	    "[{'id':'form','title':'Form','kind':'text'},{'id':'n','title':'Servers',"
	    "'kind':'count'},{'id':'of','title':'Stripped','kind':'count'},"
	    "{'id':'share','title':'Share','kind':'share'}]",
	    parse("[['XXXXXXXX offered',4400,4711,0.934],['command echoed',311,4711,0.066]]"));
	plot(made,
	     "{'id':'stripping-forms','kind':'bars','unit':'% of stripped servers',"
	     "'table':'stripping-forms','x':'form','y':['share'],'label':'form'}",
	     "Most middleboxes overwrite the offer with X", "Two bars: 93.4 and 6.6 %.");
}

static void
certificates(json_t *document)
{
	json_t *made =
	    section(document, "certificates", "Certificates",
		    "Three in four servers show a certificate that is trusted and names "
		    "the host.");

	table(made, "trust-name", "Trust and name", "servers that finished the handshake",
	      1200000,
	      "[{'id':'trust','title':'Certificate','kind':'text'},"
	      "{'id':'match','title':'names the host','kind':'share'},"
	      "{'id':'other','title':'names another','kind':'share'},"
	      "{'id':'none','title':'names nobody','kind':'share'},"
	      "{'id':'of','title':'Servers','kind':'count'}]",
	      parse("[['trusted',0.83,0.16,0.01,900000],['self-signed',0.12,0.68,0.2,250000],"
		    "['expired',0.5,0.5,0.0,50000]]"));
	plot(made,
	     "{'id':'trust-name','kind':'stack','unit':'% of servers that finished the "
	     "handshake',"
	     "'table':'trust-name','x':'trust','y':['match','other','none'],'label':'trust'}",
	     "Trusted certificates name their host; self-signed ones do not",
	     "Three bars divided by name.");
	table(made, "expiry", "How long leaf certificates remain valid", "leaf certificates",
	      120000,
	      "[{'id':'what','title':'','kind':'text'},"
	      "{'id':'expired','title':'expired','kind':'count'},"
	      "{'id':'week','title':'0 to 7 days','kind':'count'},"
	      "{'id':'month','title':'8 to 30 days','kind':'count'},"
	      "{'id':'quarter','title':'31 to 90 days','kind':'count'},"
	      "{'id':'more','title':'more','kind':'count'}]",
	      parse("[['leaf certificates',9000,2100,24000,61000,23900]]"));
	plot(made,
	     "{'id':'expiry','kind':'stack','unit':'leaf certificates','table':'expiry',"
	     "'x':'what','y':['expired','week','month','quarter','more'],'label':'what'}",
	     "2,100 certificates end within a week",
	     "One bar divided by the days that remain.");
}

static void
others(json_t *document)
{
	json_t *made = section(document, "dane", "DANE", "");

	table(made, "dane-reasons", "Why DANE fails", "servers", 0,
	      "[{'id':'reason','title':'Reason','kind':'text'},"
	      "{'id':'n','title':'Servers','kind':'count'}]",
	      json_array());
	plot(made,
	     "{'id':'dane-reasons','kind':'bars','unit':'servers','table':'dane-reasons',"
	     "'x':'reason','y':['n'],'label':'reason'}",
	     "Nothing fails", "An empty plot.");
	made = section(document, "mta-sts", "MTA-STS", "37,400 domains publish a policy.");
	table(made, "mta-sts-modes", "Modes, this week and the one before", "policies", 37400,
	      "[{'id':'mode','title':'Mode','kind':'text'},"
	      "{'id':'n','title':'Now','kind':'count'},{'id':'before','title':'Before',"
	      "'kind':'count'},{'id':'change','title':'Change, points','kind':'points'}]",
	      parse("[['enforce',21000,20100,0.9],['testing',15900,16100,-0.42],"
		    "['none',500,500,0.0]]"));
	plot(made,
	     "{'id':'mta-sts-modes','kind':'bars','unit':'policies; the mark is the sweep "
	     "before',"
	     "'table':'mta-sts-modes','x':'mode','y':['n','before'],'label':'mode'}",
	     "More policies are enforced than tested", "Three bars.");
	section(document, "policy-list", "Policy list", "No list was compared.");
	made = section(document, "providers", "Providers",
		       "Half of all domains depend on eight operators.");
	table(made, "one", "A table of one row", "domains", 10,
	      "[{'id':'provider','title':'Provider','kind':'text'},"
	      "{'id':'n','title':'Domains','kind':'count'},{'id':'of','title':'Of','kind':"
	      "'count'},{'id':'share','title':'Share','kind':'share'}]",
	      parse("[['provider.example',1,10,0.1]]"));
	plot(made,
	     "{'id':'one','kind':'bars','unit':'% of domains','table':'one','x':'provider',"
	     "'y':['share'],'label':'provider'}",
	     "One provider has them all", "One bar.");
	section(
	    document, "untested", "What could not be tested",
	    "17,113 of 1,000,000 domains did not answer. Were all of them stripped, stripping "
	    "would be at 2.1 % instead of 0.39 %; were none, at 0.38 %.");
	section(document, "method", "Method", "Every server was asked once.");
}

static json_t *
number(const char *id, const char *title, json_int_t n, json_int_t of, json_int_t before,
       const char *good)
{
	double share = (double)n / (double)of, was = (double)before / (double)(of - 1000);

	return json_pack("{s:s, s:s, s:I, s:I, s:f, s:s, s:{s:I, s:I, s:f}, s:{s:I, s:I, s:f},"
			 " s:f, s:s}",
			 "id", id, "title", title, "n", n, "of", of, "share", share, "of_what",
			 "domains that answered", "both", "n", n - 500, "of", of - 1000,
			 "share", (double)(n - 500) / (double)(of - 1000), "before", "n",
			 before, "of", of - 1000, "share", was, "change",
			 100 * ((double)(n - 500) / (double)(of - 1000) - was), "good", good);
}

static json_t *
sweep(int id, const char *started)
{
	return json_pack("{s:i, s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:s, s:{}, s:s}", "sweep",
			 id, "vantage", "Zürich <b>&", "started", started, "finished", started,
			 "state", "complete", "targets", 1000000, "domains", 1000000, "servers",
			 1204392, "version", "0.9.0", "options", "trust_store",
			 "/etc/ssl/certs/ca-certificates.crt");
}

static void
studies(json_t *document)
{
	json_t *made = json_pack(
	    "{s:s, s:s, s:s, s:s, s:o, s:o}", "id", "durumeric-2015-echo", "study",
	    "Durumeric et al., IMC 2015", "title", "What became of the command STARTTLS", "sql",
	    "SELECT starttls_echo AS received, count(*) AS servers\nFROM servers\nWHERE sweep "
	    "= "
	    "(SELECT max(sweep) FROM sweeps) AND a < 3 && \"b\" > 2\nGROUP BY 1\nORDER BY 2 "
	    "DESC;",
	    "columns",
	    parse("[{'id':'received','title':'received','kind':'text'},"
		  "{'id':'servers','title':'servers','kind':'count'}]"),
	    "rows", json_pack("[[s,i],[s,i]]", "XXXXXXXA", 4400, report_hostile[0], 311));

	json_array_append_new(json_object_get(document, "studies"), made);
}

static json_t *
frame(const char *headline, json_t *now, json_t *against)
{
	return json_pack(
	    "{s:s, s:b, s:o, s:o, s:s, s:[], s:[], s:[], s:[],"
	    " s:{s:s, s:s, s:s, s:s, s:n, s:s, s:s, s:s, s:n, s:s}}",
	    "format", "mxsweep-report-1", "anonymous", 0, "sweep", now, "against", against,
	    "headline", headline, "numbers", "cautions", "sections", "studies", "method",
	    "list", "tranco-1m.csv", "vantage", "zurich", "started", "2026-11-23T02:00:00Z",
	    "finished", "2026-11-23T19:12:00Z", "judged", "trust_store",
	    "/etc/ssl/certs/ca-certificates.crt", "version", "mxsweep 0.9.0", "resolver",
	    "127.0.0.1 (validating)", "notes", "command",
	    "mxsweep sweep -f tranco-1m.csv -o sweeps.db --vantage zurich --senders 2000 "
	    "--rate 400 --ehlo-domain scan.example.org --asn-db GeoLite2-ASN.mmdb");
}

json_t *
report_sample(void)
{
	json_t *made = frame(
	    "STARTTLS reaches 91.4 % of domains that answered, and the certificates behind "
	    "it improve: one network that stripped it is gone, a new one has come.",
	    sweep(52, "2026-11-23T02:00:00Z"), sweep(51, "2026-11-16T02:00:00Z"));
	json_t *numbers = json_object_get(made, "numbers");

	json_array_append_new(numbers, number("starttls", "STARTTLS on every server", 898000,
					      982887, 884700, "up"));
	json_array_append_new(
	    numbers, number("certificate", "Valid certificates on every server that does TLS",
			    671000, 905000, 668300, "up"));
	json_array_append_new(numbers, number("stripped", "STARTTLS stripped on the way", 3810,
					      982887, 3011, "down"));
	json_array_append_new(numbers, number("dane", "Working DANE on every server", 57200,
					      981001, 58900, "up"));
	json_array_append_new(numbers,
			      number("mta_sts", "Working MTA-STS", 700, 981001, 200, "up"));
	json_array_append_new(
	    numbers,
	    number("broken", "Broken promises: DANE or MTA-STS that stops or endangers mail",
		   1911, 981001, 1600, "down"));
	json_array_append_new(
	    json_object_get(made, "cautions"),
	    json_string("The list differs: 3,012 domains were added, 1,977 are "
			"gone; compared over 996,988 in both."));
	json_array_append_new(json_object_get(made, "cautions"),
			      json_string("The trust store changed between the two sweeps."));
	adoption(made);
	stripping(made);
	certificates(made);
	others(made);
	studies(made);
	return made;
}

json_t *
report_sample_empty(void)
{
	static const char *const ids[] = { "adoption",  "stripping", "certificates",
					   "dane",      "mta-sts",   "policy-list",
					   "providers", "untested",  "method" };
	json_t *made =
	    frame("Nothing was swept.", sweep(1, "2026-11-23T02:00:00Z"), json_null());
	json_t *section_made = NULL;

	for (int i = 0; i < 6; i++)
		json_array_append_new(
		    json_object_get(made, "numbers"),
		    json_pack("{s:s, s:s, s:i, s:i, s:n, s:s, s:n, s:n, s:n, s:s}", "id",
			      ids[i], "title", "A number", "n", 0, "of", 0, "share", "of_what",
			      "domains", "both", "before", "change", "good", "up"));
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
		section_made = section(made, ids[i], ids[i], "");
		table(section_made, ids[i], "A table", "domains", 0,
		      "[{'id':'day','title':'Day','kind':'date'},"
		      "{'id':'n','title':'Domains','kind':'count'}]",
		      json_array());
		plot(section_made,
		     i % 2 ? "{'id':'p','kind':'lines','unit':'domains','table':'nowhere',"
			     "'x':'day','y':['n'],'label':null}"
			   : "{'id':'q','kind':'stack','unit':'domains','table':'adoption',"
			     "'x':'day','y':['n'],'label':'day'}",
		     "Nothing to see", "Nothing.");
	}
	return made;
}
