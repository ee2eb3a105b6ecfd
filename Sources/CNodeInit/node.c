// Node init: pid 1 of a node. Starts the kubelet and, as the kubelet asks, everything else; reaps; keeps the table of
// what it started with the streams, so that a kubelet that was started again finds everything as it was.
#define _GNU_SOURCE
#include "node.h"
#include "packets.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct process {
  char name[CNODE_NAME_SIZE];
  pid_t pid;
  int pidfd;
  uint32_t state;
  uint32_t request;    // to be answered when it has been started; 0 when the asking kubelet is gone
  int report;          // while it is starting
  uint32_t streams;
  int descriptors[3];  // our ends of the streams: input, output, errors; or the terminal
  int64_t started, finished;
  int code, signal;
  int is_told;         // the kubelet knows that it ended
};

static struct process *processes;
static size_t process_count, process_room;

static struct cnode_plan *launch_plan, *kubelet_plan;
static int control = -1;  // our end of the kubelet's socket
static int64_t claimed;
static int network, process_namespace, null_device, state_directory = -1;

// What the node keeps running: it is started again when it ends, after longer and longer breaks.
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

enum { SHORTEST_DELAY_MS = 100, LONGEST_DELAY_MS = 10000, STEADY_MS = 60000, TICK_MS = 5000 };

