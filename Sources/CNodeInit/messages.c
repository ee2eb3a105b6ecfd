// Messages with descriptors attached, and how the program starts itself again as the launcher.
#define _GNU_SOURCE
#include "CNodeInit.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_DESCRIPTORS = 8 };

union ancillary {
  char bytes[CMSG_SPACE(sizeof(int) * MOST_DESCRIPTORS)];
  struct cmsghdr alignment;
};

long cnode_send(int socket, const void *bytes, size_t size, const int *descriptors, int count) {
  struct iovec part = {.iov_base = (void *)bytes, .iov_len = size};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  union ancillary ancillary;
  if (count > 0) {
    memset(&ancillary, 0, sizeof ancillary);
    message.msg_control = ancillary.bytes;
    message.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)count);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)count);
    memcpy(CMSG_DATA(header), descriptors, sizeof(int) * (size_t)count);
  }
  ssize_t sent;
  while ((sent = sendmsg(socket, &message, MSG_NOSIGNAL)) < 0 && errno == EINTR) {}
  return sent;
}

long cnode_receive(int socket, void *bytes, size_t size, int *descriptors, int *count) {
  struct iovec part = {.iov_base = bytes, .iov_len = size};
  union ancillary ancillary;
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = ancillary.bytes,
                           .msg_controllen = sizeof ancillary};
  ssize_t received;
  while ((received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) {}
  int room = *count;
  *count = 0;
  if (received < 0) return received;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    size_t came = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t index = 0; index < came; index++) {
      int descriptor;
      memcpy(&descriptor, CMSG_DATA(header) + index * sizeof(int), sizeof descriptor);
      if (*count < room) descriptors[(*count)++] = descriptor;
      else close(descriptor);
    }
  }
  return received;
}

int cnode_memory_file(const char *name, const void *bytes, size_t size) {
  int file = memfd_create(name, MFD_CLOEXEC);
  if (file < 0) return -1;
  for (size_t written = 0; written < size;) {
    ssize_t more = pwrite(file, (const char *)bytes + written, size - written, (off_t)written);
    if (more < 0) {
      int reason = errno;
      close(file);
      return errno = reason, -1;
    }
    written += (size_t)more;
  }
  return file;
}

int cnode_spawn_launcher(int channel, int launch_plan, int lock, int kubelet_plan, int errors) {
  int given[] = {channel, launch_plan, lock, kubelet_plan};
  int raised[4];
  // First above the numbers they are to get, so that none is overwritten before it was moved.
  for (int index = 0; index < 4; index++)
    raised[index] = given[index] < 0 ? -1 : fcntl(given[index], F_DUPFD_CLOEXEC, 16);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0);
  posix_spawn_file_actions_adddup2(&actions, 0, 1);
  posix_spawn_file_actions_adddup2(&actions, errors, 2);
  for (int index = 0; index < 4; index++)
    if (raised[index] >= 0) posix_spawn_file_actions_adddup2(&actions, raised[index], CNODE_CHANNEL + index);
  posix_spawn_file_actions_addclosefrom_np(&actions, kubelet_plan < 0 ? CNODE_KUBELET_PLAN : CNODE_KUBELET_PLAN + 1);
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
  int failure = posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, arguments, environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  for (int index = 0; index < 4; index++)
    if (raised[index] >= 0) close(raised[index]);
  if (failure != 0) return errno = failure, -1;
  int status;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return -1;
  return status == 0 ? 0 : (errno = EAGAIN, -1);
}
