// Steps that run programs: as helpers, on terminals, in the place of the process that performs them.
#define _GNU_SOURCE
#include "steps.h"
#include "system.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int cnode_run(char **arguments, pid_t child) {
  char digits[16];
  if (arguments[1] && strcmp(arguments[1], "PID") == 0) arguments[1] = cnode_decimal(child, digits);
  pid_t helper = fork();
  if (helper < 0) return -1;
  if (helper == 0) {
    execve(arguments[0], arguments, environ);
    _exit(127);
  }
  int status;
  while (waitpid(helper, &status, 0) < 0)
    if (errno != EINTR) return -1;
  return status == 0 ? 0 : (errno = EPERM, -1);
}

int cnode_open_terminal(int report, unsigned columns_and_rows) {
  int master = open("/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (master < 0) return -1;
  int unlocked = 0;
  if (ioctl(master, TIOCSPTLCK, &unlocked) != 0) return -1;
  struct winsize size = {.ws_col = (unsigned short)(columns_and_rows >> 16), .ws_row = (unsigned short)columns_and_rows};
  if (columns_and_rows && ioctl(master, TIOCSWINSZ, &size) != 0) return -1;
  int terminal = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
  if (terminal < 0) return -1;
  struct cnode_report message = {.step = -1};
  if (cnode_send(report, &message, sizeof message, &master, 1) < 0) return -1;
  close(master);
  if (ioctl(terminal, TIOCSCTTY, 0) != 0) return -1;
  for (int stream = 0; stream < 3; stream++)
    if (dup2(terminal, stream) < 0) return -1;
  if (terminal > 2) close(terminal);
  return 0;
}

int cnode_await_parent(int report) {
  char byte;
  ssize_t size;
  while ((size = read(report, &byte, 1)) < 0 && errno == EINTR) {}
  return size == 1 ? 0 : size == 0 ? (errno = EPIPE, -1) : -1;
}

static void complain(const char *path, const char *reason) {
  const char *parts[] = {"exec ", path, ": ", reason, "\n"};
  for (int part = 0; part < 5; part++)
    if (write(STDERR_FILENO, parts[part], strlen(parts[part])) < 0) return;
}

// Looks for the program as a shell does. A program that is there and cannot be run has been started, as container
// runtimes see it: it ends with 255 after a word on its standard error.
int cnode_execute(char **candidates, char **arguments, char **environment) {
  int reason = ENOENT;
  for (char **path = candidates; *path; path++) {
    execve(*path, arguments, environment);
    int failure = errno;
    struct stat status;
    if (failure == ENOTDIR || stat(*path, &status) != 0) continue;
    if (failure == EACCES) {
      reason = S_ISDIR(status.st_mode) ? EISDIR : EACCES;
      continue;
    }
    complain(*path, failure == ENOEXEC  ? "exec format error"
                    : failure == ENOENT ? "no such file or directory"
                    : failure == E2BIG  ? "argument list too long"
                                        : "cannot be executed");
    _exit(255);
  }
  return errno = reason, -1;
}

static void reap(int signal) {
  (void)signal;
  int reason = errno;
  while (waitpid(-1, NULL, WNOHANG) > 0) {}
  errno = reason;
}

static void end(int signal) {
  (void)signal;
  _exit(0);
}

_Noreturn void cnode_pause_for_ever(void) {
  cnode_set_title("/pause");
  struct sigaction reaping = {.sa_handler = reap}, ending = {.sa_handler = end};
  sigaction(SIGCHLD, &reaping, NULL);
  sigaction(SIGTERM, &ending, NULL);
  sigaction(SIGINT, &ending, NULL);
  close_range(0, ~0u, 0);
  for (;;) pause();
}
