// Node init: pid 1 of a node. Does what the kubelet asks, reaps, and ends the node when nobody wants it.
#define _GNU_SOURCE
#include "node.h"
#include "control.h"
#include "system.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct cnode_plan *launch_plan;
static int64_t claimed;
static int network, state_directory = -1;

enum { TICK_MS = 2000 };

// ---- what the kubelet asks -------------------------------------------------------------------------------------

static void give_socket(const struct cnode_request *request) {
  struct process *process = cnode_find(request->name);
  int made = -1, reason = ESRCH;
  if (process && process->state != CNODE_ENDED) {
    if (setns(process->pidfd, CLONE_NEWNET) == 0) made = socket(request->number, SOCK_STREAM | SOCK_CLOEXEC, 0);
    reason = errno;
    if (setns(network, CLONE_NEWNET) != 0) cnode_end_node();
  }
  struct cnode_message message = {.kind = CNODE_RESULT, .id = request->id, .step = made < 0 ? 0 : -1,
                                  .error = made < 0 ? reason : 0};
  cnode_tell(&message, &made, made < 0 ? 0 : 1);
  cnode_close(&made);
}

static void obey(const struct cnode_request *request, struct cnode_plan *plan) {
  struct process *process = cnode_find(request->name);
  switch ((enum cnode_request_verb)request->verb) {
    case CNODE_START:
      if (plan) cnode_start(request, plan);
      else cnode_answer(request->id, 0, EINVAL);
      return;
    case CNODE_PERFORM: {
      if (!plan) return cnode_answer(request->id, 0, EINVAL);
      struct cnode_context context = {.plan = plan, .report = -1};
      struct cnode_report report = cnode_perform(&context, 0, plan->parent_steps);
      return cnode_answer(request->id, report.step, report.error);
    }
    case CNODE_SIGNAL:
    case CNODE_SIGNAL_GROUP: {
      if (!process) return cnode_answer(request->id, 0, ESRCH);
      if (process->state == CNODE_ENDED) return cnode_answer(request->id, -1, 0);
      pid_t target = request->verb == CNODE_SIGNAL_GROUP ? -process->pid : process->pid;
      int failed = kill(target, request->number) != 0;
      return cnode_answer(request->id, failed ? 0 : -1, failed ? errno : 0);
    }
    case CNODE_FORGET:
      if (process) cnode_forget(process);
      return cnode_answer(request->id, -1, 0);
    case CNODE_CLOSE_INPUT:
      if (process && !(process->streams & CNODE_STREAM_TERMINAL)) {
        cnode_close(&process->descriptors[0]);
        process->streams &= ~(uint32_t)CNODE_STREAM_INPUT;
      }
      return cnode_answer(request->id, -1, 0);
    case CNODE_LIST:
      cnode_list_processes(request->id);
      return cnode_answer(request->id, -1, 0);
    case CNODE_SOCKET: return give_socket(request);
    case CNODE_CLAIM:
      claimed = cnode_now_ms();
      return cnode_answer(request->id, -1, 0);
    case CNODE_END: cnode_end_node();
  }
  cnode_answer(request->id, 0, ENOSYS);
}

static void hear_kubelet(void) {
  struct cnode_request request;
  int descriptor = -1, count = 1;
  long size = cnode_receive(cnode_control(), &request, sizeof request, &descriptor, &count);
  if (size <= 0) return cnode_close_control();
  if (size != sizeof request) return cnode_close(&descriptor);
  request.name[CNODE_NAME_SIZE - 1] = 0;
  struct cnode_plan *plan = descriptor >= 0 ? cnode_load_plan(descriptor) : NULL;
  cnode_close(&descriptor);
  // What node init is must not change.
  if (plan && !cnode_spares_parent(plan)) cnode_answer(request.id, 0, EINVAL);
  else obey(&request, plan);
  if (plan) cnode_free_plan(plan);
}

// ---- the node's life -------------------------------------------------------------------------------------------

static void reap(void) {
  int status;
  pid_t pid;
  while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
    if (!cnode_service_ended(pid, status)) cnode_record_exit(pid, status);
}

// In how many milliseconds it is to be asked again.
static int64_t end_if_abandoned(void) {
  struct stat status;
  if (state_directory >= 0 && fstat(state_directory, &status) == 0 && status.st_nlink == 0) cnode_end_node();
  int64_t left = claimed + (int64_t)launch_plan->unclaimed_seconds * 1000 - cnode_now_ms();
  if (left < 0) cnode_end_node();
  // Nobody tells that the directory was removed.
  return left < TICK_MS ? left + 1 : TICK_MS;
}

enum { SIGNALS, CONTROL, LAUNCHER, CHANNEL, STARTING };