static int64_t clock_ns(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t now_ms(void) { return clock_ns(CLOCK_MONOTONIC) / 1000000; }

pid_t cnode_clone(uint64_t flags, int *pidfd) {
  struct clone_args arguments = {.flags = flags, .exit_signal = SIGCHLD};
  if (pidfd) {
    arguments.flags |= CLONE_PIDFD;
    arguments.pidfd = (uint64_t)(uintptr_t)pidfd;
  }
  return (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
}

static void close_at(int *descriptor) {
  if (*descriptor >= 0) close(*descriptor);
  *descriptor = -1;
}

static struct process *find(const char *name) {
  for (size_t index = 0; index < process_count; index++)
    if (strcmp(processes[index].name, name) == 0) return &processes[index];
  return NULL;
}

static struct process *add_process(const char *name) {
  if (process_count == process_room) {
    size_t room = process_room ? process_room * 2 : 64;
    struct process *larger = realloc(processes, room * sizeof *processes);
    if (!larger) return NULL;
    processes = larger;
    process_room = room;
  }
  struct process *process = &processes[process_count++];
  *process = (struct process){.pidfd = -1, .report = -1, .descriptors = {-1, -1, -1}, .state = CNODE_STARTING};
  memcpy(process->name, name, CNODE_NAME_SIZE);
  return process;
}

static void remove_process(struct process *process) {
  close_at(&process->pidfd);
  close_at(&process->report);
  for (int stream = 0; stream < 3; stream++) close_at(&process->descriptors[stream]);
  *process = processes[--process_count];
}

static _Noreturn void end_node(void) {
  // Pid 1 takes every process of the node along.
  _exit(0);
}

// ---- talking to the kubelet ------------------------------------------------------------------------------------

static void lose_kubelet(void);

// A kubelet that does not read for a second hangs: a fresh one serves the pods better.
static void tell(const struct cnode_message *message, const int *descriptors, int count) {
  if (control < 0) return;
  if (cnode_send(control, message, sizeof *message, descriptors, count) >= 0) return;
  if (kubelet.pid > 0) kill(kubelet.pid, SIGKILL);
  lose_kubelet();
}

static void answer(uint32_t id, int32_t step, int error) {
  struct cnode_message message = {.kind = CNODE_RESULT, .id = id, .step = step, .error = error};
  tell(&message, NULL, 0);
}

static void describe(const struct process *process, uint32_t kind, uint32_t id) {
  struct cnode_message message = {
      .kind = kind, .id = id, .step = -1, .pid = process->pid, .state = process->state, .streams = process->streams,
      .code = process->code, .signal = process->signal, .started = process->started, .finished = process->finished};
  memcpy(message.name, process->name, CNODE_NAME_SIZE);
  int open[3], count = 0;
  if (kind != CNODE_EXITED)
    for (int stream = 0; stream < 3; stream++)
      if (process->descriptors[stream] >= 0) open[count++] = process->descriptors[stream];
  tell(&message, open, count);
}

static void tell_exits(void) {
  for (size_t index = 0; index < process_count && control >= 0; index++) {
    struct process *process = &processes[index];
    if (process->state != CNODE_ENDED || process->is_told) continue;
    process->is_told = 1;
    describe(process, CNODE_EXITED, 0);
  }
}

static void lose_kubelet(void) {
  close_at(&control);
  for (size_t index = 0; index < process_count; index++) {
    processes[index].is_told = 0;
    // The next one counts its requests anew.
    processes[index].request = 0;
  }
}

// ---- starting processes ----------------------------------------------------------------------------------------

struct streams {
  int child[3];
  int ours[3];
};

static int open_streams(uint32_t wanted, struct streams *streams) {
  for (int stream = 0; stream < 3; stream++) streams->child[stream] = streams->ours[stream] = -1;
  if (wanted & (CNODE_STREAM_TERMINAL | CNODE_STREAM_INHERITED)) return 0;
  for (int stream = 0; stream < 3; stream++) {
    if (!(wanted >> stream & 1)) continue;
    int pair[2];
    if (pipe2(pair, O_CLOEXEC) != 0) return -1;
    streams->child[stream] = pair[stream == 0 ? 0 : 1];
    streams->ours[stream] = pair[stream == 0 ? 1 : 0];
  }
  return 0;
}

static void close_streams(struct streams *streams) {
  for (int stream = 0; stream < 3; stream++) {
    close_at(&streams->child[stream]);
    close_at(&streams->ours[stream]);
  }
}

static void unblock_signals(void) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

// In the child: its standard streams, default signals, then the steps.
static _Noreturn void be_child(struct cnode_context *context, const struct streams *streams) {
  unblock_signals();
  struct cnode_plan *plan = context->plan;
  if (!(plan->streams & CNODE_STREAM_INHERITED))
    for (int stream = 0; stream < 3; stream++)
      dup2(streams->child[stream] >= 0 ? streams->child[stream] : null_device, stream);
  struct cnode_report report = cnode_perform(context, plan->parent_steps, plan->child_steps);
  cnode_send(context->report, &report, sizeof report, NULL, 0);
  _exit(127);
}

// Steps name the process whose namespaces are joined; in the child only its descriptor counts.
static int resolve_joins(struct cnode_plan *plan) {
  for (uint32_t index = plan->parent_steps; index < plan->parent_steps + plan->child_steps; index++) {
    struct cnode_step *step = &plan->steps[index];
    if (step->verb != CNODE_JOIN) continue;
    struct process *process = find(cnode_text(plan, step->source));
    if (!process || process->state == CNODE_ENDED) return errno = ESRCH, (int)index;
    step->number = process->pidfd;
  }
  return -1;
}

// A child's pid namespace is that of its parent at the time of the clone.
static pid_t clone_into(struct cnode_plan *plan, int *pidfd) {
  const char *owner = cnode_text(plan, plan->process_namespace_of);
  if (!owner) return cnode_clone(plan->clone_flags, pidfd);
  struct process *process = find(owner);
  if (!process || process->state == CNODE_ENDED) return errno = ESRCH, -1;
  if (setns(process->pidfd, CLONE_NEWPID) != 0) return -1;
  pid_t pid = cnode_clone(plan->clone_flags, pidfd);
  if (pid != 0) {
    int reason = errno;
    if (setns(process_namespace, CLONE_NEWPID) != 0) end_node();
    errno = reason;
  }
  return pid;
}

static void start(const struct cnode_request *request, struct cnode_plan *plan) {
  struct streams streams = {{-1, -1, -1}, {-1, -1, -1}};
  int pair[2] = {-1, -1}, pidfd = -1, failed = 0;
  pid_t pid = -1;
  if (find(request->name)) errno = EEXIST;
  else if ((failed = resolve_joins(plan)) < 0 && open_streams(plan->streams, &streams) == 0 &&
           socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0)
    pid = clone_into(plan, &pidfd);
  struct cnode_context context = {.plan = plan, .report = pair[1]};
  if (pid == 0) be_child(&context, &streams);
  struct process *process = pid > 0 ? add_process(request->name) : NULL;
  if (!process) {
    int reason = errno;
    if (pid > 0) kill(pid, SIGKILL);
    close_streams(&streams);
    close_at(&pair[0]);
    close_at(&pair[1]);
    close_at(&pidfd);
    return answer(request->id, failed < 0 ? CNODE_CLONING : failed, reason);
  }
  process->pid = pid;
  process->pidfd = pidfd;
  process->request = request->id;
  process->report = pair[0];
  process->streams = plan->streams;
  for (int stream = 0; stream < 3; stream++) {
    process->descriptors[stream] = streams.ours[stream];
    close_at(&streams.child[stream]);
  }
  close(pair[1]);
  context.child = pid;
  struct cnode_report report = cnode_perform(&context, 0, plan->parent_steps);
  if (report.step < 0) {
    // A child that waits for no byte closes its end unread.
    if (plan->parent_steps > 0) send(pair[0], "", 1, MSG_NOSIGNAL);
    return;
  }
  kill(pid, SIGKILL);
  remove_process(process);
  answer(request->id, report.step, report.error);
}

// A starting process said something: its terminal, a failed step, or (the end of file) that it has been executed.
static void hear_child(struct process *process) {
  struct cnode_report report;
  int descriptor = -1, count = 1;
  long size = cnode_receive(process->report, &report, sizeof report, &descriptor, &count);
  if (size == sizeof report && report.step < 0) {
    process->descriptors[0] = descriptor;
    return;
  }
  if (size == sizeof report) {
    uint32_t id = process->request;
    remove_process(process);
    if (id) answer(id, report.step, report.error);
    return;
  }
  close_at(&process->report);
  process->started = clock_ns(CLOCK_REALTIME);
  if (process->state == CNODE_STARTING) process->state = CNODE_RUNNING;
  if (process->request) describe(process, CNODE_RESULT, process->request);
  if (process->streams & CNODE_STREAM_KEPT) return;
  // Whoever asked for it holds them now, and the program sees when they are gone.
  for (int stream = 0; stream < 3; stream++) close_at(&process->descriptors[stream]);
  process->streams = 0;
}

// ---- the kubelet itself, and the carriers of packets -----------------------------------------------------------

static void service_ended(struct service *service, int status) {
  int64_t now = now_ms();
  int was_steady = now - service->started > STEADY_MS;
  service->pid = 0;
  service->delay_ms = was_steady || !service->delay_ms ? SHORTEST_DELAY_MS : service->delay_ms * 2;
  if (service->delay_ms > LONGEST_DELAY_MS) service->delay_ms = LONGEST_DELAY_MS;
  service->due = now + service->delay_ms;
  dprintf(STDERR_FILENO, "%s ended (%s %d), starts again in %d ms\n", service->name,
          WIFSIGNALED(status) ? "signal" : "code", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
          service->delay_ms);
}

// 0 in the child, which has no signal blocked.
static pid_t fork_service(struct service *service) {
  service->started = now_ms();
  pid_t pid = cnode_clone(0, NULL);
  if (pid > 0) service->pid = pid;
  if (pid < 0) service->due = now_ms() + LONGEST_DELAY_MS;
  if (pid == 0) unblock_signals();
  return pid;
}

static void start_kubelet(void) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
    kubelet.due = now_ms() + LONGEST_DELAY_MS;
    return;
  }
  struct timeval second = {.tv_sec = 1};
  setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &second, sizeof second);
  if (launch_plan->hands_over_control) {
    struct cnode_report ready = {.step = -1};
    if (cnode_send(CNODE_CHANNEL, &ready, sizeof ready, &pair[1], 1) < 0) end_node();
  } else if (fork_service(&kubelet) == 0) {
    struct cnode_context context = {.plan = kubelet_plan, .report = -1};
    dup2(pair[1], CNODE_CONTROL);
    struct cnode_report report = cnode_perform(&context, 0, kubelet_plan->child_steps);
    dprintf(STDERR_FILENO, "kubelet: step %d: %s\n", report.step, strerror(report.error));
    _exit(127);
  }
  close(pair[1]);
  control = pair[0];
  if (!launch_plan->hands_over_control && !kubelet.pid) lose_kubelet();
}

