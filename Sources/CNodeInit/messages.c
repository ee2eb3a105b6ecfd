// Messages with descriptors attached, and files in memory to attach.
#define _GNU_SOURCE
#include "CNodeInit.h"
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
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
