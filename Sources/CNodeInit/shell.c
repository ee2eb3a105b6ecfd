// A program of the user's inside a node: for looking around there.
//
// It takes the place of a process that has threads, and those may not join a user namespace: so the program executes
// itself again, as CNODE_SHELL_ROLE PID COMMAND…, and is caught here before Swift starts.
#define _GNU_SOURCE
#include "CNodeInit.h"
#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void give_up(const char *what) {
  dprintf(STDERR_FILENO, "podium: %s: %s\n", what, strerror(errno));
  _exit(1);
}

// Root's nodes have no user namespace of their own, and one's own cannot be joined.
static int has_own_users(const char *pid) {
  char path[64];
  struct stat own, theirs;
  snprintf(path, sizeof path, "/proc/%s/ns/user", pid);
  if (stat("/proc/self/ns/user", &own) != 0 || stat(path, &theirs) != 0) give_up("find the node");
  return own.st_ino != theirs.st_ino;
}

static void enter(const char *pid) {
  int node = (int)syscall(SYS_pidfd_open, atoi(pid), 0);
  if (node < 0) give_up("find the node");
  int namespaces =
      CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;
  int has_users = has_own_users(pid);
  // What is in the node must not get hold of this program by way of this process.
  prctl(PR_SET_DUMPABLE, 0);
  if (setns(node, has_users ? namespaces | CLONE_NEWUSER : namespaces) != 0) give_up("enter the node");
  close(node);
  // Where only one user is mapped, groups cannot be given up.
  if (has_users && setgroups(0, NULL) != 0 && errno != EPERM) give_up("leave the groups");
  if (has_users && (setresgid(0, 0, 0) != 0 || setresuid(0, 0, 0) != 0)) give_up("become root of the node");
  if (chdir("/root") != 0) give_up("go to /root");
}

// Runs before Swift starts; every other process of the program passes by.
__attribute__((constructor)) static void catch_role(int count, char **arguments) {
  if (count < 3 || strcmp(arguments[0], CNODE_SHELL_ROLE) != 0) return;
  enter(arguments[1]);
  // Only a child is in the pid namespace.
  pid_t shell = fork();
  if (shell < 0) give_up("fork");
  if (shell == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execvp(arguments[2], arguments + 2);
    give_up(arguments[2]);
  }
  // Keys that interrupt are the shell's business.
  signal(SIGINT, SIG_IGN);
  signal(SIGQUIT, SIG_IGN);
  int status;
  while (waitpid(shell, &status, 0) < 0)
    if (errno != EINTR) give_up("wait for the command");
  _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}