static void start_carrier(struct service *carrier) {
  if (fork_service(carrier) != 0) return;
  cnode_set_title("podium-packets");
  carrier->run();
}

// Starts what is due; returns in how many milliseconds something will be.
static int64_t start_services(void) {
  int64_t now = now_ms(), next = now + TICK_MS;
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

// ---- requests --------------------------------------------------------------------------------------------------

static void forget(struct process *process) {
  if (process->state != CNODE_ENDED) kill(process->pid, SIGKILL);
  remove_process(process);
}

static void give_socket(const struct cnode_request *request) {
  struct process *process = find(request->name);
  int made = -1, reason = ESRCH;
  if (process && process->state != CNODE_ENDED) {
    if (setns(process->pidfd, CLONE_NEWNET) == 0) made = socket(request->number, SOCK_STREAM | SOCK_CLOEXEC, 0);
    reason = errno;
    if (setns(network, CLONE_NEWNET) != 0) end_node();
  }
  struct cnode_message message = {.kind = CNODE_RESULT, .id = request->id, .step = made < 0 ? 0 : -1,
                                  .error = made < 0 ? reason : 0};
  tell(&message, &made, made < 0 ? 0 : 1);
  close_at(&made);
}

static void obey(const struct cnode_request *request, struct cnode_plan *plan) {
  struct process *process = find(request->name);
  switch ((enum cnode_request_verb)request->verb) {
    case CNODE_START:
      if (plan) start(request, plan);
      else answer(request->id, 0, EINVAL);
      return;
    case CNODE_PERFORM: {
      if (!plan) return answer(request->id, 0, EINVAL);
      struct cnode_context context = {.plan = plan, .report = -1};
      struct cnode_report report = cnode_perform(&context, 0, plan->parent_steps);
      return answer(request->id, report.step, report.error);
    }
    case CNODE_SIGNAL:
    case CNODE_SIGNAL_GROUP: {
      if (!process) return answer(request->id, 0, ESRCH);
      if (process->state == CNODE_ENDED) return answer(request->id, -1, 0);
      pid_t target = request->verb == CNODE_SIGNAL_GROUP ? -process->pid : process->pid;
      int failed = kill(target, request->number) != 0;
      return answer(request->id, failed ? 0 : -1, failed ? errno : 0);
    }
    case CNODE_FORGET:
      if (process) forget(process);
      return answer(request->id, -1, 0);
    case CNODE_CLOSE_INPUT:
      if (process && !(process->streams & CNODE_STREAM_TERMINAL)) {
        close_at(&process->descriptors[0]);
        process->streams &= ~(uint32_t)CNODE_STREAM_INPUT;
      }
      return answer(request->id, -1, 0);
    case CNODE_LIST:
      for (size_t index = 0; index < process_count; index++) describe(&processes[index], CNODE_ENTRY, request->id);
      return answer(request->id, -1, 0);
    case CNODE_SOCKET: return give_socket(request);
    case CNODE_CLAIM:
      claimed = now_ms();
      return answer(request->id, -1, 0);
    case CNODE_END: end_node();
  }
  answer(request->id, 0, ENOSYS);
}

static void hear_kubelet(void) {
  struct cnode_request request;
  int descriptor = -1, count = 1;
  long size = cnode_receive(control, &request, sizeof request, &descriptor, &count);
  if (size <= 0) {
    lose_kubelet();
    if (launch_plan->hands_over_control) start_kubelet();
    // Without its socket it is of no use.
    else if (kubelet.pid > 0) kill(kubelet.pid, SIGKILL);
    return;
  }
  if (size != sizeof request) return close_at(&descriptor);
  request.name[CNODE_NAME_SIZE - 1] = 0;
  struct cnode_plan *plan = descriptor >= 0 ? cnode_load_plan(descriptor) : NULL;
  close_at(&descriptor);
  obey(&request, plan);
  if (plan) cnode_free_plan(plan);
}

// ---- reaping ---------------------------------------------------------------------------------------------------

static void record_exit(pid_t pid, int status) {
  for (size_t index = 0; index < process_count; index++) {
    struct process *process = &processes[index];
    if (process->pid != pid || process->state == CNODE_ENDED) continue;
    // Its last words are heard before its end is told.
    while (process->report >= 0) {
      uint32_t id = process->request;
      hear_child(process);
      if (index >= process_count || processes[index].pid != pid || processes[index].request != id) return;
    }
    process->state = CNODE_ENDED;
    process->finished = clock_ns(CLOCK_REALTIME);
    process->code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    process->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    return;
  }
}

static struct service *service_with(pid_t pid) {
  if (pid == kubelet.pid) return &kubelet;
  for (int index = 0; index < CARRIERS; index++)
    if (pid == carriers[index].pid) return &carriers[index];
  return NULL;
}

static void reap(void) {
  int status;
  pid_t pid;
  while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
    struct service *service = service_with(pid);
    if (service == &kubelet) lose_kubelet();
    if (service) service_ended(service, status);
    else record_exit(pid, status);
  }
}