static _Noreturn void serve(int signals, int launcher) {
  struct pollfd *watched = NULL;
  size_t room = 0;
  for (;;) {
    cnode_tell_exits();
    int64_t patience = cnode_start_services(end_if_abandoned());
    if (room < STARTING + cnode_process_count()) {
      size_t more = STARTING + 2 * cnode_process_count();
      struct pollfd *larger = realloc(watched, more * sizeof *watched);
      if (larger) {
        watched = larger;
        room = more;
      } else if (!watched) {
        cnode_end_node();
      }
    }
    watched[SIGNALS] = (struct pollfd){.fd = signals, .events = POLLIN};
    watched[CONTROL] = (struct pollfd){.fd = cnode_control(), .events = POLLIN};
    watched[LAUNCHER] = (struct pollfd){.fd = launcher};
    // Only one who takes control sockets keeps the channel; without them it was closed.
    watched[CHANNEL] = (struct pollfd){.fd = launch_plan->hands_over_control ? CNODE_CHANNEL : -1};
    size_t starting = cnode_watch_starting(watched + STARTING, room - STARTING);
    if (poll(watched, STARTING + starting, (int)patience) <= 0) continue;
    if (watched[LAUNCHER].revents || watched[CHANNEL].revents) cnode_end_node();
    cnode_hear_starting(watched + STARTING, starting);
    if (watched[SIGNALS].revents) {
      struct signalfd_siginfo signal;
      while (read(signals, &signal, sizeof signal) == sizeof signal)
        if (signal.ssi_signo != SIGCHLD) cnode_end_node();
      reap();
    }
    // The kubelet may have been lost and its number reused by now.
    if (watched[CONTROL].revents && watched[CONTROL].fd == cnode_control()) hear_kubelet();
  }
}

// The program's libraries serve what it is in other roles. Nobody here calls them, and a process without them is cloned,
// and gives way to another program, in half the time. Only if every function was found at the start: who looks for one
// later looks through all libraries.
static void keep_libraries_to_ourselves(void) {
  if (!getenv("LD_BIND_NOW")) return;
  FILE *maps = fopen("/proc/self/maps", "re");
  if (!maps) return;
  char *line = NULL;
  size_t room = 0;
  while (getline(&line, &room, maps) > 0) {
    unsigned long start, end;
    int is_needed = !strstr(line, ".so") || strstr(line, "/libc.so") || strstr(line, "/ld-linux") || strstr(line, "/libc-");
    if (!is_needed && sscanf(line, "%lx-%lx", &start, &end) == 2)
      madvise((void *)start, end - start, MADV_DONTFORK);
  }
  free(line);
  fclose(maps);
}

_Noreturn void cnode_be_node(struct cnode_context *context) {
  cnode_set_title("podium-init");
  launch_plan = context->plan;
  fcntl(CNODE_CHANNEL, F_SETFD, FD_CLOEXEC);
  fcntl(CNODE_LOCK, F_SETFD, FD_CLOEXEC);
  // Before any step opens something: these numbers may be given again.
  close(CNODE_LAUNCH_PLAN);
  struct cnode_plan *kubelet_plan = NULL;
  if (!launch_plan->hands_over_control) {
    kubelet_plan = cnode_load_plan(CNODE_KUBELET_PLAN);
    close(CNODE_KUBELET_PLAN);
  }
  sigset_t handled;
  sigemptyset(&handled);
  sigaddset(&handled, SIGCHLD);
  sigaddset(&handled, SIGTERM);
  sigaddset(&handled, SIGINT);
  sigprocmask(SIG_BLOCK, &handled, NULL);
  struct cnode_report report = cnode_perform(context, launch_plan->parent_steps, launch_plan->child_steps);
  if (report.step >= 0 || launch_plan->is_trial) {
    cnode_send(CNODE_CHANNEL, &report, sizeof report, NULL, 0);
    _exit(0);
  }
  network = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  cnode_open_processes();
  cnode_prepare_services(kubelet_plan);
  const char *directory = cnode_text(launch_plan, launch_plan->state_directory);
  if (directory) state_directory = open(directory, O_PATH | O_CLOEXEC);
  claimed = cnode_now_ms();
  int signals = signalfd(-1, &handled, SFD_CLOEXEC | SFD_NONBLOCK);
  if (!launch_plan->hands_over_control) {
    cnode_send(CNODE_CHANNEL, &report, sizeof report, NULL, 0);
    // The number stays taken: a control socket must not be born with it.
    if (!kubelet_plan || dup3(network, CNODE_CHANNEL, O_CLOEXEC) < 0) cnode_end_node();
  }
  keep_libraries_to_ourselves();
  serve(signals, context->report);
}
