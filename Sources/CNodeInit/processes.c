// The table of what node init has started for pods: how it is started, with which streams, and how it ended. It outlives
// the kubelet, so that the next one finds everything as it was.
#define _GNU_SOURCE
#include "node.h"
#include "control.h"
#include "system.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static struct process *processes;
static size_t process_count, process_room;

static int process_namespace, null_device;

void cnode_open_processes(void) {
  process_namespace = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
  null_device = open("/dev/null", O_RDWR | O_CLOEXEC);
}

size_t cnode_process_count(void) { return process_count; }

struct process *cnode_find(const char *name) {
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
  cnode_close(&process->pidfd);
  cnode_close(&process->report);
  for (int stream = 0; stream < 3; stream++) cnode_close(&process->descriptors[stream]);
  *process = processes[--process_count];
}

// ---- what the kubelet is told ----------------------------------------------------------------------------------

static void describe(const struct process *process, uint32_t kind, uint32_t id) {
  struct cnode_message message = {
      .kind = kind, .id = id, .step = -1, .pid = process->pid, .state = process->state, .streams = process->streams,
      .code = process->code, .signal = process->signal, .started = process->started, .finished = process->finished};
  memcpy(message.name, process->name, CNODE_NAME_SIZE);
  int open[3], count = 0;
  if (kind != CNODE_EXITED)
    for (int stream = 0; stream < 3; stream++)
      if (process->descriptors[stream] >= 0) open[count++] = process->descriptors[stream];
  cnode_tell(&message, open, count);
}

// The next kubelet knows of nothing, and counts its requests anew.
static void forget_kubelet(void) {
  for (size_t index = 0; index < process_count; index++) {
    processes[index].is_told = 0;
    processes[index].request = 0;
  }
}

void cnode_list_processes(uint32_t id) {
  for (size_t index = 0; index < process_count; index++) describe(&processes[index], CNODE_ENTRY, id);
}

void cnode_tell_exits(void) {
  for (size_t index = 0; index < process_count && cnode_control() >= 0; index++) {
    struct process *process = &processes[index];
    if (process->state != CNODE_ENDED || process->is_told) continue;
    process->is_told = 1;
    describe(process, CNODE_EXITED, 0);
  }
  if (cnode_control() < 0) forget_kubelet();
}

// ---- starting --------------------------------------------------------------------------------------------------

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
    cnode_close(&streams->child[stream]);
    cnode_close(&streams->ours[stream]);
  }
}

// In the child: its standard streams, default signals, then the steps.
static _Noreturn void be_child(struct cnode_context *context, const struct streams *streams) {
  cnode_unblock_signals();
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
    struct process *process = cnode_find(cnode_text(plan, step->source));
    if (!process || process->state == CNODE_ENDED) return errno = ESRCH, (int)index;
    step->number = process->pidfd;
  }
  return -1;
}

// A child's pid namespace is that of its parent at the time of the clone.
static pid_t clone_into(struct cnode_plan *plan, int *pidfd) {
  const char *owner = cnode_text(plan, plan->process_namespace_of);
  if (!owner) return cnode_clone(plan->clone_flags, pidfd);
  struct process *process = cnode_find(owner);
  if (!process || process->state == CNODE_ENDED) return errno = ESRCH, -1;
  if (setns(process->pidfd, CLONE_NEWPID) != 0) return -1;
  pid_t pid = cnode_clone(plan->clone_flags, pidfd);
  if (pid != 0) {
    int reason = errno;
    if (setns(process_namespace, CLONE_NEWPID) != 0) cnode_end_node();
    errno = reason;
  }
  return pid;
}

void cnode_start(const struct cnode_request *request, struct cnode_plan *plan) {
  struct streams streams = {{-1, -1, -1}, {-1, -1, -1}};
  int pair[2] = {-1, -1}, pidfd = -1, failed = 0;
  pid_t pid = -1;
  if (cnode_find(request->name)) errno = EEXIST;
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
    cnode_close(&pair[0]);
    cnode_close(&pair[1]);
    cnode_close(&pidfd);
    return cnode_answer(request->id, failed < 0 ? CNODE_CLONING : failed, reason);
  }
  process->pid = pid;
  process->pidfd = pidfd;
  process->request = request->id;
  process->report = pair[0];
  process->streams = plan->streams;
  for (int stream = 0; stream < 3; stream++) {
    process->descriptors[stream] = streams.ours[stream];
    cnode_close(&streams.child[stream]);
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
  cnode_answer(request->id, report.step, report.error);
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
    if (id) cnode_answer(id, report.step, report.error);
    return;
  }
  cnode_close(&process->report);
  process->started = cnode_now_ns(CLOCK_REALTIME);
  if (process->state == CNODE_STARTING) process->state = CNODE_RUNNING;
  if (process->request) describe(process, CNODE_RESULT, process->request);
  if (process->streams & CNODE_STREAM_KEPT) return;
  // Whoever asked for it holds them now, and the program sees when they are gone.
  for (int stream = 0; stream < 3; stream++) cnode_close(&process->descriptors[stream]);
  process->streams = 0;
}

size_t cnode_watch_starting(struct pollfd *watched, size_t room) {
  size_t count = 0;
  for (size_t index = 0; index < process_count && count < room; index++)
    if (processes[index].report >= 0)
      watched[count++] = (struct pollfd){.fd = processes[index].report, .events = POLLIN};
  return count;
}

// The table changes while they are heard, so each is looked for anew.
void cnode_hear_starting(const struct pollfd *watched, size_t count) {
  for (size_t at = 0; at < count; at++) {
    if (!watched[at].revents) continue;
    for (size_t index = 0; index < process_count; index++) {
      if (processes[index].report != watched[at].fd) continue;
      hear_child(&processes[index]);
      break;
    }
  }
}

// ---- ending ----------------------------------------------------------------------------------------------------

void cnode_record_exit(pid_t pid, int status) {
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
    process->finished = cnode_now_ns(CLOCK_REALTIME);
    process->code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    process->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    return;
  }
}

void cnode_forget(struct process *process) {
  if (process->state != CNODE_ENDED) kill(process->pid, SIGKILL);
  remove_process(process);
}
