// What all parts of a node ask of the system.
#define _GNU_SOURCE
#include "system.h"
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

pid_t cnode_clone(uint64_t flags, int *pidfd) {
  struct clone_args arguments = {.flags = flags, .exit_signal = SIGCHLD};
  if (pidfd) {
    arguments.flags |= CLONE_PIDFD;
    arguments.pidfd = (uint64_t)(uintptr_t)pidfd;
  }
  return (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
}

void cnode_unblock_signals(void) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

void cnode_close(int *descriptor) {
  if (*descriptor >= 0) close(*descriptor);
  *descriptor = -1;
}

int64_t cnode_now_ns(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t cnode_now_ms(void) { return cnode_now_ns(CLOCK_MONOTONIC) / 1000000; }

void cnode_end_node(void) {
  // Pid 1 takes every process of the node along.
  _exit(0);
}

static char *title;
static size_t title_size;

void cnode_remember_title(char **arguments) {
  title = arguments[0];
  char *end = title + strlen(title);
  for (char **next = arguments + 1; *next && *next == end + 1; next++) end = *next + strlen(*next);
  title_size = (size_t)(end - title);
}

void cnode_set_title(const char *text) {
  size_t length = strlen(text);
  memset(title, 0, title_size);
  memcpy(title, text, length < title_size ? length : title_size);
  prctl(PR_SET_NAME, text[0] == '/' ? text + 1 : text);
}

char *cnode_decimal(pid_t number, char text[16]) {
  char *digit = text + 15;
  *digit = 0;
  do *--digit = (char)('0' + number % 10);
  while (number /= 10);
  return digit;
}
