// The interpreter of step lists. Runs between clone and execve: only async-signal-safe calls, no malloc, no stdio.
#define _GNU_SOURCE
#include "interpreter.h"
#include "packets.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/netlink.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// Mounts that were taken from one root and wait to be placed in the next.
static int slots[CNODE_SLOTS];

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

// Names in /proc that lead to what a process has open are refused: a link in an image could point at them.
static int open_plainly(const char *path, uint64_t flags, mode_t mode) {
  struct open_how how = {.flags = flags | O_CLOEXEC, .mode = mode, .resolve = RESOLVE_NO_MAGICLINKS};
  return (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
}

static int make_directory(char *path, mode_t mode) {
  char *slash = strrchr(path, '/');
  if (!slash) return mkdir(path, mode);
  *slash = 0;
  int parent = open_plainly(slash == path ? "/" : path, O_PATH, 0);
  *slash = '/';
  if (parent < 0) return -1;
  int made = mkdirat(parent, slash + 1, mode);
  int reason = errno;
  close(parent);
  return errno = reason, made;
}

static int make_directories(const char *path, mode_t mode, int with_last) {
  char partial[4096];
  size_t length = strlen(path);
  if (length >= sizeof partial) return errno = ENAMETOOLONG, -1;
  memcpy(partial, path, length + 1);
  for (char *slash = partial + 1; (slash = strchr(slash, '/')); slash++) {
    *slash = 0;
    int made = make_directory(partial, mode);
    *slash = '/';
    if (made != 0 && errno != EEXIST && errno != EROFS) return -1;
  }
  if (!with_last || make_directory(partial, mode) == 0) return 0;
  if (errno != EEXIST && errno != EROFS) return -1;
  int there = open_plainly(path, O_PATH | O_DIRECTORY, 0);
  return there < 0 ? -1 : close(there);
}

static int make_file(const char *path, mode_t mode) {
  int file = open_plainly(path, O_WRONLY | O_CREAT, mode);
  return file < 0 ? -1 : close(file);
}

static int write_file(const char *path, const char *text, int flags, mode_t mode) {
  int file = open(path, flags | O_CLOEXEC, mode);
  if (file < 0) return -1;
  size_t length = strlen(text);
  while (length > 0) {
    ssize_t written = write(file, text, length);
    if (written < 0) {
      int reason = errno;
      close(file);
      return errno = reason, -1;
    }
    text += written;
    length -= (size_t)written;
  }
  return close(file);
}

// A descriptor that becomes another number and survives execve there.
static int open_as(const char *path, int number, int flags) {
  int file = open(path, flags | O_CLOEXEC, 0600);
  if (file < 0) return -1;
  if (file == number) return fcntl(file, F_SETFD, 0);
  int moved = dup2(file, number);
  close(file);
  return moved < 0 ? -1 : 0;
}

struct directory_entry {
  uint64_t inode;
  int64_t offset;
  unsigned short length;
  unsigned char type;
  char name[];
};

static int remove_entry(int parent, const char *name, int is_cgroup, long patience_ms);

// A cgroup's files cannot be removed and go with it: only directories count there.
static int remove_entries(int directory, int is_cgroup, long patience_ms) {
  _Alignas(8) char buffer[4096];
  for (;;) {
    lseek(directory, 0, SEEK_SET);
    long size = syscall(SYS_getdents64, directory, buffer, sizeof buffer);
    if (size < 0) return -1;
    int removed = 0;
    while (size > 0) {
      for (long at = 0; at < size;) {
        struct directory_entry *entry = (struct directory_entry *)(buffer + at);
        at += entry->length;
        if (strcmp(entry->name, ".") == 0 || strcmp(entry->name, "..") == 0) continue;
        if (is_cgroup && entry->type != DT_DIR) continue;
        if (remove_entry(directory, entry->name, is_cgroup, patience_ms) != 0) return -1;
        removed = 1;
      }
      size = syscall(SYS_getdents64, directory, buffer, sizeof buffer);
      if (size < 0) return -1;
    }
    if (!removed) return 0;
  }
}

// A cgroup stays busy for a moment after its last process was reaped.
static int remove_cgroup(int parent, const char *name, long patience_ms) {
  struct timespec moment = {.tv_nsec = 1000000};
  while (unlinkat(parent, name, AT_REMOVEDIR) != 0) {
    if (errno == ENOENT) return 0;
    if (errno != EBUSY || patience_ms-- <= 0) return -1;
    nanosleep(&moment, NULL);
  }
  return 0;
}

static int remove_entry(int parent, const char *name, int is_cgroup, long patience_ms) {
  if (!is_cgroup && unlinkat(parent, name, 0) == 0) return 0;
  int directory = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (directory < 0) return errno == ENOENT ? 0 : -1;
  int result = remove_entries(directory, is_cgroup, patience_ms);
  int reason = errno;
  close(directory);
  if (result != 0) return errno = reason, -1;
  if (is_cgroup) return remove_cgroup(parent, name, patience_ms);
  return unlinkat(parent, name, AT_REMOVEDIR);
}

// Whoever can write to the whole may put links on the way to the part, at any moment: the kernel refuses those that
// lead out while it walks.
static int take_mount(const char *whole, const char *part) {
  unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE;
  if (!part) return open_tree(AT_FDCWD, whole, flags);
  int root = open(whole, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) return -1;
  struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
  int place = (int)syscall(SYS_openat2, root, part, &how, sizeof how);
  int tree = place < 0 ? -1 : open_tree(place, "", flags | AT_EMPTY_PATH);
  int reason = errno;
  if (place >= 0) close(place);
  close(root);
  errno = reason;
  return tree;
}

// The target is made after the kind of what will cover it. Its path is walked inside the current root, so a link in an
// image leads nowhere else.
static int place_mount(int *slot, const char *target, uint64_t attributes) {
  struct stat status;
  if (fstat(*slot, &status) != 0) return -1;
  int place = open_plainly(target, O_PATH, 0);
  if (place < 0) {
    int is_directory = S_ISDIR(status.st_mode);
    if (make_directories(target, 0755, is_directory) != 0) return -1;
    if (!is_directory && make_file(target, 0644) != 0) return -1;
    place = open_plainly(target, O_PATH, 0);
  }
  if (place < 0) return -1;
  // The lower half is for all mounts of the tree, the upper half for the one at its top.
  struct mount_attr all = {.attr_set = (uint32_t)attributes}, top = {.attr_set = attributes >> 32};
  int result = all.attr_set ? mount_setattr(*slot, "", AT_EMPTY_PATH | AT_RECURSIVE, &all, sizeof all) : 0;
  if (result == 0 && top.attr_set) result = mount_setattr(*slot, "", AT_EMPTY_PATH, &top, sizeof top);
  if (result == 0) result = move_mount(*slot, "", place, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
  int reason = errno;
  close(place);
  if (result != 0) return errno = reason, -1;
  close(*slot);
  *slot = -1;
  return 0;
}

// Afterwards the working directory is the old root, which lies mounted over the new one until it is left.
static int enter_root(const char *path) {
  int old = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (old < 0) return -1;
  int result = chdir(path) != 0 || syscall(SYS_pivot_root, ".", ".") != 0 || fchdir(old) != 0 ? -1 : 0;
  int reason = errno;
  close(old);
  errno = reason;
  return result;
}

// Some names lead to places that the root does not hold, such as a descriptor of somebody else's in /proc: whoever stood
// there could walk on from it. The kernel tells them by a path that does not begin with a slash.
static int change_directory(const char *path) {
  char place[4096];
  if (chdir(path) != 0) return -1;
  if (syscall(SYS_getcwd, place, sizeof place) > 0 && place[0] == '/') return 0;
  if (chdir("/") != 0) return -1;
  return errno = EXDEV, -1;
}

static int close_descriptors(int kept) {
  unsigned first = STDERR_FILENO + 1;
  if (kept < (int)first) return close_range(first, ~0u, 0);
  if (kept > (int)first && close_range(first, (unsigned)kept - 1, 0) != 0) return -1;
  return close_range((unsigned)kept + 1, ~0u, 0);
}

// Whoever has used up the number of keys that it may have goes on with the ones of the node, which are nobody's.
static int new_keyring(void) {
  long keyring = syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
  return keyring >= 0 || errno == EDQUOT || errno == ENOSYS ? 0 : -1;
}

static int leave_old_root(void) { return umount2(".", MNT_DETACH) != 0 ? -1 : chdir("/"); }

static char *decimal(pid_t number, char text[16]) {
  char *digit = text + 15;
  *digit = 0;
  do *--digit = (char)('0' + number % 10);
  while (number /= 10);
  return digit;
}

static int map_ids(pid_t child, const char *file, const char *text) {
  char path[64] = "/proc/", digits[16];
  strcat(strcat(strcat(path, decimal(child, digits)), "/"), file);
  return write_file(path, text, O_WRONLY, 0);
}

static int run(char **arguments, pid_t child) {
  char digits[16];
  if (arguments[1] && strcmp(arguments[1], "PID") == 0) arguments[1] = decimal(child, digits);
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

static int send_netlink(char *messages, size_t size, int32_t pid_offset, pid_t child) {
  if (pid_offset >= 0) memcpy(messages + pid_offset, &child, sizeof(uint32_t));
  int outstanding = 0;
  for (size_t at = 0; at < size;) {
    const struct nlmsghdr *header = (const struct nlmsghdr *)(messages + at);
    if (size - at < sizeof *header || header->nlmsg_len < sizeof *header || header->nlmsg_len > size - at)
      return errno = EBADMSG, -1;
    at += NLMSG_ALIGN(header->nlmsg_len);
    if (header->nlmsg_flags & NLM_F_ACK) outstanding++;
  }
  int link = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (link < 0) return -1;
  int reason = send(link, messages, size, 0) < 0 ? errno : 0;
  _Alignas(8) char answer[8192];
  while (outstanding > 0 && reason == 0) {
    ssize_t length = recv(link, answer, sizeof answer, 0);
    if (length < 0) {
      reason = errno;
      break;
    }
    struct nlmsghdr *header = (struct nlmsghdr *)answer;
    for (; NLMSG_OK(header, (size_t)length); header = NLMSG_NEXT(header, length)) {
      if (header->nlmsg_type != NLMSG_ERROR) continue;
      outstanding--;
      int failure = -((struct nlmsgerr *)NLMSG_DATA(header))->error;
      if (failure != 0) reason = failure;
    }
  }
  close(link);
  return reason == 0 ? 0 : (errno = reason, -1);
}

static int bound_capabilities(uint64_t kept) {
  for (int capability = 0; capability < 64; capability++) {
    if (kept >> capability & 1) continue;
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) return errno == EINVAL ? 0 : -1;
  }
  return 0;
}

static int set_capabilities(uint64_t wanted) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct sets[2];
  if (syscall(SYS_capget, &header, sets) != 0) return -1;
  for (int half = 0; half < 2; half++) {
    sets[half].permitted &= (uint32_t)(wanted >> 32 * half);
    sets[half].effective = sets[half].permitted;
    sets[half].inheritable = 0;
  }
  return (int)syscall(SYS_capset, &header, sets);
}

static int set_user(uid_t user) {
  // So that a program of another user may open /dev/stdout again. A stream that is a device refuses, which is fine.
  for (int stream = 0; stream < 3; stream++) {
    struct stat status;
    if (fstat(stream, &status) == 0 && !S_ISCHR(status.st_mode) && fchown(stream, user, (gid_t)-1) != 0) continue;
    if (isatty(stream) && fchown(stream, user, (gid_t)-1) != 0) continue;
  }
  return setresuid(user, user, user);
}

static int filter_system_calls(const char *program, int instructions) {
  struct sock_fprog filter = {.len = (unsigned short)instructions, .filter = (struct sock_filter *)program};
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter);
}

