// The launcher: makes a node's namespaces, waits for pid 1 in them, sweeps what it left, and ends.
//
// It has a session of its own and no tie to the process that started it: the control plane may be killed at any time.
#define _GNU_SOURCE
#include "interpreter.h"
#include "node.h"
#include "system.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile pid_t node;

static void pass_on(int signal) {
  if (node > 0) kill(node, signal);
}

// Whoever finds the file locked reads from it whom to signal.
static void sign_lock(void) {
  char text[64];
  int length = snprintf(text, sizeof text, "%d %d\n", getpid(), node);
  if (pwrite(CNODE_LOCK, text, (size_t)length, 0) != length) _exit(1);
}

static void fail(struct cnode_report report) { cnode_send(CNODE_CHANNEL, &report, sizeof report, NULL, 0); }

static void launch(void) {
  umask(022);
  struct sigaction passing = {.sa_handler = pass_on};
  sigaction(SIGTERM, &passing, NULL);
  sigaction(SIGINT, &passing, NULL);
  struct cnode_plan *plan = cnode_load_plan(CNODE_LAUNCH_PLAN);
  int pair[2];
  if (!plan || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
    fail((struct cnode_report){.step = CNODE_CLONING, .error = errno});
    _exit(1);
  }
  struct cnode_context context = {.plan = plan, .report = pair[1]};
  node = cnode_clone(plan->clone_flags, NULL);
  if (node == 0) {
    close(pair[0]);
    cnode_be_node(&context);
  }
  close(pair[1]);
  if (node < 0) {
    fail((struct cnode_report){.step = CNODE_CLONING, .error = errno});
    _exit(1);
  }
  context.child = node;
  sign_lock();
  struct cnode_report report = cnode_perform(&context, 0, plan->parent_steps);
  if (report.step >= 0) {
    fail(report);
    kill(node, SIGKILL);
  } else if (write(pair[0], "", 1) != 1) {
    kill(node, SIGKILL);
  }
  // The other end of the channel must see when the node ends before it is ready.
  close(CNODE_CHANNEL);
  int status = 0;
  while (waitpid(node, &status, 0) < 0 && errno == EINTR) {}
  struct cnode_report swept = cnode_perform(&context, plan->parent_steps + plan->child_steps, plan->final_steps);
  if (swept.step >= 0) dprintf(STDERR_FILENO, "sweep after the node: %s\n", strerror(swept.error));
  _exit(0);
}

// Runs before Swift starts and never returns in the launcher; every other process of the program passes by.
__attribute__((constructor)) static void catch_role(int count, char **arguments) {
  if (count < 1 || strcmp(arguments[0], CNODE_ROLE) != 0) return;
  cnode_remember_title(arguments);
  close(CNODE_PROGRAM);
  pid_t launcher = fork();
  if (launcher != 0) _exit(launcher < 0 ? 1 : 0);
  launch();
}
