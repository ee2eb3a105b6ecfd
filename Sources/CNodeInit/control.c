// The socket between node init and its kubelet: all that the two tell each other goes through it.
#define _GNU_SOURCE
#include "control.h"
#include "system.h"
#include <sys/socket.h>
#include <sys/time.h>

static int control = -1;  // our end

int cnode_control(void) { return control; }

int cnode_open_control(void) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) return -1;
  struct timeval second = {.tv_sec = 1};
  setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &second, sizeof second);
  control = pair[0];
  return pair[1];
}

void cnode_close_control(void) { cnode_close(&control); }

// A kubelet that does not read for a second hangs: a fresh one serves the pods better.
void cnode_tell(const struct cnode_message *message, const int *descriptors, int count) {
  if (control < 0) return;
  if (cnode_send(control, message, sizeof *message, descriptors, count) < 0) cnode_close_control();
}

void cnode_answer(uint32_t id, int32_t step, int error) {
  struct cnode_message message = {.kind = CNODE_RESULT, .id = id, .step = step, .error = error};
  cnode_tell(&message, NULL, 0);
}
