// Constants and one-line wrappers of Linux interfaces that Swift cannot import as they are.
//
// Without _GNU_SOURCE, as Swift's own Glibc module is: under it some structures have other members, and one program must
// not see two shapes of the same structure. What the headers hide for that reason is declared here.
#pragma once
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

extern char **environ;
int pipe2(int ends[2], int flags);
int posix_openpt(int flags);
int grantpt(int terminal);
int unlockpt(int terminal);
int ptsname_r(int terminal, char *name, size_t size);
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int first);
// Not in every C library: who calls it looks first.
__attribute__((weak)) int posix_spawn_file_actions_addtcsetpgrp_np(posix_spawn_file_actions_t *actions, int terminal);
int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);

// open(2) is variadic, so Swift does not see it.
static inline int clinux_open(const char *path, int flags, mode_t mode) {
  return open(path, flags, mode);
}

// The program takes the terminal before it runs; 0 where the C library cannot arrange that.
static inline int clinux_spawn_takes_terminal(posix_spawn_file_actions_t *actions, int terminal) {
  if (!posix_spawn_file_actions_addtcsetpgrp_np) return 0;
  return posix_spawn_file_actions_addtcsetpgrp_np(actions, terminal) == 0;
}

// A copy with a number that is not below `least`, closed when a program is executed.
static inline int clinux_fcntl_duplicate(int descriptor, int least) {
  return fcntl(descriptor, F_DUPFD_CLOEXEC, least);
}

static inline int clinux_fcntl_set_flags(int descriptor, int flags) {
  return fcntl(descriptor, F_SETFL, flags);
}

static inline int clinux_fcntl_set_close_on_exec(int descriptor, int on) {
  return fcntl(descriptor, F_SETFD, on ? FD_CLOEXEC : 0);
}

static inline int clinux_duplicate(int descriptor) {
  return fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
}

// Copies from pipe to pipe without waiting (SPLICE_F_NONBLOCK is 2); the bytes stay in the first one.
static inline long clinux_tee(int from, int to, size_t size) { return syscall(SYS_tee, from, to, size, 2u); }

