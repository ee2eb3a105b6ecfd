// What a node keeps running beside its pods: the kubelet, and the carriers of packets.
#define _GNU_SOURCE
#include "node.h"
#include "packets.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

// It is started again when it ends, after longer and longer breaks.
struct service {
  const char *name;
  void (*run)(void);
  pid_t pid;  // 0 while it does not run
  int64_t started, due;
  int delay_ms;
};

static struct service kubelet = {.name = "kubelet"};
static struct service carriers[] = {
    {.name = "carrier of packets to other nodes", .run = cnode_carry_outbound},
    {.name = "carrier of packets from other nodes", .run = cnode_carry_inbound},
};
enum { CARRIERS = sizeof carriers / sizeof carriers[0] };

enum { SHORTEST_DELAY_MS = 100, LONGEST_DELAY_MS = 10000, STEADY_MS = 60000 };

static struct cnode_plan *kubelet_plan;
static int control = -1;  // our end of the kubelet's socket

void cnode_prepare_services(struct cnode_plan *plan) { kubelet_plan = plan; }

int cnode_control(void) { return control; }

// ---- talking to the kubelet ------------------------------------------------------------------------------------

static void lose_kubelet(void) {
  cnode_close(&control);
  cnode_forget_requests();
}

void cnode_drop_kubelet(void) {
  if (kubelet.pid > 0) kill(kubelet.pid, SIGKILL);
  lose_kubelet();
}

// A kubelet that does not read for a second hangs: a fresh one serves the pods better.
void cnode_tell(const struct cnode_message *message, const int *descriptors, int count) {
  if (control < 0) return;
  if (cnode_send(control, message, sizeof *message, descriptors, count) < 0) cnode_drop_kubelet();
}

void cnode_answer(uint32_t id, int32_t step, int error) {
  struct cnode_message message = {.kind = CNODE_RESULT, .id = id, .step = step, .error = error};
  cnode_tell(&message, NULL, 0);
}

// ---- starting --------------------------------------------------------------------------------------------------

// 0 in the child, which has no signal blocked.
static pid_t fork_service(struct service *service) {
  service->started = cnode_now_ms();
  pid_t pid = cnode_clone(0, NULL);
  if (pid > 0) service->pid = pid;
  if (pid < 0) service->due = cnode_now_ms() + LONGEST_DELAY_MS;
  if (pid == 0) cnode_unblock_signals();
  return pid;
}

static void start_kubelet(void) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
    kubelet.due = cnode_now_ms() + LONGEST_DELAY_MS;
    return;
  }
  struct timeval second = {.tv_sec = 1};
  setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &second, sizeof second);
  if (!kubelet_plan) {
    struct cnode_report ready = {.step = -1};
    if (cnode_send(CNODE_CHANNEL, &ready, sizeof ready, &pair[1], 1) < 0) cnode_end_node();
  } else if (fork_service(&kubelet) == 0) {
    struct cnode_context context = {.plan = kubelet_plan, .report = -1};
    dup2(pair[1], CNODE_CONTROL);
    struct cnode_report report = cnode_perform(&context, 0, kubelet_plan->child_steps);
    dprintf(STDERR_FILENO, "kubelet: step %d: %s\n", report.step, strerror(report.error));
    _exit(127);
  }
  close(pair[1]);
  control = pair[0];
  if (kubelet_plan && !kubelet.pid) lose_kubelet();
}

static void start_carrier(struct service *carrier) {
  if (fork_service(carrier) != 0) return;
  cnode_set_title("podium-packets");
  carrier->run();
}

int64_t cnode_start_services(int64_t longest) {
  int64_t now = cnode_now_ms(), next = now + longest;
  if (control < 0 && !kubelet.pid) {
    if (now >= kubelet.due) start_kubelet();
    else if (kubelet.due < next) next = kubelet.due;
  }
  for (int index = 0; index < CARRIERS && cnode_has_wire(); index++) {
    if (carriers[index].pid) continue;
    if (now >= carriers[index].due) start_carrier(&carriers[index]);
    else if (carriers[index].due < next) next = carriers[index].due;
  }
  return next - now;
}

// ---- ending ----------------------------------------------------------------------------------------------------

static void service_ended(struct service *service, int status) {
  int64_t now = cnode_now_ms();
  int was_steady = now - service->started > STEADY_MS;
  service->pid = 0;
  service->delay_ms = was_steady || !service->delay_ms ? SHORTEST_DELAY_MS : service->delay_ms * 2;
  if (service->delay_ms > LONGEST_DELAY_MS) service->delay_ms = LONGEST_DELAY_MS;
  service->due = now + service->delay_ms;
  dprintf(STDERR_FILENO, "%s ended (%s %d), starts again in %d ms\n", service->name,
          WIFSIGNALED(status) ? "signal" : "code", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
          service->delay_ms);
}

int cnode_service_ended(pid_t pid, int status) {
  if (pid == kubelet.pid) {
    lose_kubelet();
    service_ended(&kubelet, status);
    return 1;
  }
  for (int index = 0; index < CARRIERS; index++) {
    if (pid != carriers[index].pid) continue;
    service_ended(&carriers[index], status);
    return 1;
  }
  return 0;
}
