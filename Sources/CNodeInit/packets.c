// Packets between the nodes of a cluster.
//
// Nodes of an ordinary user have user namespaces of their own, and no link can join two of them. So each node routes
// what is for other nodes into a pair of links and picks it up at the far end, its wire; from there it goes as a
// datagram to the other node's mailbox, a socket in the cluster's folder, and from the mailbox into that node's wire.
//
// Each direction has a process of its own, so that two busy nodes never wait for each other. Both sockets are node
// init's: what comes while a carrier is being started again waits in them.
#define _GNU_SOURCE
#include "packets.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

static struct {
  int link;
  int mailbox;
  unsigned number;  // the third part of this node's addresses
  char folder[92];
} wire = {.link = -1, .mailbox = -1};

// A frame with what the kernel tells about it: segments that are still to be cut, checksums that are still to be made.
// The largest is the largest packet of IPv4.
static struct {
  struct virtio_net_hdr offloads;
  unsigned char ethernet[ETH_HLEN];
  unsigned char packet[65535];
} __attribute__((packed)) frame;

enum { FRAME_HEADERS = sizeof frame - sizeof frame.packet, IPV4_HEADER = 20, SOURCE = 12, DESTINATION = 16 };

static int mailbox_address(unsigned number, struct sockaddr_un *address) {
  *address = (struct sockaddr_un){.sun_family = AF_UNIX};
  int length = snprintf(address->sun_path, sizeof address->sun_path, "%s/packets-%u.sock", wire.folder, number);
  return length < (int)sizeof address->sun_path ? 0 : (errno = ENAMETOOLONG, -1);
}

// Room for some packets of the largest kind: more than an ordinary user may ask for is given to root only.
static void enlarge(int socket, int privileged, int ordinary) {
  int size = 4 << 20;
  if (setsockopt(socket, SOL_SOCKET, privileged, &size, sizeof size) != 0)
    setsockopt(socket, SOL_SOCKET, ordinary, &size, sizeof size);
}

int cnode_open_wire(const char *folder, unsigned number, int link_index) {
  if (strlen(folder) >= sizeof wire.folder) return errno = ENAMETOOLONG, -1;
  strcpy(wire.folder, folder);
  wire.number = number;
  int on = 1;
  struct sockaddr_ll end = {
      .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP), .sll_ifindex = link_index};
  wire.link = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  if (wire.link < 0 || setsockopt(wire.link, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof on) != 0) return -1;
  enlarge(wire.link, SO_RCVBUFFORCE, SO_RCVBUF);
  enlarge(wire.link, SO_SNDBUFFORCE, SO_SNDBUF);
  if (bind(wire.link, (struct sockaddr *)&end, sizeof end) != 0) return -1;

  struct sockaddr_un address;
  if (mailbox_address(number, &address) != 0) return -1;
  // A node of this number that lost its power could not remove it.
  if (unlink(address.sun_path) != 0 && errno != ENOENT) return -1;
  wire.mailbox = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (wire.mailbox < 0) return -1;
  return bind(wire.mailbox, (struct sockaddr *)&address, sizeof address);
}

int cnode_has_wire(void) { return wire.mailbox >= 0; }

// ---- both carriers ---------------------------------------------------------------------------------------------

static void keep_only_sockets(void) {
  // First above the numbers that they are to get.
  int link = fcntl(wire.link, F_DUPFD, 10), mailbox = fcntl(wire.mailbox, F_DUPFD, 10);
  if (link < 0 || mailbox < 0 || dup2(link, 3) < 0 || dup2(mailbox, 4) < 0) _exit(1);
  close_range(5, ~0u, 0);
  wire.link = 3;
  wire.mailbox = 4;
}

// Waits for the next frame that holds a packet of IPv4; returns its size.
static size_t receive(int socket) {
  for (;;) {
    ssize_t size = recv(socket, &frame, sizeof frame, MSG_TRUNC);
    // A link that went down and came up again is told once.
    if (size < 0 && errno != EINTR && errno != ENETDOWN) _exit(1);
    if (size < FRAME_HEADERS + IPV4_HEADER || size > (ssize_t)sizeof frame) continue;
    if (frame.ethernet[12] == 8 && frame.ethernet[13] == 0 && frame.packet[0] >> 4 == 4) return (size_t)size;
  }
}

// The number of the node to which the address in the packet belongs, or -1.
static int node_of(int field) {
  const unsigned char *address = frame.packet + field;
  return address[0] == 10 && address[1] == 244 ? address[2] : -1;
}

// ---- inbound ---------------------------------------------------------------------------------------------------

_Noreturn void cnode_carry_inbound(void) {
  keep_only_sockets();
  for (;;) {
    size_t size = receive(wire.mailbox);
    // Other nodes have no say in what passes between the pods of this one.
    int from = node_of(SOURCE);
    if (node_of(DESTINATION) != (int)wire.number || from < 0 || from == (int)wire.number) continue;
    // What the kernel refuses is lost, as packets may be.
    if (send(wire.link, &frame, size, 0) < 0) continue;
  }
}

// ---- outbound --------------------------------------------------------------------------------------------------

static struct {
  int socket;
  int is_stalled;
} others[256];

// A node that does not live has no mailbox, or one where nobody listens.
static int open_mailbox_of(int number) {
  struct sockaddr_un address;
  if (mailbox_address((unsigned)number, &address) != 0) return -1;
  int mailbox = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (mailbox < 0) return -1;
  if (connect(mailbox, (struct sockaddr *)&address, sizeof address) != 0) return close(mailbox), -1;
  enlarge(mailbox, SO_SNDBUFFORCE, SO_SNDBUF);
  struct timeval patience = {.tv_usec = 10000};
  setsockopt(mailbox, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  return mailbox;
}

// A full mailbox is waited for, which slows down those who send. When that does not help, its node hangs: from then on
// it costs the others no time, until it has read again.
static void deliver(int number, size_t size) {
  if (others[number].socket < 0) others[number].socket = open_mailbox_of(number);
  if (others[number].socket < 0) return;
  if (send(others[number].socket, &frame, size, others[number].is_stalled ? MSG_DONTWAIT : 0) >= 0) {
    others[number].is_stalled = 0;
  } else if (errno == EAGAIN) {
    others[number].is_stalled = 1;
  } else if (errno == ECONNREFUSED || errno == ECONNRESET || errno == ENOTCONN) {
    close(others[number].socket);
    others[number].socket = -1;
  }
}

_Noreturn void cnode_carry_outbound(void) {
  keep_only_sockets();
  for (int number = 0; number < 256; number++) others[number].socket = -1;
  for (;;) {
    size_t size = receive(wire.link);
    int to = node_of(DESTINATION);
    // Nobody here speaks for another node.
    if (to < 0 || to == (int)wire.number || node_of(SOURCE) != (int)wire.number) continue;
    deliver(to, size);
  }
}