// A place below a directory, as O_PATH; EXDEV when a link or ".." on the way leads out of the directory.
static inline int clinux_open_beneath(int directory, const char *path) {
  struct open_how how = {.flags = 010000000 | O_CLOEXEC, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
  return (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
}

// The same for a directory that is somebody's root: links and ".." end at it, as they do for those who live in it.
static inline int clinux_open_in_root(int directory, const char *path) {
  struct open_how how = {.flags = 010000000 | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
  return (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
}

// Two paths swap what they name, in one moment (RENAME_EXCHANGE is 2).
static inline int clinux_exchange(const char *one, const char *other) {
  return (int)syscall(SYS_renameat2, AT_FDCWD, one, AT_FDCWD, other, 2u);
}

// Attaches a program to a cgroup of version 2 that lets its processes open these character devices (a minor of -1 is any)
// and make nodes of all.
static inline int clinux_limit_devices(int group, const int *majors, const int *minors, int count) {
  enum { most = 32 };
  struct bpf_insn program[6 + 5 * most + 2];
  int size = 0;
  if (count > most) return errno = E2BIG, -1;
#define CLINUX_STEP(operation, to, from, jump, value) \
  program[size++] = (struct bpf_insn){.code = (operation), .dst_reg = (to), .src_reg = (from), .off = (jump), .imm = (value)}
  // Register 2 is what is wanted, 3 the kind of device, 4 and 5 its numbers.
  CLINUX_STEP(BPF_LDX | BPF_MEM | BPF_W, 2, 1, offsetof(struct bpf_cgroup_dev_ctx, access_type), 0);
  CLINUX_STEP(BPF_LDX | BPF_MEM | BPF_W, 4, 1, offsetof(struct bpf_cgroup_dev_ctx, major), 0);
  CLINUX_STEP(BPF_LDX | BPF_MEM | BPF_W, 5, 1, offsetof(struct bpf_cgroup_dev_ctx, minor), 0);
  CLINUX_STEP(BPF_ALU64 | BPF_MOV | BPF_X, 3, 2, 0, 0);
  CLINUX_STEP(BPF_ALU64 | BPF_AND | BPF_K, 3, 0, 0, 0xFFFF);
  CLINUX_STEP(BPF_ALU64 | BPF_RSH | BPF_K, 2, 0, 0, 16);
  CLINUX_STEP(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 1);
  CLINUX_STEP(BPF_JMP | BPF_JNE | BPF_K, 2, 0, 1, BPF_DEVCG_ACC_MKNOD);
  CLINUX_STEP(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
  CLINUX_STEP(BPF_JMP | BPF_JNE | BPF_K, 3, 0, (short)(3 * count + 0), BPF_DEVCG_DEV_CHAR);
  for (int index = 0; index < count; index++) {
    CLINUX_STEP(BPF_JMP | BPF_JNE | BPF_K, 4, 0, 2, majors[index]);
    CLINUX_STEP(BPF_JMP | (minors[index] < 0 ? BPF_JA : BPF_JNE) | BPF_K, minors[index] < 0 ? 0 : 5, 0,
                minors[index] < 0 ? 0 : 1, minors[index] < 0 ? 0 : minors[index]);
    CLINUX_STEP(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
  }
  CLINUX_STEP(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0);
  CLINUX_STEP(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
#undef CLINUX_STEP
  union bpf_attr load = {.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE};
  load.insns = (unsigned long)program;
  load.insn_cnt = (unsigned)size;
  load.license = (unsigned long)"";
  int loaded = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof load);
  if (loaded < 0) return -1;
  union bpf_attr attach = {.target_fd = (unsigned)group, .attach_bpf_fd = (unsigned)loaded};
  attach.attach_type = BPF_CGROUP_DEVICE;
  attach.attach_flags = BPF_F_ALLOW_MULTI;
  int attached = (int)syscall(SYS_bpf, BPF_PROG_ATTACH, &attach, sizeof attach);
  int reason = errno;
  close(loaded);
  errno = reason;
  return attached;
}

// The type of an address parameter is a union that Swift does not see through.
static inline int clinux_connect_to_loopback(int socket, unsigned short port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return connect(socket, (const struct sockaddr *)&address, sizeof address);
}

static inline int clinux_ioctl_pointer(int descriptor, unsigned long request, void *argument) {
  return ioctl(descriptor, request, argument);
}

static inline int clinux_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

static inline int clinux_pidfd_send_signal(int pidfd, int signal) {
  return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}

// waitid's P_PIDFD is an enumerator that older headers lack.
static inline int clinux_wait_pidfd(int pidfd, siginfo_t *info, int options) {
  return waitid((idtype_t)3, (id_t)pidfd, info, options);
}

// What a program gets when it is started aside: no descriptor beyond the standard ones, its own folder and session.
static inline int clinux_spawn_close_from(posix_spawn_file_actions_t *actions, int first) {
  return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

static inline int clinux_spawn_change_folder(posix_spawn_file_actions_t *actions, const char *path) {
  return posix_spawn_file_actions_addchdir_np(actions, path);
}

// POSIX_SPAWN_SETSID
static inline short clinux_spawn_new_session(void) { return 0x80; }

// epoll_event keeps its key in a union; the key is all that is needed here.
static inline int clinux_epoll_control(int epoll, int operation, int descriptor, unsigned events, unsigned long key) {
  struct epoll_event event = {.events = events, .data = {.u64 = key}};
  return epoll_ctl(epoll, operation, descriptor, &event);
}

static inline unsigned long clinux_epoll_key(const struct epoll_event *event) { return event->data.u64; }

static inline char **clinux_environment(void) { return environ; }

// memfd_create(2) with close-on-exec.
static inline int clinux_memory_file(const char *name) { return (int)syscall(SYS_memfd_create, name, 1U); }

// A socket that is being connected to a numeric address without waiting; -1 with errno, EINVAL when it is none.
static inline int clinux_begin_connection(const char *host, unsigned short port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  struct sockaddr_in6 address6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
  int is4 = inet_pton(AF_INET, host, &address.sin_addr) == 1;
  if (!is4 && inet_pton(AF_INET6, host, &address6.sin6_addr) != 1) {
    errno = EINVAL;
    return -1;
  }
  int number = socket(is4 ? AF_INET : AF_INET6, SOCK_STREAM, 0);
  if (number < 0) return -1;
  fcntl(number, F_SETFD, FD_CLOEXEC);
  fcntl(number, F_SETFL, O_NONBLOCK);
  const struct sockaddr *target = is4 ? (const struct sockaddr *)&address : (const struct sockaddr *)&address6;
  if (connect(number, target, is4 ? sizeof address : sizeof address6) != 0 && errno != EINPROGRESS) {
    int reason = errno;
    close(number);
    errno = reason;
    return -1;
  }
  return number;
}

// Why a connection that was begun came to nothing; 0 when it stands.
static inline int clinux_connection_failure(int socket) {
  int failure = 0;
  socklen_t size = sizeof failure;
  return getsockopt(socket, SOL_SOCKET, SO_ERROR, &failure, &size) == 0 ? failure : errno;
}