// ---- the node's life -------------------------------------------------------------------------------------------

static void end_if_abandoned(void) {
  struct stat status;
  if (state_directory >= 0 && fstat(state_directory, &status) == 0 && status.st_nlink == 0) end_node();
  if (now_ms() - claimed > (int64_t)launch_plan->unclaimed_seconds * 1000) end_node();
}

static _Noreturn void serve(int signals, int launcher) {
  struct pollfd *watched = NULL;
  for (;;) {
    tell_exits();
    int64_t wait_ms = start_services();
    struct pollfd *larger = realloc(watched, (process_count + 4) * sizeof *watched);
    if (larger) watched = larger;
    else if (!watched) end_node();
    watched[0] = (struct pollfd){.fd = signals, .events = POLLIN};
    watched[1] = (struct pollfd){.fd = control, .events = POLLIN};
    watched[2] = (struct pollfd){.fd = launcher};
    // Only one who takes control sockets keeps the channel; without them it was closed.
    watched[3] = (struct pollfd){.fd = launch_plan->hands_over_control ? CNODE_CHANNEL : -1};
    nfds_t count = 4;
    for (size_t index = 0; index < process_count && larger; index++)
      if (processes[index].report >= 0)
        watched[count++] = (struct pollfd){.fd = processes[index].report, .events = POLLIN};
    int ready = poll(watched, count, (int)wait_ms);
    end_if_abandoned();
    if (ready <= 0) continue;
    if (watched[2].revents || watched[3].revents) end_node();
    for (nfds_t at = 4; at < count; at++) {
      if (!watched[at].revents) continue;
      for (size_t index = 0; index < process_count; index++)
        if (processes[index].report == watched[at].fd) {
          hear_child(&processes[index]);
          break;
        }
    }
    if (watched[0].revents) {
      struct signalfd_siginfo signal;
      while (read(signals, &signal, sizeof signal) == sizeof signal)
        if (signal.ssi_signo != SIGCHLD) end_node();
      reap();
    }
    // The kubelet may have been lost and its number reused by now.
    if (watched[1].revents && watched[1].fd == control) hear_kubelet();
  }
}

_Noreturn void cnode_be_node(struct cnode_context *context) {
  cnode_set_title("podium-init");
  launch_plan = context->plan;
  fcntl(CNODE_CHANNEL, F_SETFD, FD_CLOEXEC);
  fcntl(CNODE_LOCK, F_SETFD, FD_CLOEXEC);
  // Before any step opens something: these numbers may be given again.
  close(CNODE_LAUNCH_PLAN);
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
  process_namespace = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
  null_device = open("/dev/null", O_RDWR | O_CLOEXEC);
  const char *directory = cnode_text(launch_plan, launch_plan->state_directory);
  if (directory) state_directory = open(directory, O_PATH | O_CLOEXEC);
  claimed = now_ms();
  int signals = signalfd(-1, &handled, SFD_CLOEXEC | SFD_NONBLOCK);
  if (!launch_plan->hands_over_control) {
    cnode_send(CNODE_CHANNEL, &report, sizeof report, NULL, 0);
    // The number stays taken: a control socket must not be born with it.
    if (!kubelet_plan || dup3(null_device, CNODE_CHANNEL, O_CLOEXEC) < 0) end_node();
  }
  serve(signals, context->report);
}