static int open_terminal(int report, unsigned columns_and_rows) {
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

static int await_parent(int report) {
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
static int execute(char **candidates, char **arguments, char **environment) {
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

static _Noreturn void pause_for_ever(void) {
  cnode_set_title("/pause");
  struct sigaction reaping = {.sa_handler = reap}, ending = {.sa_handler = end};
  sigaction(SIGCHLD, &reaping, NULL);
  sigaction(SIGTERM, &ending, NULL);
  sigaction(SIGINT, &ending, NULL);
  close_range(0, ~0u, 0);
  for (;;) pause();
}

static int perform_step(const struct cnode_step *step, struct cnode_context *context) {
  struct cnode_plan *plan = context->plan;
  const char *source = cnode_text(plan, step->source), *target = cnode_text(plan, step->target);
  const char *type = cnode_text(plan, step->type), *data = cnode_text(plan, step->data);
  uint64_t flags = step->flags;
  int number = step->number;
  switch ((enum cnode_verb)step->verb) {
    case CNODE_MAKE_DIRECTORIES: return make_directories(source, (mode_t)flags, 1);
    case CNODE_MAKE_FILE: return make_file(source, (mode_t)flags);
    case CNODE_WRITE_FILE: return write_file(source, data, number, (mode_t)flags);
    case CNODE_OPEN: return open_as(source, number, (int)flags);
    case CNODE_MAKE_LINK: return symlink(source, target);
    case CNODE_CHANGE_MODE: return chmod(source, (mode_t)flags);
    case CNODE_REMOVE_TREE: return remove_entry(AT_FDCWD, source, 0, 0);
    case CNODE_REMOVE_IF_EMPTY: rmdir(source); return 0;
    case CNODE_REMOVE_CGROUPS: return remove_entry(AT_FDCWD, source, 1, (long)flags);
    case CNODE_MOUNT: return mount(source, target, type, flags, data);
    case CNODE_SET_MOUNT_FLAGS: {
      struct mount_attr change = {.attr_set = flags};
      return mount_setattr(AT_FDCWD, source, AT_RECURSIVE, &change, sizeof change);
    }
    case CNODE_TAKE_MOUNT:
      slots[number] = take_mount(source, target);
      return slots[number] < 0 ? -1 : 0;
    case CNODE_PLACE_MOUNT: return place_mount(&slots[number], target, flags);
    case CNODE_UNMOUNT: return umount2(source, (int)flags);
    case CNODE_ENTER_ROOT: return enter_root(source);
    case CNODE_LEAVE_OLD_ROOT: return leave_old_root();
    case CNODE_CHANGE_DIRECTORY: return change_directory(source);
    case CNODE_JOIN: return setns(number, (int)flags);
    case CNODE_UNSHARE: return unshare((int)flags);
    case CNODE_CLOSE_DESCRIPTORS: return close_descriptors(context->report);
    case CNODE_NEW_KEYRING: return new_keyring();
    case CNODE_MAP_IDS: return map_ids(context->child, source, data);
    case CNODE_RUN: return run(cnode_list(plan, step->data), context->child);
    case CNODE_SEND_NETLINK: return send_netlink((char *)plan + step->data, flags, number, context->child);
    case CNODE_OPEN_WIRE: return cnode_open_wire(source, (unsigned)flags, number);
    case CNODE_SET_HOST_NAME: return sethostname(source, strlen(source));
    case CNODE_SET_LIMIT: {
      struct rlimit limit = {.rlim_cur = flags, .rlim_max = flags};
      return setrlimit((__rlimit_resource_t)number, &limit);
    }
    case CNODE_CONTROL_PROCESS: return prctl(number, flags, 0, 0, 0);
    case CNODE_BOUND_CAPABILITIES: return bound_capabilities(flags);
    case CNODE_SET_CAPABILITIES: return set_capabilities(flags);
    case CNODE_SET_GROUPS: return setgroups((size_t)number, (const gid_t *)data);
    case CNODE_SET_GROUP: return setresgid((gid_t)flags, (gid_t)flags, (gid_t)flags);
    case CNODE_SET_USER: return set_user((uid_t)flags);
    case CNODE_FILTER_SYSTEM_CALLS: return filter_system_calls(data, number);
    case CNODE_NEW_SESSION: return setsid() < 0 ? -1 : 0;
    case CNODE_OPEN_TERMINAL: return open_terminal(context->report, (unsigned)flags);
    case CNODE_AWAIT_PARENT: return await_parent(context->report);
    case CNODE_EXECUTE: {
      char **candidates = cnode_list(plan, step->data), **arguments = cnode_list(plan, step->target);
      return execute(candidates, arguments, cnode_list(plan, step->type));
    }
    case CNODE_PAUSE: pause_for_ever();
  }
  return errno = ENOSYS, -1;
}

struct cnode_report cnode_perform(struct cnode_context *context, uint32_t first, uint32_t count) {
  for (uint32_t index = first; index < first + count; index++) {
    const struct cnode_step *step = &context->plan->steps[index];
    if (perform_step(step, context) == 0 || errno == step->tolerated) continue;
    return (struct cnode_report){.step = (int32_t)index, .error = errno};
  }
  return (struct cnode_report){.step = -1};
}
