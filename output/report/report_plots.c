/* SPDX-License-Identifier: Apache-2.0 */
#include "output/report/report_plots.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output/report/plot_parts.h"
#include "output/report/shown.h"
#include "scanner/log.h"
#include "scanner/mem.h"

#define SECONDS  60                /* for all plots; it takes about one */
#define SVG_SIZE (4 * 1024 * 1024) /* more is no plot of ours */

/* A plot to be drawn, and each width of it. */
struct picture {
	json_t *plot;
	struct plot_drawing drawings[PLOT_WIDTHS];
	bool drawn;
};

struct pictures {
	struct picture *picture;
	size_t count;
	char *folder; /* of the plots */
};

static const char *
name_of(const struct picture *picture)
{
	return json_string_value(json_object_get(picture->plot, "id"));
}

static bool
draw(struct plot_drawing *drawing, const struct plot_view *view)
{
	static const struct {
		const char *kind;
		bool (*draw)(struct plot_drawing *drawing, const struct plot_view *view);
	} kinds[] = { { "lines", plot_lines }, { "bars", plot_bars }, { "stack", plot_stack } };
	const char *kind = json_string_value(json_object_get(view->plot, "kind"));

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (kind != NULL && strcmp(kinds[i].kind, kind) == 0)
			return kinds[i].draw(drawing, view);
	return false;
}

/* gnuplot runs in the folder of the plots; an id is fit for a file's name. */
static bool
write_picture(FILE *script, struct picture *picture, const json_t *section)
{
	struct plot_view view;

	if (!shown_id(name_of(picture)) || !plot_view_of(&view, picture->plot, section))
		return false;
	for (int i = 0; i < PLOT_WIDTHS; i++) {
		picture->drawings[i].kind = (enum plot_width)i;
		picture->drawings[i].script = script;
		picture->drawings[i].id = name_of(picture);
		if (!draw(&picture->drawings[i], &view))
			return false;
	}
	return true;
}

static void
write_pictures(FILE *script, struct pictures *pictures, json_t *document)
{
	json_t *section, *plot;
	size_t i, j;

	json_array_foreach (json_object_get(document, "sections"), i, section)
		json_array_foreach (json_object_get(section, "plots"), j, plot) {
			struct picture *picture;

			pictures->picture =
			    mem_realloc(pictures->picture,
					(pictures->count + 1) * sizeof *pictures->picture);
			picture = &pictures->picture[pictures->count++];
			*picture = (struct picture){ .plot = plot };
			picture->drawn = write_picture(script, picture, section);
		}
	fputs("set output\n", script);
}

/* The whole file, which is removed; NULL: error says why. */
static char *
take_file(const char *path, char error[256])
{
	FILE *in = fopen(path, "re");
	char *text;
	size_t length;

	if (in == NULL) {
		snprintf(error, 256, "%.200s: %s", path, strerror(errno));
		return NULL;
	}
	text = mem_alloc(SVG_SIZE + 1);
	length = fread(text, 1, SVG_SIZE, in);
	text[length] = '\0';
	fclose(in);
	unlink(path);
	return text;
}

static bool
write_file(const char *path, const char *text, char error[256])
{
	FILE *out = fopen(path, "we");
	bool whole = out != NULL && fputs(text, out) >= 0;

	if (out != NULL)
		whole = fclose(out) == 0 && whole;
	if (!whole)
		snprintf(error, 256, "%.200s: %s", path, strerror(errno));
	return whole;
}

static bool
keep(const struct pictures *pictures, struct picture *picture, enum plot_width kind,
     const char *raw, char error[256])
{
	const struct plot_drawing *drawing = &picture->drawings[kind];
	char *text = plot_svg_finish(drawing, raw, picture->plot, false), *path;
	bool kept = text != NULL;

	if (!kept)
		snprintf(error, 256, "gnuplot drew no SVG for the plot %.100s",
			 name_of(picture));
	else
		json_object_set_new(picture->plot, kind == PLOT_WIDE ? "svg" : "svg_narrow",
				    json_string(text));
	free(text);
	if (!kept || kind != PLOT_WIDE)
		return kept;
	text = plot_svg_finish(drawing, raw, picture->plot, true);
	path = mem_printf("%s/%s.svg", pictures->folder, name_of(picture));
	kept = write_file(path, text, error);
	free(path);
	free(text);
	return kept;
}

static bool
take_picture(const struct pictures *pictures, struct picture *picture, char error[256])
{
	bool whole = true;

	for (int i = 0; whole && i < PLOT_WIDTHS; i++) {
		char *path =
		    mem_printf("%s/%s.%s", pictures->folder, name_of(picture), plot_ends[i]);
		char *raw = take_file(path, error);

		whole = raw != NULL && keep(pictures, picture, (enum plot_width)i, raw, error);
		free(raw);
		free(path);
	}
	return whole;
}

static void
forget(struct pictures *pictures)
{
	for (size_t i = 0; i < pictures->count; i++)
		for (int j = 0; j < PLOT_WIDTHS; j++) {
			struct plot_drawing *drawing = &pictures->picture[i].drawings[j];

			for (size_t k = 0; k < drawing->texts_count; k++)
				free(drawing->texts[k]);
			free(drawing->texts);
		}
	free(pictures->picture);
	free(pictures->folder);
}

bool
report_plots(json_t *document, const char *folder, char error[256])
{
	struct pictures pictures = { .folder = mem_printf("%s/plots", folder) };
	char *script = NULL;
	size_t length;
	FILE *out = open_memstream(&script, &length);
	bool missing, done;

	write_pictures(out, &pictures, document);
	fclose(out);
	if (mkdir(pictures.folder, 0777) != 0 && errno != EEXIST) {
		snprintf(error, 256, "%.200s: %s", pictures.folder, strerror(errno));
		missing = done = false;
	} else {
		done =
		    plot_child_run(pictures.folder, script, length, SECONDS, &missing, error);
	}
	for (size_t i = 0; done && i < pictures.count; i++)
		if (pictures.picture[i].drawn)
			done = take_picture(&pictures, &pictures.picture[i], error);
	if (missing)
		log_warn("%s: the report is without plots", error);
	forget(&pictures);
	free(script);
	return done || missing;
}

void
report_plots_forget(json_t *document)
{
	json_t *section, *plot;
	size_t i, j;

	json_array_foreach (json_object_get(document, "sections"), i, section)
		json_array_foreach (json_object_get(section, "plots"), j, plot) {
			json_object_del(plot, "svg");
			json_object_del(plot, "svg_narrow");
		}
}
