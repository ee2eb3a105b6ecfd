// How the program starts itself again, as the launcher of a node.
#define _GNU_SOURCE
#include "CNodeInit.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

// A mount of this program that nobody can write through. A process that a container executes as /proc/self/exe is the
// program of node init: were it on the mount of everybody, whoever owns the file could change it from there. In no
// namespace, it can be made writable by nobody.
static int take_program(const char *path) {
  int program = open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  struct mount_attr change = {.attr_set = MOUNT_ATTR_RDONLY};
  if (program < 0 || mount_setattr(program, "", AT_EMPTY_PATH, &change, sizeof change) == 0) return program;
  int reason = errno;
  close(program);
  return errno = reason, -1;
}

struct taking {
  const char *path;
  int program, reason;
};

static int take_program_as_root(void *argument) {
  struct taking *taking = argument;
  taking->program = take_program(taking->path);
  taking->reason = errno;
  return 0;
}

// Who may not mount does it in a user namespace: in a process that shares our memory and descriptors, and is gone when
// this returns. The program's path is walked there, where mounts are those of its own namespace.
static int take_program_on(char *stack_end) {
  char path[4096];
  ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
  if (length < 0) return -1;
  path[length] = 0;
  struct taking taking = {.path = path, .program = -1};
  int flags = CLONE_VM | CLONE_VFORK | CLONE_FILES | CLONE_NEWUSER | CLONE_NEWNS | SIGCHLD;
  pid_t helper = clone(take_program_as_root, stack_end, flags, &taking);
  if (helper < 0) return -1;
  while (waitpid(helper, NULL, 0) < 0 && errno == EINTR) {}
  if (taking.program < 0) return errno = taking.reason, -1;
  struct stat taken, own;
  if (fstat(taking.program, &taken) == 0 && stat("/proc/self/exe", &own) == 0 && taken.st_dev == own.st_dev &&
      taken.st_ino == own.st_ino)
    return taking.program;
  close(taking.program);
  return errno = ESTALE, -1;
}

static int take_program_in_namespace(void) {
  // One for each caller: several nodes may be started at once.
  size_t room = 65536;
  char *stack = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) return -1;
  int program = take_program_on(stack + room);
  int reason = errno;
  munmap(stack, room);
  return errno = reason, program;
}

// What does not lie where it was started from any more is copied into memory that cannot be written to.
static int copy_program(void) {
  int own = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  int copy = own < 0 ? -1 : memfd_create("podium", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  long copied = 1;
  while (copy >= 0 && (copied = sendfile(copy, own, NULL, 1 << 30)) > 0) {}
  int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  if (copy >= 0 && (copied < 0 || fcntl(copy, F_ADD_SEALS, seals) != 0)) {
    int reason = errno;
    close(copy);
    copy = (errno = reason, -1);
  }
  int reason = errno;
  if (own >= 0) close(own);
  return errno = reason, copy;
}

static int program_to_launch(void) {
  int program = take_program("/proc/self/exe");
  if (program < 0) program = take_program_in_namespace();
  return program < 0 ? copy_program() : program;
}

int cnode_spawn_launcher(int channel, int launch_plan, int lock, int kubelet_plan, int errors) {
  int given[] = {channel, launch_plan, lock, kubelet_plan};
  int raised[4];
  // First above the numbers they are to get, so that none is overwritten before it was moved.
  for (int index = 0; index < 4; index++)
    raised[index] = given[index] < 0 ? -1 : fcntl(given[index], F_DUPFD_CLOEXEC, 16);
  int program = program_to_launch();
  if (program < 0) return -1;
  int raised_program = fcntl(program, F_DUPFD_CLOEXEC, 16);
  close(program);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0);
  posix_spawn_file_actions_adddup2(&actions, 0, 1);
  posix_spawn_file_actions_adddup2(&actions, errors, 2);
  for (int index = 0; index < 4; index++)
    if (raised[index] >= 0) posix_spawn_file_actions_adddup2(&actions, raised[index], CNODE_CHANNEL + index);
  if (kubelet_plan < 0) posix_spawn_file_actions_addclose(&actions, CNODE_KUBELET_PLAN);
  posix_spawn_file_actions_adddup2(&actions, raised_program, CNODE_PROGRAM);
  posix_spawn_file_actions_addclosefrom_np(&actions, CNODE_PROGRAM + 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  // Room for the titles that its children take.
  char *arguments[] = {CNODE_ROLE, "                ", NULL};
  pid_t pid;
  // What a node calls must be found before it parts with its libraries (node.c).
  size_t count = 0;
  while (environ[count]) count++;
  char *variables[count + 2];
  memcpy(variables, environ, count * sizeof *variables);
  variables[count] = "LD_BIND_NOW=1";
  variables[count + 1] = NULL;
  int failure = posix_spawn(&pid, "/proc/self/fd/7", &actions, &attributes, arguments, variables);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  for (int index = 0; index < 4; index++)
    if (raised[index] >= 0) close(raised[index]);
  close(raised_program);
  if (failure != 0) return errno = failure, -1;
  int status;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return -1;
  return status == 0 ? 0 : (errno = EAGAIN, -1);
}
