/* SPDX-License-Identifier: Apache-2.0 */
/* gnuplot as a child: the script through a pipe, no shell, bounded time. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "output/report/plot_parts.h"

#define NOT_THERE 127 /* as a shell says it */

static int64_t
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* What it says goes nowhere: the exit code and the files tell enough. */
static void
become_gnuplot(const char *folder, int in)
{
	int nowhere = open("/dev/null", O_RDWR);

	dup2(in, STDIN_FILENO);
	if (nowhere >= 0) {
		dup2(nowhere, STDOUT_FILENO);
		dup2(nowhere, STDERR_FILENO);
	}
	if (chdir(folder) != 0)
		_exit(1);
	setenv("LC_ALL", "C", 1);
	unsetenv("GNUTERM");
	signal(SIGPIPE, SIG_DFL);
	/* -d: no start-up files, which could change anything. */
	execlp("gnuplot", "gnuplot", "-d", (char *)NULL);
	_exit(NOT_THERE);
}

/* All of it, or less when the child ended or the time is over. */
static void
feed(int out, const char *script, size_t length, int64_t end)
{
	void (*before)(int) = signal(SIGPIPE, SIG_IGN);
	struct pollfd ready = { .fd = out, .events = POLLOUT };

	fcntl(out, F_SETFL, O_NONBLOCK);
	while (length > 0 && now() < end) {
		ssize_t n = write(out, script, length);

		if (n < 0 && errno != EAGAIN && errno != EINTR)
			break;
		if (n < 0)
			poll(&ready, 1, 100);
		else
			script += n, length -= (size_t)n;
	}
	close(out);
	signal(SIGPIPE, before);
}

/* Its status; -1 when it had to be ended. */
static int
await(pid_t child, int64_t end)
{
	int status;

	while (now() < end) {
		pid_t done = waitpid(child, &status, WNOHANG);

		if (done == child || (done < 0 && errno != EINTR))
			return done == child ? status : -1;
		poll(NULL, 0, 10);
	}
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	return -1;
}

static bool
fail(char error[256], const char *what)
{
	snprintf(error, 256, "gnuplot: %s", what);
	return false;
}

bool
plot_child_run(const char *folder, const char *script, size_t length, int seconds,
	       bool *missing, char error[256])
{
	int64_t end = now() + (int64_t)seconds * 1000;
	int ends[2], status;
	pid_t child;

	*missing = false;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return fail(error, strerror(errno));
	child = fork();
	if (child == 0)
		become_gnuplot(folder, ends[0]);
	close(ends[0]);
	if (child < 0) {
		close(ends[1]);
		return fail(error, strerror(errno));
	}
	feed(ends[1], script, length, end);
	status = await(child, end);
	if (status == 0)
		return true;
	*missing = status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == NOT_THERE;
	if (*missing)
		return fail(error, "not installed");
	return fail(error, status == -1 ? "took too long" : "failed");
}
