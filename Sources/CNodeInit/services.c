// What a node keeps running beside its pods: the kubelet, and the carriers of packets.
#define _GNU_SOURCE
#include "node.h"
#include "control.h"
#include "packets.h"
#include "system.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
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

void cnode_prepare_services(struct cnode_plan *plan) { kubelet_plan = plan; }

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
  int end = cnode_open_control();
  if (end < 0) {
    kubelet.due = cnode_now_ms() + LONGEST_DELAY_MS;
    return;
  }
  if (!kubelet_plan) {
    struct cnode_report ready = {.step = -1};
    if (cnode_send(CNODE_CHANNEL, &ready, sizeof ready, &end, 1) < 0) cnode_end_node();
  } else if (fork_service(&kubelet) == 0) {
    struct cnode_context context = {.plan = kubelet_plan, .report = -1};
    dup2(end, CNODE_CONTROL);
    struct cnode_report report = cnode_perform(&context, 0, kubelet_plan->child_steps);
    dprintf(STDERR_FILENO, "kubelet: step %d: %s\n", report.step, strerror(report.error));
    _exit(127);
  }
  close(end);
  if (kubelet_plan && !kubelet.pid) cnode_close_control();
}

static void start_carrier(struct service *carrier) {
  if (fork_service(carrier) != 0) return;
  cnode_set_title("podium-packets");
  carrier->run();
}

int64_t cnode_start_services(int64_t longest) {
  int64_t now = cnode_now_ms(), next = now + longest;
  // One that does not hear us any more is of no use.
  if (cnode_control() < 0 && kubelet.pid) kill(kubelet.pid, SIGKILL);
  if (cnode_control() < 0 && !kubelet.pid) {
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
    cnode_close_control();
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
