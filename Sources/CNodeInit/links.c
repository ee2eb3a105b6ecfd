// The step that sends messages about links, addresses and routes to the kernel.
#define _GNU_SOURCE
#include "steps.h"
#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int cnode_send_netlink(char *messages, size_t size, int32_t pid_offset, pid_t child) {
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
